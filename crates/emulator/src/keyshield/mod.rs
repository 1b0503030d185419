//! An application that mounts the FastAPI router of keyshield.
//!
//! The application accepts the emulator's token as a bearer token. Keys are stored as the router stores them in SQL.

use std::sync::Arc;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Error, ErrorKind, InvalidReason, KeyId, KeyStatus, ListQuery, SecretKey,
    UpdateApiKey, Verification,
};
use api_keys_memory::MemoryBuilder;
use axum::Router;
use axum::extract::{self, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use self::search::{Bounds, Search};
use crate::pydantic::{Payload, Rejection, Untyped, both, isoformat, payload, respond, route, take};
use crate::state::State;
use crate::wire::{ALPHANUMERIC, HEX, bearer, empty, key_id, random};

mod body;
mod search;

pub(crate) fn store(store: MemoryBuilder) -> MemoryBuilder {
    store.ids(|| key_id(|| random(HEX, 32))).secrets(|id| {
        let (public, secret) = (public_id(id), random(ALPHANUMERIC, 64));
        SecretKey::new(format!("ak_v1-{public}-{secret}"))
    })
}

/// Returns the part of the secret that is not secret.
fn public_id(id: &KeyId) -> &str {
    id.as_str().get(..16).unwrap_or(id.as_str())
}

pub(crate) fn router(state: State) -> Router {
    Router::new().fallback(serve).with_state(Arc::new(Server { state }))
}

struct Server {
    state: State,
}

/// A path below `/api-keys/`.
enum Resource {
    Keys,
    Search,
    Verification,
    Count,
    Key(String),
    Activation(String, bool),
}

fn resolve(path: &str) -> Option<Resource> {
    let rest = path.strip_prefix("/api-keys/")?;
    match rest.split('/').collect::<Vec<_>>()[..] {
        [""] => Some(Resource::Keys),
        ["search"] => Some(Resource::Search),
        ["verify"] => Some(Resource::Verification),
        ["count"] => Some(Resource::Count),
        [id] => Some(Resource::Key(id.to_owned())),
        [id, "activate"] if !id.is_empty() => Some(Resource::Activation(id.to_owned(), true)),
        [id, "deactivate"] if !id.is_empty() => Some(Resource::Activation(id.to_owned(), false)),
        _ => None,
    }
}

async fn serve(extract::State(server): extract::State<Arc<Server>>, request: Request) -> Response {
    server.respond(request).await.unwrap_or_else(Rejection::into_response)
}

impl Server {
    async fn respond(&self, request: Request) -> Result<Response, Rejection> {
        let (parts, body) = take(request).await?;
        let resource = route(&parts, resolve)?;
        // The order of checks: the method, invalid JSON, the credential, invalid values.
        let query = parts.uri.query().unwrap_or_default();
        let authorized = || self.authorize(&parts.headers);
        let body = || {
            let payload = payload(&parts.headers, &body, Untyped::Text)?;
            authorized()?;
            value(payload)
        };
        match (parts.method.clone(), resource) {
            (Method::POST, Resource::Keys) => self.create(&body()?).await,
            (Method::GET, Resource::Keys) => {
                authorized()?;
                let bounds = Bounds::parse(query)?;
                let newest_first = search::newest_first(self.keys().await?);
                Ok(respond(StatusCode::OK, &shown(&bounds.slice(newest_first))))
            }
            (Method::POST, Resource::Search) => {
                let (bounds, search) = both(Bounds::parse(query), Search::parse(&body()?))?;
                let (found, total) = search.page(self.keys().await?, bounds);
                let page = json!({
                    "items": shown(&found), "total": total, "limit": bounds.limit, "offset": bounds.offset,
                });
                Ok(respond(StatusCode::OK, &page))
            }
            (Method::POST, Resource::Count) => {
                let total = Search::parse(&body()?)?.count(self.keys().await?);
                Ok(respond(StatusCode::OK, &json!({ "total": total })))
            }
            (Method::POST, Resource::Verification) => self.verify(&body()?).await,
            (Method::POST, Resource::Activation(id, enabled)) => {
                authorized()?;
                self.activate(&self.find(&id).await?, enabled).await
            }
            (method, resource) => {
                // The routes with an id also match the other names.
                let id = match resource {
                    Resource::Key(id) => id,
                    Resource::Search if method != Method::PUT => "search".to_owned(),
                    Resource::Verification => "verify".to_owned(),
                    Resource::Count => "count".to_owned(),
                    Resource::Keys | Resource::Search | Resource::Activation(..) => {
                        return Err(Rejection::Method("POST"));
                    }
                };
                match method {
                    Method::GET => {
                        authorized()?;
                        Ok(respond(StatusCode::OK, &Key::from(&self.find(&id).await?)))
                    }
                    Method::PATCH => self.update(&id, &body()?).await,
                    Method::DELETE => {
                        authorized()?;
                        let key = self.find(&id).await?;
                        self.state.store.delete(&key.id).await.map_err(|error| failed(&error))?;
                        let mut response = empty(StatusCode::NO_CONTENT);
                        let media_type = HeaderValue::from_static("application/json");
                        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
                        Ok(response)
                    }
                    _ => Err(Rejection::Method("GET")),
                }
            }
        }
    }

    fn authorize(&self, headers: &HeaderMap) -> Result<(), Rejection> {
        let token = bearer(headers).filter(|token| !token.is_empty());
        match token.ok_or(Rejection::Unauthorized("Not authenticated"))? {
            token if self.state.accepts(token) => Ok(()),
            _ => Err(Rejection::Unauthorized("Invalid token")),
        }
    }

    async fn create(&self, body: &Value) -> Result<Response, Rejection> {
        let (new, enabled) = body::new_key(body, self.state.now())?;
        let mut issued = self.state.store.create(new).await.map_err(|error| failed(&error))?;
        if !enabled {
            let changes = UpdateApiKey::new().enabled(false);
            let updated = self.state.store.update(&issued.key.id, changes).await;
            issued.key = updated.map_err(|error| failed(&error))?;
        }
        let entity = Key::from(&issued.key);
        let body = json!({ "api_key": issued.secret.expose(), "entity": entity });
        Ok(respond(StatusCode::CREATED, &body))
    }

    async fn update(&self, id: &str, body: &Value) -> Result<Response, Rejection> {
        let changes = body::changes(body)?;
        let mut key = self.find(id).await?;
        if !changes.fields().is_empty() {
            key = self.state.store.update(&key.id, changes).await.map_err(|error| failed(&error))?;
        }
        Ok(respond(StatusCode::OK, &Key::from(&key)))
    }

    async fn activate(&self, key: &ApiKey, enabled: bool) -> Result<Response, Rejection> {
        if is_active(key) == enabled {
            return Ok(respond(StatusCode::OK, &Key::from(key)));
        }
        let changes = UpdateApiKey::new().enabled(enabled);
        let key = self.state.store.update(&key.id, changes).await.map_err(|error| failed(&error))?;
        Ok(respond(StatusCode::OK, &Key::from(&key)))
    }

    async fn verify(&self, body: &Value) -> Result<Response, Rejection> {
        let (secret, scopes) = body::verification(body)?;
        if secret.trim().is_empty() {
            return Err(Rejection::Crash("KeyNotProvided", "No API key".to_owned()));
        }
        let verified = self.state.store.verify(&SecretKey::new(secret)).await;
        let (status, detail) = match verified.map_err(|error| failed(&error))? {
            Verification::Valid(key) => {
                let own = key.scopes.as_deref().unwrap_or_default();
                if scopes.iter().all(|scope| own.contains(scope)) {
                    return Ok(respond(StatusCode::OK, &Key::from(&*key)));
                }
                let scopes: Vec<_> = scopes.iter().map(|scope| format!("'{scope}'")).collect();
                let detail = format!("API key missing required scopes {}", scopes.join(", "));
                (StatusCode::FORBIDDEN, detail)
            }
            Verification::Invalid(InvalidReason::Disabled | InvalidReason::Revoked) => {
                (StatusCode::FORBIDDEN, "API key inactive".to_owned())
            }
            Verification::Invalid(InvalidReason::Expired) => {
                (StatusCode::FORBIDDEN, "API key expired".to_owned())
            }
            _ => (StatusCode::UNAUTHORIZED, "API key invalid".to_owned()),
        };
        Err(Rejection::http(status, detail))
    }

    async fn keys(&self) -> Result<Vec<ApiKey>, Rejection> {
        let all = ListQuery::new().include_inactive(true);
        self.state.keys(all).await.map_err(|error| failed(&error))
    }

    async fn find(&self, id: &str) -> Result<ApiKey, Rejection> {
        let id = KeyId::new(id).map_err(|_| not_found())?;
        self.state.store.get(&id).await.map_err(|error| failed(&error))
    }
}

/// Returns a body. The router fails on values that JSON cannot represent: the list of errors would repeat them.
fn value(payload: Payload) -> Result<Value, Rejection> {
    match payload {
        Payload::Value(value) => Ok(value),
        Payload::LoneSurrogate => {
            Err(Rejection::Crash("UnicodeEncodeError", "surrogates not allowed".to_owned()))
        }
        Payload::NotFinite => Err(Rejection::Crash("ValueError", "number out of range".to_owned())),
    }
}

fn not_found() -> Rejection {
    Rejection::http(StatusCode::NOT_FOUND, "API key not found")
}

/// Returns the response to a failure of the store, which the router does not handle.
fn failed(error: &Error) -> Rejection {
    match error.kind() {
        ErrorKind::NotFound => not_found(),
        _ => Rejection::Crash("Exception", error.to_string()),
    }
}

/// Returns whether a key is enabled. An enabled key may be expired.
fn is_active(key: &ApiKey) -> bool {
    !matches!(key.status, KeyStatus::Disabled | KeyStatus::Revoked)
}

fn shown(keys: &[ApiKey]) -> Vec<Key<'_>> {
    keys.iter().map(Key::from).collect()
}

#[derive(Serialize)]
struct Key<'a> {
    id: &'a KeyId,
    key_id: &'a str,
    name: Option<&'a str>,
    description: Option<&'a str>,
    is_active: bool,
    created_at: Option<String>,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    scopes: &'a [String],
}

impl<'a> From<&'a ApiKey> for Key<'a> {
    fn from(key: &'a ApiKey) -> Self {
        let utc = |time| format!("{}Z", isoformat(time));
        Self {
            id: &key.id,
            key_id: public_id(&key.id),
            name: key.name.as_deref(),
            description: key.description.as_deref(),
            is_active: is_active(key),
            created_at: key.created_at.map(utc),
            last_used_at: key.last_used_at.map(utc),
            expires_at: key.expiry.at().map(utc),
            scopes: key.scopes.as_deref().unwrap_or_default(),
        }
    }
}
