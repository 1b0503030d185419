//! A FastAPI application with an API-key router, such as Arthur's GenAI Engine.
//!
//! Keys have roles and no name, do not expire, and are deactivated permanently. The server's local time is UTC, which
//! its responses do not indicate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use api_keys_core::{
    ApiKey, ApiKeyProvider, Error, ErrorKind, KeyId, KeyStatus, ListQuery, NewApiKey, RevokeOptions,
    SecretKey, Timestamp,
};
use api_keys_memory::MemoryBuilder;
use axum::Router;
use axum::body::Body;
use axum::extract::{self, Request};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use self::credential::Rights;
use crate::pydantic::{
    Payload, Rejection, Untyped, ValidationError, isoformat, payload, respond, route, take,
};
use crate::state::State;
use crate::wire::{URL_SAFE, empty, key_id, random};

mod body;
mod credential;

/// The conformance of the server to its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Mode {
    /// As observed: a request that fails validation is rejected with 400 and a text, deactivation returns 204 without a
    /// body, every key has the time of the server's start, and responses have no `Content-Length`.
    #[default]
    Observed,
    /// As documented, and as services with default settings behave: 422 with a list, 200 with the key, and correct
    /// times.
    Documented,
}

/// A credential with permission to read keys, but not to create or deactivate them.
pub const READ_ONLY_TOKEN: &str = "read-only";

/// The default maximum number of active keys.
const MAX_KEYS: u32 = 100;

pub(crate) fn store(store: MemoryBuilder) -> MemoryBuilder {
    store
        .max_active(MAX_KEYS)
        .ids(|| {
            key_id(|| Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid().to_string())
        })
        .secrets(|id| SecretKey::new(BASE64_STANDARD.encode(format!("{id}:{}", random(URL_SAFE, 43)))))
}

pub(crate) fn router(state: State, mode: Mode) -> Router {
    let started = state.now();
    let server = Server { state, mode, started, deactivated: Mutex::default() };
    Router::new().fallback(serve).with_state(Arc::new(server))
}

struct Server {
    state: State,
    mode: Mode,
    started: Timestamp,
    /// The times of the last deactivation. The store has only the first one.
    deactivated: Mutex<HashMap<KeyId, Timestamp>>,
}

enum Resource {
    Keys,
    Key(String),
    Deactivation(String),
}

fn resolve(path: &str) -> Option<Resource> {
    let rest = path.strip_prefix("/auth/api_keys/")?;
    match rest.split('/').collect::<Vec<_>>()[..] {
        [""] => Some(Resource::Keys),
        [id] => Some(Resource::Key(id.to_owned())),
        ["deactivate", id] if !id.is_empty() => Some(Resource::Deactivation(id.to_owned())),
        _ => None,
    }
}

async fn serve(extract::State(server): extract::State<Arc<Server>>, request: Request) -> Response {
    let method = request.method().clone();
    let response = match server.respond(request).await {
        Ok(response) => response,
        Err(rejection) => server.reject(rejection, &method),
    };
    match server.mode {
        // A middleware of the real service removes the length, so that the response is chunked.
        Mode::Observed if response.status() != StatusCode::NO_CONTENT => {
            response.map(|body| Body::from_stream(body.into_data_stream()))
        }
        _ => response,
    }
}

impl Server {
    async fn respond(&self, request: Request) -> Result<Response, Rejection> {
        let (parts, body) = take(request).await?;
        let resource = route(&parts, resolve)?;
        match (parts.method.clone(), resource) {
            (Method::POST, Resource::Keys) => {
                // The order of checks: invalid JSON, a missing credential, an invalid value, an invalid credential.
                let payload = payload(&parts.headers, &body, Untyped::Text)?;
                let rights = self.rights(&parts.headers)?;
                if payload == Payload::NotFinite && self.mode == Mode::Documented {
                    // The list of errors would repeat the input, which JSON cannot represent.
                    let text = "Out of range float values are not JSON compliant";
                    return Err(Rejection::Crash("ValueError", text.to_owned()));
                }
                let wanted = body::wanted(&payload)?;
                rights.write()?;
                self.create(wanted).await
            }
            (Method::GET, Resource::Keys) => {
                self.rights(&parts.headers)?.read()?;
                self.list().await
            }
            (Method::GET, Resource::Key(id)) => {
                let rights = self.rights(&parts.headers)?;
                let id = parse(&id)?;
                rights.read()?;
                Ok(respond(StatusCode::OK, &self.shown(&self.find(&id).await?)))
            }
            (Method::DELETE, Resource::Deactivation(id)) => {
                let rights = self.rights(&parts.headers)?;
                let id = parse(&id)?;
                rights.write()?;
                self.deactivate(&id).await
            }
            (_, Resource::Keys) => Err(Rejection::Method("POST")),
            (_, Resource::Key(_)) => Err(Rejection::Method("GET")),
            (_, Resource::Deactivation(_)) => Err(Rejection::Method("DELETE")),
        }
    }

    fn rights(&self, headers: &HeaderMap) -> Result<Rights, Rejection> {
        let token = credential::token(headers)?;
        Ok(match token {
            token if self.state.accepts(&token) => Rights::All,
            token if token == READ_ONLY_TOKEN => Rights::Read,
            _ => Rights::None,
        })
    }

    async fn create(&self, wanted: body::Wanted) -> Result<Response, Rejection> {
        wanted.check_roles()?;
        let mut new = NewApiKey::new(wanted.description.clone().unwrap_or_default()).scopes(wanted.roles);
        new.description = wanted.description;
        let issued = self.state.store.create(new).await.map_err(|error| match error.kind() {
            ErrorKind::LimitReached => {
                Rejection::http(StatusCode::BAD_REQUEST, "Maximum number of active keys reached")
            }
            _ => crash(&error),
        })?;
        let key = Key {
            key: Some(issued.secret.expose()),
            message: "Store this key now: it is not shown again.",
            ..self.shown(&issued.key)
        };
        Ok(respond(StatusCode::OK, &key))
    }

    async fn list(&self) -> Result<Response, Rejection> {
        let keys = self.state.keys(ListQuery::new()).await.map_err(|error| crash(&error))?;
        Ok(respond(StatusCode::OK, &keys.iter().map(|key| self.shown(key)).collect::<Vec<_>>()))
    }

    async fn deactivate(&self, id: &KeyId) -> Result<Response, Rejection> {
        self.find(id).await?;
        self.state.store.revoke(id, RevokeOptions::new()).await.map_err(|error| crash(&error))?;
        // Repeated deactivation updates the time.
        self.deactivated.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), self.state.now());
        match self.mode {
            Mode::Observed => Ok(empty(StatusCode::NO_CONTENT)),
            Mode::Documented => Ok(respond(StatusCode::OK, &self.shown(&self.find(id).await?))),
        }
    }

    async fn find(&self, id: &KeyId) -> Result<ApiKey, Rejection> {
        self.state.store.get(id).await.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Rejection::http(StatusCode::NOT_FOUND, "API Key not found"),
            _ => crash(&error),
        })
    }

    fn shown<'a>(&self, key: &'a ApiKey) -> Key<'a> {
        let deactivated =
            self.deactivated.lock().unwrap_or_else(PoisonError::into_inner).get(&key.id).copied();
        let active = key.status == KeyStatus::Active;
        let created_at = match self.mode {
            Mode::Observed => Some(self.started),
            Mode::Documented => key.created_at,
        };
        let name = key.name.as_deref().filter(|name| !name.is_empty());
        Key {
            id: &key.id,
            key: None,
            description: key.description.as_deref().or(name),
            is_active: active,
            created_at: created_at.map(isoformat).unwrap_or_default(),
            deactivated_at: deactivated.or(key.updated_at).filter(|_| !active).map(isoformat),
            message: "",
            roles: key.scopes.clone().unwrap_or_else(body::default_roles),
        }
    }

    fn reject(&self, rejection: Rejection, method: &Method) -> Response {
        match (self.mode, rejection) {
            (Mode::Observed, Rejection::Invalid(errors)) => {
                let detail = report(&errors, method);
                respond(StatusCode::BAD_REQUEST, &json!({ "detail": detail }))
            }
            (Mode::Observed, Rejection::Crash(..)) => {
                let body = json!({ "detail": "Something went wrong." });
                respond(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
            (_, rejection) => rejection.into_response(),
        }
    }
}

#[derive(Serialize)]
struct Key<'a> {
    id: &'a KeyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    is_active: bool,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deactivated_at: Option<String>,
    message: &'a str,
    roles: Vec<String>,
}

/// Parses the id in the path, in any notation of a UUID.
fn parse(id: &str) -> Result<KeyId, Rejection> {
    let rejected = |error: &str| {
        let loc = [json!("path"), json!("api_key_id")];
        Rejection::Invalid(vec![ValidationError::not_a_uuid(&loc, Value::from(id), error)])
    };
    let uuid = Uuid::parse_str(id).map_err(|error| rejected(&error.to_string()))?;
    KeyId::new(uuid.to_string()).map_err(|error| rejected(&error.to_string()))
}

/// Formats validation errors as text, like Python's `str()`.
fn report(errors: &[ValidationError], method: &Method) -> String {
    let (line, handler, path) = match *method {
        Method::POST => (39, "create_api_key", ""),
        Method::DELETE => (121, "deactivate_api_key", "deactivate/{api_key_id}"),
        _ => (84, "get_api_key", "{api_key_id}"),
    };
    let plural = if errors.len() == 1 { "" } else { "s" };
    let list: String = errors.iter().map(|error| format!("  {}\n", error.repr())).collect();
    format!(
        "{} validation error{plural}:\n{list}\n  File \"/app/src/utils/users.py\", line {line}, in {handler}\n    \
         {method} /auth/api_keys/{path}",
        errors.len()
    )
}

/// Returns the response to a failure of the store, which the service does not handle.
fn crash(error: &Error) -> Rejection {
    Rejection::Crash("Exception", error.to_string())
}
