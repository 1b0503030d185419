//! The dialects, and what they share.

use std::sync::Arc;

use api_keys_core::{ApiKey, ApiKeyProvider, KeyId, ListQuery, Result, SecretKey, Timestamp};
use api_keys_memory::{Memory, MemoryBuilder};
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::Value;

use crate::Vendor;

pub mod better_auth;
pub mod clerk;
pub mod fastapi;
pub mod latitude_sh;
pub mod mcp;
mod python;

/// A vendor's dialect, where there are several in one of its versions and with its options.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Dialect {
    /// better-auth.
    BetterAuth(better_auth::Options),
    /// Clerk.
    Clerk(clerk::Options),
    /// MCP.
    Mcp(mcp::Generation),
    /// Latitude.sh.
    LatitudeSh(latitude_sh::RateLimit),
    /// FastAPI.
    FastApi(fastapi::Mode),
}

impl Dialect {
    /// Whose dialect it is.
    pub fn vendor(&self) -> Vendor {
        match self {
            Self::BetterAuth(_) => Vendor::BetterAuth,
            Self::Clerk(_) => Vendor::Clerk,
            Self::Mcp(_) => Vendor::Mcp,
            Self::LatitudeSh(_) => Vendor::LatitudeSh,
            Self::FastApi(_) => Vendor::FastApi,
        }
    }

    /// What stands between the origin and the paths of the vendor's document.
    pub(crate) fn base_path(&self) -> &'static str {
        match self {
            Self::BetterAuth(_) => better_auth::BASE_PATH,
            Self::Clerk(_) => clerk::BASE_PATH,
            Self::Mcp(_) | Self::LatitudeSh(_) | Self::FastApi(_) => "",
        }
    }

    /// Gives the store the vendor's ids, secrets and limits.
    pub(crate) fn store(&self, store: MemoryBuilder) -> MemoryBuilder {
        match self {
            Self::BetterAuth(_) => better_auth::store(store),
            Self::Clerk(_) => clerk::store(store),
            Self::Mcp(_) => mcp::store(store),
            Self::LatitudeSh(_) => latitude_sh::store(store),
            Self::FastApi(_) => fastapi::store(store),
        }
    }

    pub(crate) fn router(self, state: State) -> Router {
        match self {
            Self::BetterAuth(options) => better_auth::router(state, options),
            Self::Clerk(options) => clerk::router(state, options),
            Self::Mcp(generation) => mcp::router(state, generation),
            Self::LatitudeSh(limit) => latitude_sh::router(state, limit),
            Self::FastApi(mode) => fastapi::router(state, mode),
        }
    }
}

impl From<Vendor> for Dialect {
    fn from(vendor: Vendor) -> Self {
        match vendor {
            Vendor::BetterAuth => Self::BetterAuth(better_auth::Options::default()),
            Vendor::Clerk => Self::Clerk(clerk::Options::default()),
            Vendor::Mcp => Self::Mcp(mcp::Generation::default()),
            Vendor::LatitudeSh => Self::LatitudeSh(latitude_sh::RateLimit::default()),
            Vendor::FastApi => Self::FastApi(fastapi::Mode::default()),
        }
    }
}

impl From<better_auth::Version> for Dialect {
    fn from(version: better_auth::Version) -> Self {
        Self::BetterAuth(better_auth::Options::new(version))
    }
}

impl From<better_auth::Options> for Dialect {
    fn from(options: better_auth::Options) -> Self {
        Self::BetterAuth(options)
    }
}

impl From<clerk::Options> for Dialect {
    fn from(options: clerk::Options) -> Self {
        Self::Clerk(options)
    }
}

impl From<mcp::Generation> for Dialect {
    fn from(generation: mcp::Generation) -> Self {
        Self::Mcp(generation)
    }
}

impl From<latitude_sh::RateLimit> for Dialect {
    fn from(limit: latitude_sh::RateLimit) -> Self {
        Self::LatitudeSh(limit)
    }
}

impl From<fastapi::Mode> for Dialect {
    fn from(mode: fastapi::Mode) -> Self {
        Self::FastApi(mode)
    }
}

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What every handler has: the keys, the credential and the time.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) store: Memory,
    token: SecretKey,
    clock: Clock,
}

impl State {
    pub(crate) fn new(store: Memory, token: SecretKey, clock: Clock) -> Self {
        Self { store, token, clock }
    }

    /// Now, by the emulator's clock.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Whether this is the management credential.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        self.token.expose() == token
    }

    /// Every stored key that the query asks for, across all pages, in creation order.
    pub(crate) async fn keys(&self, query: ListQuery) -> Result<Vec<ApiKey>> {
        let mut keys = Vec::new();
        let mut next = None;
        loop {
            let mut query = query.clone();
            query.cursor = next;
            let page = self.store.list(query).await?;
            keys.extend(page.items);
            next = page.next;
            if next.is_none() {
                return Ok(keys);
            }
        }
    }
}

/// The token of `Authorization: Bearer <token>`; the scheme in any case, as HTTP has it.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

/// An answer without a body, and without a content type.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// As many random characters out of `alphabet`, which must be ASCII.
pub(crate) fn random(alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(alphabet[fastrand::usize(..alphabet.len())])).collect()
}

/// Lower-case hexadecimal digits.
pub(crate) const HEX: &[u8] = b"0123456789abcdef";
/// Letters and digits.
pub(crate) const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// What URL-safe base64 is written in.
pub(crate) const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The first text out of `make` that can be an id.
pub(crate) fn key_id(make: impl Fn() -> String) -> KeyId {
    loop {
        if let Ok(id) = KeyId::new(make()) {
            return id;
        }
    }
}

/// A management credential in the vendor's form.
pub(crate) fn random_token(dialect: &Dialect) -> SecretKey {
    let token = random(ALPHANUMERIC, 32);
    SecretKey::new(match dialect {
        Dialect::Clerk(_) => format!("sk_test_{token}"),
        _ => token,
    })
}
