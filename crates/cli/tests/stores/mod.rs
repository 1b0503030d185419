//! Servers that store secrets, as their documentation describes them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::SecretKey;
use crypto_box::aead::OsRng;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const TOKEN: &str = "token-of-the-store";

/// The number of the current version, and its fields.
type Version = (u64, Map<String, Value>);

/// The KV engine, version 2, of Vault, mounted at `secret` with required check-and-set.
#[derive(Clone, Default)]
pub(crate) struct Vault {
    secrets: Arc<Mutex<BTreeMap<String, Version>>>,
    /// Reports success and stores nothing.
    pub(crate) lies: Arc<AtomicBool>,
    /// The number of writes by others between the next reads and writes.
    pub(crate) conflicts: Arc<AtomicU32>,
}

impl Vault {
    pub(crate) async fn start(&self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(self.clone()).mount(&server).await;
        server
    }

    pub(crate) fn put(&self, path: &str, fields: Value) {
        let Value::Object(fields) = fields else { panic!("not an object") };
        let mut secrets = self.secrets.lock().unwrap();
        let version = secrets.get(path).map_or(0, |(version, _)| *version);
        secrets.insert(path.to_owned(), (version + 1, fields));
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let secrets = self.secrets.lock().unwrap();
        secrets.get(path).map_or(Value::Null, |(_, fields)| fields.clone().into())
    }
}

fn errors(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "errors": [message] }))
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

impl Respond for Vault {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if header(request, "x-vault-token") != TOKEN {
            return errors(403, "permission denied");
        }
        let Some(path) = request.url.path().strip_prefix("/v1/secret/data/") else {
            return errors(404, "no handler for route");
        };
        let mut secrets = self.secrets.lock().unwrap();
        let current = secrets.get(path).map_or(0, |(version, _)| *version);
        match request.method.as_str() {
            "GET" => match secrets.get(path) {
                None => ResponseTemplate::new(404).set_body_json(json!({ "errors": [] })),
                Some((version, fields)) => ResponseTemplate::new(200).set_body_json(json!({
                    "data": { "data": fields, "metadata": { "version": version, "deletion_time": "" } }
                })),
            },
            "POST" => {
                let body: Value = request.body_json().unwrap();
                if self.conflicts.load(Ordering::Relaxed) > 0 {
                    self.conflicts.fetch_sub(1, Ordering::Relaxed);
                    let entry = secrets.entry(path.to_owned()).or_default();
                    entry.0 += 1;
                    entry.1.insert(format!("other-{}", entry.0), "x".into());
                    return errors(400, "check-and-set parameter did not match the current version");
                }
                match body["options"]["cas"].as_u64() {
                    None => return errors(400, "check-and-set parameter required for this call"),
                    Some(cas) if cas != current => {
                        return errors(400, "check-and-set parameter did not match the current version");
                    }
                    Some(_) => {}
                }
                if !self.lies.load(Ordering::Relaxed) {
                    let fields = body["data"].as_object().unwrap().clone();
                    secrets.insert(path.to_owned(), (current + 1, fields));
                }
                ResponseTemplate::new(200).set_body_json(json!({ "data": { "version": current + 1 } }))
            }
            _ => errors(405, "unsupported operation"),
        }
    }
}

/// The secrets of GitHub Actions.
#[derive(Clone)]
pub(crate) struct Github {
    key: SecretKey,
    /// Values, and the number of updates, by path.
    secrets: Arc<Mutex<BTreeMap<String, (String, u32)>>>,
    /// Reports success and stores nothing.
    pub(crate) lies: Arc<AtomicBool>,
}

impl Github {
    pub(crate) fn new() -> Self {
        Self { key: SecretKey::generate(&mut OsRng), secrets: Arc::default(), lies: Arc::default() }
    }

    pub(crate) async fn start(&self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(self.clone()).mount(&server).await;
        server
    }

    pub(crate) fn get(&self, path: &str) -> Option<String> {
        self.secrets.lock().unwrap().get(path).map(|(value, _)| value.clone())
    }
}

impl Respond for Github {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let message =
            |status: u16, text: &str| ResponseTemplate::new(status).set_body_json(json!({ "message": text }));
        if header(request, "user-agent").is_empty() {
            return message(403, "Request forbidden by administrative rules.");
        }
        if header(request, "authorization") != format!("Bearer {TOKEN}") {
            return message(401, "Bad credentials");
        }
        assert_eq!(header(request, "accept"), "application/vnd.github+json");
        let path = request.url.path();
        if path.ends_with("/secrets/public-key") {
            let key = STANDARD.encode(self.key.public_key().as_bytes());
            return ResponseTemplate::new(200)
                .set_body_json(json!({ "key_id": "568250167242549743", "key": key }));
        }
        let mut secrets = self.secrets.lock().unwrap();
        match request.method.as_str() {
            "GET" => match secrets.get(path) {
                None => message(404, "Not Found"),
                Some((_, updates)) => ResponseTemplate::new(200).set_body_json(json!({
                    "name": path.rsplit('/').next(),
                    "created_at": "2026-01-01T00:00:00Z",
                    "updated_at": format!("2026-01-01T00:00:{updates:02}Z"),
                })),
            },
            "PUT" => {
                let body: Value = request.body_json().unwrap();
                let sealed = STANDARD.decode(body["encrypted_value"].as_str().unwrap()).unwrap();
                let Ok(value) = self.key.unseal(&sealed) else { return message(422, "bad encryption") };
                if body["key_id"] != "568250167242549743" {
                    return message(422, "key_id is invalid");
                }
                let known = secrets.get(path).map_or(0, |(_, updates)| *updates);
                if !self.lies.load(Ordering::Relaxed) {
                    secrets.insert(path.to_owned(), (String::from_utf8(value).unwrap(), known + 1));
                }
                ResponseTemplate::new(if known == 0 { 201 } else { 204 })
            }
            _ => message(405, "Method Not Allowed"),
        }
    }
}
