//! Latitude.sh: JSON:API over HTTP, with keys that authenticate to the same API.
//!
//! The emulator's token is not a key of the store. Every key in the store also authenticates, so a key can rotate or
//! delete itself.

use std::sync::Arc;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, IssuedKey, KeyId, KeyStatus, ListQuery, NewApiKey,
    RotateOptions, SecretKey, Timestamp, UpdateApiKey,
};
use api_keys_memory::MemoryBuilder;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{self, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use self::body::{Attributes, Purpose};
use self::errors::{Rejection, document};
use self::rate::Limiter;
use crate::state::State;
use crate::wire::{ALPHANUMERIC, HEX, key_id, random};

mod body;
mod errors;
mod rate;

pub use rate::RateLimit;

/// The default version of the API.
const API_VERSION: &str = "2023-06-01";

pub(crate) fn store(store: MemoryBuilder) -> MemoryBuilder {
    store
        .ids(|| key_id(|| format!("tok_{}", random(ALPHANUMERIC, 13))))
        .secrets(|_| SecretKey::new(random(HEX, 36)))
        // For `token_last_slice`, which is longer than the hint of the store.
        .retain_secrets(true)
}

pub(crate) fn router(state: State, limit: RateLimit) -> Router {
    let server = Server { state, limiter: Limiter::new(limit) };
    Router::new().fallback(serve).with_state(Arc::new(server))
}

struct Server {
    state: State,
    limiter: Limiter,
}

async fn serve(extract::State(server): extract::State<Arc<Server>>, request: Request) -> Response {
    let mut response = server.respond(request).await.unwrap_or_else(Rejection::into_response);
    let request_id = HeaderValue::try_from(random(HEX, 32));
    if let Ok(id) = request_id {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

impl Server {
    async fn respond(&self, request: Request) -> Result<Response, Rejection> {
        const MOST: usize = 1 << 20;
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MOST).await.map_err(|_| Rejection::malformed())?;
        let reads = parts.method == Method::GET;
        self.authenticate(&parts.headers, reads).await?;

        let path = parts.uri.path().trim_end_matches('/');
        let id = match path.strip_prefix("/auth/api_keys") {
            Some("") => None,
            Some(rest) => Some(rest.strip_prefix('/').ok_or_else(Rejection::not_found)?),
            None => return Err(Rejection::not_found()),
        };
        let attributes = |purpose| body::attributes(&parts.headers, &body, purpose);
        match (parts.method, id) {
            (Method::GET, None) => self.list().await,
            (Method::POST, None) => self.create(attributes(Purpose::Create)?).await,
            (Method::PUT, Some(id)) => {
                let key = self.find(id).await?;
                self.rotate(&key, attributes(Purpose::Change)?).await
            }
            (Method::PATCH, Some(id)) => {
                let key = self.find(id).await?;
                self.update(&key, attributes(Purpose::Change)?).await
            }
            (Method::DELETE, Some(id)) => {
                let key = self.find(id).await?;
                self.state.store.delete(&key.id).await.map_err(Rejection::store)?;
                Ok(document(StatusCode::OK, &json!({ "meta": {} })))
            }
            // There is no such route. The response is that of an unknown key.
            _ => Err(Rejection::not_found()),
        }
    }

    /// Accepts the token with or without the word `Bearer`.
    async fn authenticate(&self, headers: &HeaderMap, reads: bool) -> Result<(), Rejection> {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let header = header.ok_or_else(Rejection::unauthorized)?.trim();
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => header,
        };
        let mut read_only = false;
        if !self.state.accepts(token) {
            let verification =
                self.state.store.verify(&SecretKey::new(token)).await.map_err(Rejection::store)?;
            let key = verification.key().ok_or_else(Rejection::unauthorized)?;
            read_only = key.extra.get("read_only").and_then(Value::as_bool).unwrap_or(false);
        }
        self.limiter.count(token, reads, self.state.now())?;
        if read_only && !reads { Err(Rejection::forbidden()) } else { Ok(()) }
    }

    async fn list(&self) -> Result<Response, Rejection> {
        let mut data = Vec::new();
        for key in self.keys().await? {
            match self.resource(&key, None, json!([])).await {
                Ok(resource) => data.push(resource),
                // Removed concurrently.
                Err(_) if self.state.store.find(&key.id).await.is_ok_and(|key| key.is_none()) => {}
                Err(rejection) => return Err(rejection),
            }
        }
        Ok(document(StatusCode::OK, &json!({ "data": data, "meta": {} })))
    }

    async fn create(&self, attributes: Attributes) -> Result<Response, Rejection> {
        let mut new = NewApiKey::new(attributes.name.unwrap_or_default());
        new.extra = attributes.settings;
        let issued = self.state.store.create(new).await.map_err(Rejection::store)?;
        self.issued(StatusCode::CREATED, &issued, json!([])).await
    }

    async fn rotate(&self, key: &ApiKey, attributes: Attributes) -> Result<Response, Rejection> {
        self.change(key, attributes).await?;
        let rotated =
            self.state.store.rotate(&key.id, RotateOptions::new()).await.map_err(Rejection::store)?;
        self.issued(StatusCode::OK, &rotated, Value::Null).await
    }

    async fn update(&self, key: &ApiKey, attributes: Attributes) -> Result<Response, Rejection> {
        self.change(key, attributes).await?;
        let key = self.state.store.get(&key.id).await.map_err(Rejection::store)?;
        let data = self.resource(&key, None, Value::Null).await?;
        Ok(document(StatusCode::OK, &json!({ "data": data, "meta": {} })))
    }

    /// Sets the given attributes and keeps the others.
    async fn change(&self, key: &ApiKey, attributes: Attributes) -> Result<(), Rejection> {
        if attributes.name.is_none() && attributes.settings.is_empty() {
            return Ok(());
        }
        let mut changes = UpdateApiKey::new();
        changes.name = attributes.name;
        changes.extra = attributes.settings;
        self.state.store.update(&key.id, changes).await.map_err(Rejection::store)?;
        Ok(())
    }

    async fn issued(
        &self,
        status: StatusCode,
        issued: &IssuedKey,
        no_ips: Value,
    ) -> Result<Response, Rejection> {
        let data = self.resource(&issued.key, Some(&issued.secret), no_ips).await?;
        Ok(document(status, &json!({ "data": data, "meta": {} })))
    }

    /// Returns all keys except revoked ones, which this vendor removes.
    async fn keys(&self) -> Result<Vec<ApiKey>, Rejection> {
        let all = ListQuery::new().include_inactive(true);
        let mut keys = self.state.keys(all).await.map_err(Rejection::store)?;
        keys.retain(|key| key.status != KeyStatus::Revoked);
        Ok(keys)
    }

    async fn find(&self, id: &str) -> Result<ApiKey, Rejection> {
        let id = percent_decode_str(id).decode_utf8_lossy();
        let key = self.keys().await?.into_iter().find(|key| key.id.as_str() == id);
        key.ok_or_else(Rejection::not_found)
    }

    /// Converts a key to JSON:API. The form of an unset list of allowed addresses depends on the operation.
    async fn resource(
        &self,
        key: &ApiKey,
        token: Option<&SecretKey>,
        no_ips: Value,
    ) -> Result<Value, Rejection> {
        let setting = |name: &str, otherwise: Value| key.extra.get(name).cloned().unwrap_or(otherwise);
        let mut attributes = json!({
            "name": key.name,
            "token_last_slice": self.last_slice(&key.id).await?,
            "api_version": API_VERSION,
            "read_only": setting("read_only", json!(false)),
            "allowed_ips": setting("allowed_ips", no_ips),
            "created_at": key.created_at.map(stamp),
            "updated_at": key.updated_at.map(stamp),
            "last_used_at": key.last_used_at.map(stamp),
            "user": { "id": "user_0ExAmPle", "email": "owner@example.com" },
        });
        if let Some(token) = token {
            attributes["token"] = json!(token.expose());
        }
        Ok(json!({ "id": key.id, "type": "api_keys", "attributes": attributes }))
    }

    async fn last_slice(&self, id: &KeyId) -> Result<String, Rejection> {
        let secret = self.state.store.reveal(id).await.map_err(Rejection::store)?;
        let secret = secret.expose();
        let start = secret.char_indices().nth_back(4).map_or(0, |(start, _)| start);
        Ok(secret[start..].to_owned())
    }
}

/// Formats a time in whole seconds, with a numeric offset.
fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}
