//! A server with the API of Clerk and a fault.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const TOKEN: &str = "sk_test_0123456789abcdefghijklmnopqrstuvwxyz";
pub(crate) const SECRET: &str = "ak_secret_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345_7xYz";
pub(crate) const OWNER: &str = "user_2abcdefghijklmnopqrstuvwxyz";
const ID: &str = "ak_00112233445566778899aabbccddeeff";

/// Faults of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    RenamesOnCreate,
    HidesFromList,
    IgnoresUpdates,
    RevealsAnotherSecret,
    StillVerifiesRevoked,
    KeepsDeleted,
    /// Neither revokes nor deletes, but reports success.
    KeepsEverything,
    /// Fails all requests after the create.
    FailsAfterCreate,
    /// Creates the key, but responds with a server error.
    CreatesAndFails,
    /// Delays responses to reads, to test interrupts.
    HangsOnGet,
    /// Returns the secret in an error.
    EchoesTheSecret,
}

/// At most one key.
#[derive(Clone)]
pub(crate) struct FakeClerk {
    fault: Fault,
    key: Arc<Mutex<Option<Value>>>,
}

impl FakeClerk {
    pub(crate) async fn start(fault: Fault) -> (MockServer, Self) {
        let fake = Self { fault, key: Arc::default() };
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(fake.clone()).mount(&server).await;
        (server, fake)
    }

    pub(crate) fn has_key(&self) -> bool {
        self.key.lock().unwrap().is_some()
    }

    fn create(&self, body: &Value) -> ResponseTemplate {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        let name = if self.fault == Fault::RenamesOnCreate { json!("another") } else { body["name"].clone() };
        let mut key = json!({
            "object": "api_key", "id": ID, "type": "api_key", "name": name,
            "subject": body["subject"], "description": body["description"], "claims": null, "scopes": [],
            "revoked": false, "revocation_reason": null, "expired": false, "created_by": null, "last_used_at": null,
            "expiration": now + body["seconds_until_expiration"].as_f64().unwrap() as u64 * 1000,
            "created_at": now, "updated_at": now,
        });
        *self.key.lock().unwrap() = Some(key.clone());
        key["secret"] = json!(SECRET);
        match self.fault {
            Fault::CreatesAndFails => ResponseTemplate::new(500),
            _ => ResponseTemplate::new(200).set_body_json(key),
        }
    }

    fn list(&self) -> ResponseTemplate {
        let key = self.key.lock().unwrap();
        let listed: Vec<_> =
            key.iter().filter(|key| key["revoked"] == false && self.fault != Fault::HidesFromList).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "data": listed, "total_count": listed.len() }))
    }

    fn verify(&self, body: &Value) -> ResponseTemplate {
        match &*self.key.lock().unwrap() {
            Some(key) if body["secret"] == SECRET => {
                let mut key = key.clone();
                if self.fault == Fault::StillVerifiesRevoked {
                    key["revoked"] = json!(false);
                }
                ResponseTemplate::new(200).set_body_json(key)
            }
            _ => not_found(),
        }
    }

    fn one(&self, method: &str, action: Option<&str>, body: &Value) -> ResponseTemplate {
        let mut slot = self.key.lock().unwrap();
        let Some(key) = slot.as_mut() else { return not_found() };
        match (method, action) {
            ("GET", None) => {}
            ("GET", Some("secret")) => {
                let secret =
                    if self.fault == Fault::RevealsAnotherSecret { "ak_secret_other" } else { SECRET };
                return ResponseTemplate::new(200).set_body_json(json!({ "secret": secret }));
            }
            ("PATCH", None) if self.fault == Fault::EchoesTheSecret => {
                let error =
                    json!({ "errors": [{ "code": SECRET, "message": format!("{SECRET} and {TOKEN}") }] });
                return ResponseTemplate::new(400).set_body_json(error);
            }
            ("PATCH", None) if self.fault == Fault::IgnoresUpdates => {}
            ("PATCH", None) => key["description"] = body["description"].clone(),
            ("POST", Some("revoke")) if self.fault == Fault::KeepsEverything => {
                let mut reported = key.clone();
                reported["revoked"] = json!(true);
                return ResponseTemplate::new(200).set_body_json(reported);
            }
            ("POST", Some("revoke")) => key["revoked"] = json!(true),
            ("DELETE", None) => {
                if !matches!(self.fault, Fault::KeepsDeleted | Fault::KeepsEverything) {
                    *slot = None;
                }
                let deleted = json!({ "object": "api_key", "id": ID, "deleted": true });
                return ResponseTemplate::new(200).set_body_json(deleted);
            }
            _ => return not_found(),
        }
        let delay = if self.fault == Fault::HangsOnGet && method == "GET" {
            Duration::from_secs(20)
        } else {
            Duration::ZERO
        };
        ResponseTemplate::new(200).set_body_json(&*key).set_delay(delay)
    }
}

impl Respond for FakeClerk {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        let segments: Vec<_> =
            request.url.path_segments().unwrap().skip_while(|part| *part != "api_keys").collect();
        match (request.method.as_str(), &segments[..]) {
            ("POST", ["api_keys"]) => self.create(&body),
            _ if self.fault == Fault::FailsAfterCreate => {
                let error =
                    json!({ "errors": [{ "code": "authorization_invalid", "message": "not any more" }] });
                ResponseTemplate::new(403).set_body_json(error)
            }
            ("GET", ["api_keys"]) => self.list(),
            ("POST", ["api_keys", "verify"]) => self.verify(&body),
            (method, ["api_keys", ID]) => self.one(method, None, &body),
            (method, ["api_keys", ID, action]) => self.one(method, Some(action), &body),
            _ => not_found(),
        }
    }
}

fn not_found() -> ResponseTemplate {
    let error = json!({ "errors": [{ "code": "resource_not_found", "message": "not found" }] });
    ResponseTemplate::new(404).set_body_json(error)
}
