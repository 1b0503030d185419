//! Handling of a request, with checks in the order of the real server.

use std::sync::{Arc, Mutex, PoisonError};

use api_keys_core::{ApiKeyProvider, KeyExpiry, ListQuery, Timestamp};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::limiter::Limiter;
use super::options::{Options, Version};
use super::{body, schema};
use crate::state::State;
use crate::wire::{bearer, json as respond};

pub(crate) const BASE_PATH: &str = "/api/auth";

pub(crate) fn router(state: State, options: Options) -> Router {
    let server = Arc::new(Server {
        limiter: options.rate_limit.map(|(requests, window)| Limiter::new(requests, window)),
        last_sweep: Mutex::default(),
        state,
        options,
    });
    // A wrong method results in 404, like a wrong path, so a router is not useful.
    Router::new().fallback(move |request: Request| async move { server.serve(request).await })
}

pub(super) struct Server {
    pub(super) state: State,
    pub(super) options: Options,
    limiter: Option<Limiter>,
    last_sweep: Mutex<Option<Timestamp>>,
}

#[derive(Debug, Clone, Copy)]
enum Route {
    Create,
    Get,
    List,
    Update,
    Delete,
}

/// The authenticated caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// The user's.
    Live,
    /// No caller.
    None,
    /// An expired session: the client is instructed to remove its cookies.
    Dead,
}

/// The response headers that remove the cookies of an expired session.
const FORGET: [&str; 3] = [
    "better-auth.session_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
    "better-auth.session_data=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
    "better-auth.dont_remember=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
];

impl Server {
    pub(super) fn version(&self) -> Version {
        self.options.version
    }

    async fn serve(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        self.respond(&parts, body).await.unwrap_or_else(|error| error.respond(self.version()))
    }

    async fn respond(&self, parts: &Parts, body: Body) -> Result<Response, ApiError> {
        let path = self.path(parts)?;
        if let Some(limiter) = &self.limiter {
            limiter
                .admit(self.version(), &parts.headers, &path, self.state.now())
                .map_err(ApiError::Limited)?;
        }
        let route = match (&parts.method, path.as_str()) {
            (&Method::POST, "/api-key/create") => Route::Create,
            (&Method::GET, "/api-key/get") => Route::Get,
            (&Method::GET, "/api-key/list") => Route::List,
            (&Method::POST, "/api-key/update") => Route::Update,
            (&Method::POST, "/api-key/delete") => Route::Delete,
            (&Method::GET, "/ok") => return Ok(respond(StatusCode::OK, json!({ "ok": true }))),
            _ => return Err(ApiError::NO_ROUTE),
        };
        let input = match parts.method {
            Method::POST => {
                let body = body::read(self.version(), parts, body).await?;
                self.check_origin(&parts.headers)?;
                body
            }
            _ => Some(body::query(&parts.uri)),
        };
        let schema = match route {
            Route::Create => schema::CREATE,
            Route::Get => schema::GET,
            Route::List => schema::LIST,
            Route::Update => schema::UPDATE,
            Route::Delete => schema::DELETE,
        };
        let input = schema.check(self.version(), input)?;

        let session = self.session(&parts.headers);
        let mut response = match self.operate(route, &input, session).await {
            Ok(body) => respond(StatusCode::OK, body),
            Err(error) => error.respond(self.version()),
        };
        if session == Session::Dead {
            let forget = FORGET.map(|cookie| (header::SET_COOKIE, HeaderValue::from_static(cookie)));
            response.headers_mut().extend(forget);
        }
        Ok(response)
    }

    /// Returns the path relative to the base. 1.3 ignores extra slashes.
    fn path(&self, parts: &Parts) -> Result<String, ApiError> {
        let path = parts.uri.path().strip_prefix(BASE_PATH).ok_or(ApiError::NO_ROUTE)?;
        Ok(match self.version() {
            Version::V1_3 => path
                .split('/')
                .filter(|segment| !segment.is_empty())
                .flat_map(|segment| ["/", segment])
                .collect(),
            _ => path.to_owned(),
        })
    }

    async fn operate(
        &self,
        route: Route,
        input: &Map<String, Value>,
        session: Session,
    ) -> Result<Value, ApiError> {
        let signed_in = if session == Session::Live { Ok(()) } else { Err(ApiError::Unauthorized) };
        let done = match route {
            Route::Create => self.create(input, session).await?,
            Route::Update => self.update(input, session).await?,
            Route::Get => signed_in.map(|()| self.get(input))?.await?,
            Route::List => signed_in.map(|()| self.list(input))?.await?,
            Route::Delete => signed_in.map(|()| self.delete(input))?.await?,
        };
        self.sweep().await?;
        Ok(done)
    }

    /// Requires a trusted `Origin` for a POST with a cookie.
    fn check_origin(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let origin = text(header::ORIGIN).or_else(|| text(header::REFERER));
        let lenient = self.version() == Version::V1_3 && origin.is_none();
        if lenient || !headers.contains_key(header::COOKIE) {
            return Ok(());
        }
        let origin = origin
            .filter(|&origin| origin != "null" || self.version() == Version::V1_3)
            .ok_or(ApiError::NO_ORIGIN)?;
        let own = format!("http://{}", text(header::HOST).unwrap_or_default());
        let rest = origin.strip_prefix(&own).ok_or(ApiError::FOREIGN_ORIGIN)?;
        if rest.is_empty() || rest.starts_with('/') { Ok(()) } else { Err(ApiError::FOREIGN_ORIGIN) }
    }

    fn session(&self, headers: &HeaderMap) -> Session {
        let token = match self.version().is_built_in() {
            true => without_scheme(headers),
            false => bearer(headers),
        };
        match token.filter(|token| !token.is_empty()) {
            Some(token) if self.state.accepts(token) => Session::Live,
            // A token with a dot is signed. No such signature is valid here, so it is not looked up.
            Some(token) if self.version() == Version::V1_7 && !token.contains('.') => Session::Dead,
            _ => Session::None,
        }
    }

    /// Removes expired keys, at most every ten seconds, after the response has been created. Until then an expired key
    /// can be read, and reactivated by an update.
    async fn sweep(&self) -> Result<(), ApiError> {
        const EVERY: i64 = 10;
        let now = self.state.now();
        {
            let mut last = self.last_sweep.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|last| now.duration_since(last).as_secs() < EVERY) {
                return Ok(());
            }
            *last = Some(now);
        }
        for key in self.state.keys(ListQuery::new().include_inactive(true)).await? {
            if matches!(key.expiry, KeyExpiry::At(end) if end < now) {
                match self.state.store.delete(&key.id).await {
                    // Removed by another request.
                    Err(error) if error.is_not_found() => {}
                    other => other?,
                }
            }
        }
        Ok(())
    }
}

/// Returns the token as versions before 1.5 do: the header without the word `Bearer`, if present.
fn without_scheme(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ").unwrap_or(value))
}
