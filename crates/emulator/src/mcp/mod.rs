//! `mcp-server-langgraph`: a FastAPI service that stores the keys of users.
//!
//! The users of the real server come from Keycloak. The emulator has one, with the token of the emulator; keys in the
//! store with another owner belong to another user. Requests are processed sequentially, while the real server loses
//! keys that are created concurrently.

use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Error, ErrorKind, Expiry, KeyId, KeyStatus, ListQuery, NewApiKey, RotateOptions,
    SecretKey, Timestamp, UpdateApiKey,
};
use api_keys_memory::MemoryBuilder;
use axum::Router;
use axum::extract::{self, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::pydantic::{Rejection, Untyped, isoformat, payload, respond, route, take};
use crate::state::State;
use crate::wire::{HEX, URL_SAFE, empty, key_id, random};

mod body;

/// The location of the caller's token, which changed between versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Generation {
    /// In the `Authorization` header; the body of a create is flat. Current servers.
    #[default]
    Bearer,
    /// In the header, but times have no offset, and the response to a create lacks one of them. In use for a week
    /// between the other two.
    Zoneless,
    /// In the JSON body of every call, under `credentials`; the body of a create is wrapped, and times have no offset.
    /// As in the published document.
    BodyCredentials,
}

/// The user whose token the emulator accepts.
const USER: &str = "11111111-1111-4111-8111-111111111111";
/// The maximum number of keys per user, including expired ones.
const MAX_KEYS: u32 = 5;

pub(crate) fn store(store: MemoryBuilder) -> MemoryBuilder {
    store
        .ids(|| key_id(|| random(HEX, 16)))
        .secrets(|_| SecretKey::new(format!("mcpkey_live_{}", random(URL_SAFE, 43))))
}

pub(crate) fn router(state: State, generation: Generation) -> Router {
    let server = Server { state, generation, changing: Mutex::new(()) };
    Router::new().fallback(serve).with_state(Arc::new(server))
}

struct Server {
    state: State,
    generation: Generation,
    changing: Mutex<()>,
}

enum Resource {
    Keys,
    Key(String),
    Rotation(String),
}

fn resolve(path: &str) -> Option<Resource> {
    let rest = path.strip_prefix("/api/v1/api-keys/")?;
    match rest.split('/').collect::<Vec<_>>()[..] {
        [""] => Some(Resource::Keys),
        [id] => Some(Resource::Key(id.to_owned())),
        [id, "rotate"] if !id.is_empty() => Some(Resource::Rotation(id.to_owned())),
        _ => None,
    }
}

async fn serve(extract::State(server): extract::State<Arc<Server>>, request: Request) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    match server.respond(request).await {
        Ok(response) => response,
        Err(rejection) => server.reject(rejection, &method, &path),
    }
}

impl Server {
    async fn respond(&self, request: Request) -> Result<Response, Rejection> {
        let (parts, body) = take(request).await?;
        match (parts.method.clone(), route(&parts, resolve)?) {
            (Method::POST, Resource::Keys) => self.create(&parts, &body).await,
            (Method::GET, Resource::Keys) => self.list(&parts, &body).await,
            (Method::POST, Resource::Key(id)) if id == "validate" => self.validate(&parts).await,
            (Method::DELETE, Resource::Key(id)) => self.revoke(&parts, &body, &id).await,
            (Method::POST, Resource::Rotation(id)) => self.rotate(&parts, &body, &id).await,
            (_, Resource::Keys | Resource::Rotation(_)) => Err(Rejection::Method("POST")),
            (_, Resource::Key(_)) => Err(Rejection::Method("DELETE")),
        }
    }

    async fn create(&self, parts: &Parts, body: &[u8]) -> Result<Response, Rejection> {
        let payload = payload(&parts.headers, body, Untyped::Json)?;
        let wanted = match self.generation {
            Generation::Bearer | Generation::Zoneless => {
                self.authenticate(self.bearer(parts))?;
                body::flat(body::value(&payload)?)
            }
            Generation::BodyCredentials => {
                let wrapped = body::wrapped(body::value(&payload)?);
                // Malformed credentials are reported together with the other errors.
                if let Ok(token) = &wrapped.credentials {
                    self.authenticate(token.as_deref())?;
                }
                wrapped.request()
            }
        };
        let (name, days) = wanted?;
        self.insert(name, days).await
    }

    async fn insert(&self, name: String, days: i64) -> Result<Response, Rejection> {
        let _alone = self.changing.lock().await;
        let most = self.state.store.capabilities().max_active.unwrap_or(MAX_KEYS);
        let full = || {
            let detail = format!(
                "Maximum API keys reached ({most}). Please revoke an existing key before creating a new one."
            );
            Rejection::http(StatusCode::BAD_REQUEST, detail)
        };
        if self.keys().await?.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(full());
        }
        let new = NewApiKey::new(name).owner(USER).expiry(expiry(self.state.now(), days)?);
        let issued = match self.state.store.create(new).await {
            Ok(issued) => issued,
            Err(error) if error.kind() == ErrorKind::LimitReached => return Err(full()),
            Err(error) => return Err(crash(&error)),
        };
        let mut key = self.shown(&issued.key);
        if self.generation != Generation::Bearer {
            // The time is stored, but absent from this response.
            key.created.clear();
        }
        let message = "API key created successfully. Save it securely - it will not be shown again.";
        Ok(respond(StatusCode::CREATED, &Issued { key, api_key: issued.secret.expose(), message }))
    }

    async fn list(&self, parts: &Parts, body: &[u8]) -> Result<Response, Rejection> {
        self.authenticate_without_request(parts, body)?;
        let keys = self.keys().await?;
        Ok(respond(StatusCode::OK, &keys.iter().map(|key| self.shown(key)).collect::<Vec<_>>()))
    }

    async fn rotate(&self, parts: &Parts, body: &[u8], id: &str) -> Result<Response, Rejection> {
        self.authenticate_without_request(parts, body)?;
        let _alone = self.changing.lock().await;
        let Some(key) = self.find(id).await? else {
            let detail = format!("API key with ID '{id}' not found for user '{USER}'");
            return Err(Rejection::http(StatusCode::NOT_FOUND, detail));
        };
        let store = &self.state.store;
        // An expired key receives a new secret as well, and remains expired. The store would reject it.
        let expired = key.status == KeyStatus::Expired;
        if expired {
            store.update(&key.id, UpdateApiKey::new().clear_expiry()).await.map_err(|error| crash(&error))?;
        }
        let rotated = store.rotate(&key.id, RotateOptions::new()).await;
        if let (true, Some(end)) = (expired, key.expiry.at()) {
            let back = UpdateApiKey::new().expiry(Expiry::At(end));
            store.update(&key.id, back).await.map_err(|error| crash(&error))?;
        }
        let rotated = rotated.map_err(|error| crash(&error))?;
        let body = Rotated {
            key_id: id,
            new_api_key: rotated.secret.expose(),
            message: "API key rotated successfully. Update your client configuration.",
        };
        Ok(respond(StatusCode::OK, &body))
    }

    async fn revoke(&self, parts: &Parts, body: &[u8], id: &str) -> Result<Response, Rejection> {
        self.authenticate_without_request(parts, body)?;
        let _alone = self.changing.lock().await;
        if let Some(key) = self.find(id).await? {
            self.state.store.delete(&key.id).await.map_err(|error| crash(&error))?;
        }
        // The response does not depend on the existence of the key, and has a content type without a body.
        let mut response = empty(StatusCode::NO_CONTENT);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }

    /// Exchanges a key for a token, for gateways. Undocumented.
    async fn validate(&self, parts: &Parts) -> Result<Response, Rejection> {
        let Some(secret) = parts.headers.get("x-api-key").and_then(|value| value.to_str().ok()) else {
            return Err(Rejection::http(StatusCode::BAD_REQUEST, "Missing X-API-Key header"));
        };
        let _alone = self.changing.lock().await;
        let verification =
            self.state.store.verify(&SecretKey::new(secret)).await.map_err(|error| crash(&error))?;
        if verification.key().is_none() {
            return Ok(respond(StatusCode::UNAUTHORIZED, &json!({ "detail": "Invalid or expired API key" })));
        }
        let token = [random(URL_SAFE, 40), random(URL_SAFE, 80), random(URL_SAFE, 43)].join(".");
        let body =
            json!({ "access_token": token, "expires_in": 900, "user_id": "user:alice", "username": "alice" });
        Ok(respond(StatusCode::OK, &body))
    }

    /// Authenticates operations that require only a token. Current servers ignore the body.
    fn authenticate_without_request(&self, parts: &Parts, body: &[u8]) -> Result<(), Rejection> {
        match self.generation {
            Generation::Bearer | Generation::Zoneless => self.authenticate(self.bearer(parts)),
            Generation::BodyCredentials => {
                let payload = payload(&parts.headers, body, Untyped::Json)?;
                let token = body::credentials(body::value(&payload)?, &[json!("body")])?;
                self.authenticate(token.as_deref())
            }
        }
    }

    /// Returns the token of the header. Unlike in HTTP, the scheme is case-sensitive in current servers.
    fn bearer<'a>(&self, parts: &'a Parts) -> Option<&'a str> {
        match self.generation {
            Generation::Bearer => {
                parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
            }
            _ => crate::wire::bearer(&parts.headers),
        }
    }

    fn authenticate(&self, token: Option<&str>) -> Result<(), Rejection> {
        let detail = match token.filter(|token| !token.is_empty()) {
            Some(token) if self.state.accepts(token) => return Ok(()),
            Some(token) if token.split('.').count() < 3 => "Invalid token: Not enough segments",
            Some(_) => "Invalid token: Token missing 'kid' in header",
            None => "Authentication required",
        };
        Err(Rejection::Unauthorized(detail))
    }

    /// Returns the user's keys, oldest first, except revoked ones, which this server removes.
    async fn keys(&self) -> Result<Vec<ApiKey>, Rejection> {
        let all = ListQuery::new().include_inactive(true);
        let mut keys = self.state.keys(all).await.map_err(|error| crash(&error))?;
        keys.retain(|key| {
            key.owner.as_deref().is_none_or(|owner| owner == USER) && key.status != KeyStatus::Revoked
        });
        Ok(keys)
    }

    async fn find(&self, id: &str) -> Result<Option<ApiKey>, Rejection> {
        Ok(self.keys().await?.into_iter().find(|key| key.id.as_str() == id))
    }

    fn shown(&self, key: &ApiKey) -> Key {
        let stamp = |time: Timestamp| match self.generation {
            Generation::Bearer => isoformat(time) + "+00:00",
            Generation::Zoneless | Generation::BodyCredentials => isoformat(time),
        };
        Key {
            key_id: key.id.clone(),
            name: key.name.clone().unwrap_or_default(),
            created: key.created_at.map(stamp).unwrap_or_default(),
            expires_at: key.expiry.at().map(stamp).unwrap_or_default(),
            last_used: key.last_used_at.map(stamp),
        }
    }

    fn reject(&self, rejection: Rejection, method: &Method, path: &str) -> Response {
        match rejection {
            Rejection::Crash(exception, text) if self.generation == Generation::Bearer => {
                let body = json!({ "error": {
                    "code": "server.unexpected",
                    "message": "An unexpected error occurred. Please try again later.",
                    "details": text,
                    "trace_id": null,
                    "metadata": {
                        "original_exception": exception,
                        "request_method": method.as_str(),
                        "request_path": path,
                    },
                }});
                respond(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
            rejection => rejection.into_response(),
        }
    }
}

#[derive(Serialize)]
struct Key {
    key_id: KeyId,
    name: String,
    created: String,
    expires_at: String,
    last_used: Option<String>,
}

#[derive(Serialize)]
struct Issued<'a> {
    #[serde(flatten)]
    key: Key,
    api_key: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Rotated<'a> {
    key_id: &'a str,
    new_api_key: &'a str,
    message: &'a str,
}

/// Returns the expiration after a number of days, which may be zero or negative. Years have four digits and no sign.
fn expiry(now: Timestamp, days: i64) -> Result<Expiry, Rejection> {
    const YEAR_ONE: i64 = -62_135_596_800;
    let overflow = |text: String| Rejection::Crash("OverflowError", text);
    if i32::try_from(days).is_err() {
        return Err(overflow("Python int too large to convert to C int".to_owned()));
    }
    if days.abs() > 999_999_999 {
        return Err(overflow(format!("days={days}; must have magnitude <= 999999999")));
    }
    let span = Duration::from_secs(days.unsigned_abs() * 86_400);
    let end = if days < 0 { now.checked_sub(span) } else { now.checked_add(span) };
    match end {
        Ok(end) if end.as_second() < YEAR_ONE => Err(overflow("date value out of range".to_owned())),
        Err(_) => Err(overflow("date value out of range".to_owned())),
        // The lifetime starts when the key is stored, so that both times of a key have the same fraction.
        Ok(_) if days >= 0 => Ok(Expiry::In(span)),
        Ok(end) => Ok(Expiry::At(end)),
    }
}

/// Returns the response to a failure of the store, which the service does not handle.
fn crash(error: &Error) -> Rejection {
    Rejection::Crash("Exception", error.to_string())
}
