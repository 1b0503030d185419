//! Clerk's Backend API, `/api_keys`.
//!
//! Statuses, fields and limits are those of the document of 2026-05-12. Numbers are floats, as in the vendor's SDK, and
//! times are in milliseconds. Messages and codes of errors are invented where the document defines none.

use std::collections::HashMap;
use std::sync::Arc;

use api_keys_core::{
    ApiKey, ApiKeyProvider, InvalidReason, KeyId, KeyStatus, ListQuery, RevokeOptions, SecretKey,
    Verification,
};
use api_keys_memory::MemoryBuilder;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{self, Path, Query, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::state::State;
use crate::wire::{ALPHANUMERIC, HEX, bearer, json as respond, key_id, random};

mod errors;
mod input;
mod key;

use errors::ApiError;
use input::{CREATE, Filter, REVOKE, UPDATE, VERIFY};

pub(crate) const BASE_PATH: &str = "/v1";

/// Options of the emulated Clerk.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Options {
    created: bool,
}

impl Options {
    /// Creates the default options: as in the vendor's document of 2026-05-12.
    pub fn new() -> Self {
        Self::default()
    }

    /// Responds to a create with 201, as the vendor's SDK expects, instead of the documented 200.
    pub fn created(mut self, created: bool) -> Self {
        self.created = created;
        self
    }
}

pub(crate) fn store(store: MemoryBuilder) -> MemoryBuilder {
    store
        .ids(|| key_id(|| format!("ak_{}", random(HEX, 32))))
        .secrets(|_| SecretKey::new(format!("ak_{}", random(ALPHANUMERIC, 32))))
        .retain_secrets(true)
}

struct Clerk {
    state: State,
    options: Options,
}

type Shared = extract::State<Arc<Clerk>>;
type ApiResult = Result<Response, ApiError>;

pub(crate) fn router(state: State, options: Options) -> Router {
    let clerk = Arc::new(Clerk { state, options });
    let operations = Router::new()
        .route("/api_keys", post(create).get(list))
        .route("/api_keys/verify", post(verify))
        .route("/api_keys/{id}", get(read).patch(update).delete(delete))
        .route("/api_keys/{id}/secret", get(reveal))
        .route("/api_keys/{id}/revoke", post(revoke));
    Router::new()
        .nest(BASE_PATH, operations)
        .fallback(async || ApiError::no_route())
        .method_not_allowed_fallback(async || ApiError::no_route())
        .layer(middleware::from_fn_with_state(Arc::clone(&clerk), authenticate))
        .with_state(clerk)
}

async fn authenticate(clerk: Shared, request: Request, next: Next) -> Response {
    match bearer(request.headers()) {
        None => ApiError::no_credential().into_response(),
        Some(token) if !clerk.state.accepts(token) => ApiError::wrong_credential().into_response(),
        Some(_) => next.run(request).await,
    }
}

async fn create(clerk: Shared, body: Bytes) -> ApiResult {
    let new = input::new_key(CREATE.read(&body)?);
    let issued = clerk.state.store.create(new).await?;
    let mut view = key::view(&issued.key);
    view["secret"] = json!(issued.secret.expose());
    let status = if clerk.options.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(respond(status, view))
}

async fn list(clerk: Shared, Query(query): Query<HashMap<String, String>>) -> ApiResult {
    let filter = Filter::read(&query)?;
    let mut asked = ListQuery::new().owner(filter.subject).include_inactive(filter.include_invalid);
    if let Some(search) = filter.query {
        asked = asked.search(search);
    }
    let mut keys = clerk.state.keys(asked).await?;
    keys.retain(|key| key::kind(key) == filter.kind);
    let page: Vec<_> = keys.iter().skip(filter.offset).take(filter.limit).map(key::view).collect();
    Ok(respond(StatusCode::OK, json!({ "data": page, "total_count": keys.len() as f64 })))
}

async fn read(clerk: Shared, Path(id): Path<String>) -> ApiResult {
    let key = clerk.state.store.get(&key_id_of(&id)?).await?;
    Ok(respond(StatusCode::OK, key::view(&key)))
}

async fn update(clerk: Shared, Path(id): Path<String>, body: Bytes) -> ApiResult {
    let id = key_id_of(&id)?;
    let changes = input::changes(&UPDATE.read(&body)?);
    let key = match changes.fields().is_empty() {
        true => clerk.state.store.get(&id).await?,
        false => clerk.state.store.update(&id, changes).await?,
    };
    Ok(respond(StatusCode::OK, key::view(&key)))
}

async fn delete(clerk: Shared, Path(id): Path<String>) -> ApiResult {
    let id = key_id_of(&id)?;
    clerk.state.store.delete(&id).await?;
    Ok(respond(StatusCode::OK, json!({ "object": "api_key", "id": id, "deleted": true })))
}

async fn reveal(clerk: Shared, Path(id): Path<String>) -> ApiResult {
    let secret = clerk.state.store.reveal(&key_id_of(&id)?).await?;
    Ok(respond(StatusCode::OK, json!({ "secret": secret.expose() })))
}

async fn revoke(clerk: Shared, Path(id): Path<String>, body: Bytes) -> ApiResult {
    let id = key_id_of(&id)?;
    let mut options = RevokeOptions::new();
    options.reason = REVOKE.read(&body)?.get("revocation_reason").and_then(Value::as_str).map(str::to_owned);
    clerk.state.store.revoke(&id, options).await?;
    Ok(respond(StatusCode::OK, key::view(&clerk.state.store.get(&id).await?)))
}

/// Returns the key with this secret in any state, which the caller must check.
async fn verify(clerk: Shared, body: Bytes) -> ApiResult {
    let body = VERIFY.read(&body)?;
    let secret = SecretKey::new(body.get("secret").and_then(Value::as_str).unwrap_or_default());
    let key = match clerk.state.store.verify(&secret).await? {
        Verification::Valid(key) => *key,
        Verification::Invalid(InvalidReason::NotFound) => return Err(ApiError::no_such_key()),
        Verification::Invalid(_) => clerk.holder(&secret).await?,
    };
    Ok(respond(StatusCode::OK, key::view(&key)))
}

impl Clerk {
    /// Returns the key of an invalid secret.
    async fn holder(&self, secret: &SecretKey) -> Result<ApiKey, ApiError> {
        for key in self.state.keys(ListQuery::new().include_inactive(true)).await? {
            let invalid = key.status != KeyStatus::Active;
            if invalid && self.state.store.reveal(&key.id).await?.expose() == secret.expose() {
                return Ok(key);
            }
        }
        Err(ApiError::no_such_key())
    }
}

/// Generates an id in the vendor's format.
fn key_id_of(id: &str) -> Result<KeyId, ApiError> {
    let digits = id.strip_prefix("ak_").or_else(|| id.strip_prefix("api_key_"));
    match (digits, KeyId::new(id)) {
        (Some(digits), Ok(id)) if digits.len() == 32 && digits.bytes().all(|c| c.is_ascii_hexdigit()) => {
            Ok(id)
        }
        _ => Err(ApiError::invalid("url_parameter.apiKeyID", "Failed regex check")),
    }
}
