//! A server with the API of Clerk and a fault.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const TOKEN: &str = "sk_test_0123456789abcdefghijklmnopqrstuvwxyz";
/// The beginning of every secret.
pub(crate) const SECRET: &str = "ak_secret_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345_7xYz";
pub(crate) const OWNER: &str = "user_2abcdefghijklmnopqrstuvwxyz";

/// Faults of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
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

#[derive(Clone)]
pub(crate) struct FakeClerk {
    fault: Fault,
    /// All keys that have been created. Deleted ones are null.
    keys: Arc<Mutex<Vec<Value>>>,
}

impl FakeClerk {
    pub(crate) async fn start(fault: Fault) -> (MockServer, Self) {
        let fake = Self { fault, keys: Arc::default() };
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(fake.clone()).mount(&server).await;
        (server, fake)
    }

    pub(crate) fn has_key(&self) -> bool {
        self.keys.lock().unwrap().iter().any(|key| !key.is_null() && key["revoked"] == false)
    }

    fn create(&self, body: &Value) -> ResponseTemplate {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        let mut keys = self.keys.lock().unwrap();
        let lifetime = body["seconds_until_expiration"].as_f64();
        let name = if self.fault == Fault::RenamesOnCreate { json!("another") } else { body["name"].clone() };
        let mut key = json!({
            "object": "api_key", "id": id(keys.len()), "type": "api_key", "name": name,
            "subject": body["subject"], "description": body["description"], "claims": null, "scopes": [],
            "revoked": false, "revocation_reason": null, "expired": false, "created_by": null, "last_used_at": null,
            "expiration": lifetime.map(|seconds| now + seconds as u64 * 1000),
            "created_at": now, "updated_at": now,
        });
        key["secret"] = json!(secret(keys.len()));
        keys.push(key.clone());
        match self.fault {
            Fault::CreatesAndFails => ResponseTemplate::new(500),
            _ => ResponseTemplate::new(200).set_body_json(key),
        }
    }

    fn list(&self) -> ResponseTemplate {
        let keys = self.keys.lock().unwrap();
        let listed: Vec<_> =
            keys.iter().filter(|key| key["revoked"] == false && self.fault != Fault::HidesFromList).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "data": listed, "total_count": listed.len() }))
    }

    fn verify(&self, body: &Value) -> ResponseTemplate {
        let keys = self.keys.lock().unwrap();
        let verified = keys.iter().enumerate().find(|(at, _)| body["secret"] == secret(*at));
        let Some(mut key) = verified.map(|(_, key)| key.clone()).filter(|key| !key.is_null()) else {
            return not_found();
        };
        if self.fault == Fault::StillVerifiesRevoked {
            key["revoked"] = json!(false);
        }
        ResponseTemplate::new(200).set_body_json(key)
    }

    fn one(&self, method: &str, id: &str, action: Option<&str>, body: &Value) -> ResponseTemplate {
        let mut keys = self.keys.lock().unwrap();
        let Some((at, key)) = keys.iter_mut().enumerate().find(|(_, key)| key["id"] == id) else {
            return not_found();
        };
        let ok = ResponseTemplate::new(200);
        match (method, action) {
            ("GET", None) if self.fault == Fault::HangsOnGet => {
                return ok.set_body_json(&*key).set_delay(Duration::from_secs(20));
            }
            ("GET", None) => {}
            ("GET", Some("secret")) => {
                let reveals_another = self.fault == Fault::RevealsAnotherSecret;
                let secret = if reveals_another { "ak_secret_other".to_owned() } else { secret(at) };
                return ok.set_body_json(json!({ "secret": secret }));
            }
            ("PATCH", None) if self.fault == Fault::EchoesTheSecret => {
                let message = format!("{} and {TOKEN}", secret(at));
                let error = json!({ "errors": [{ "code": secret(at), "message": message }] });
                return ResponseTemplate::new(400).set_body_json(error);
            }
            ("PATCH", None) if self.fault == Fault::IgnoresUpdates => {}
            ("PATCH", None) => key["description"] = body["description"].clone(),
            ("POST", Some("revoke")) if self.fault == Fault::KeepsEverything => {
                let mut reported = key.clone();
                reported["revoked"] = json!(true);
                return ok.set_body_json(reported);
            }
            ("POST", Some("revoke")) => key["revoked"] = json!(true),
            ("DELETE", None) => {
                if !matches!(self.fault, Fault::KeepsDeleted | Fault::KeepsEverything) {
                    *key = Value::Null;
                }
                return ok.set_body_json(json!({ "object": "api_key", "id": id, "deleted": true }));
            }
            _ => return not_found(),
        }
        ok.set_body_json(&*key)
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
            (method, ["api_keys", id]) => self.one(method, id, None, &body),
            (method, ["api_keys", id, action]) => self.one(method, id, Some(action), &body),
            _ => not_found(),
        }
    }
}

fn id(at: usize) -> String {
    format!("ak_00112233445566778899aabbccdd{:04x}", 0xeeff + at)
}

fn secret(at: usize) -> String {
    format!("{SECRET}{at}")
}

fn not_found() -> ResponseTemplate {
    let error = json!({ "errors": [{ "code": "resource_not_found", "message": "not found" }] });
    ResponseTemplate::new(404).set_body_json(error)
}
