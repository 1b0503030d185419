//! An emulated vendor without a server.

use std::fmt;

use api_keys_core::SecretKey;
use api_keys_memory::Memory;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::{Request, Response};
use tower_service::Service as _;

use crate::dialect::Dialect;
use crate::state::State;

/// A vendor's server without a socket: a function from requests to responses. Clones share its state.
///
/// ```
/// use api_keys_emulator::{Emulator, Vendor};
/// use http::Request;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let service = Emulator::builder(Vendor::Clerk).service()?;
/// let request = Request::get("/v1/api_keys?subject=user_1").body(Default::default()).unwrap();
/// assert_eq!(service.call(request).await.status(), 401);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EmulatedService {
    pub(crate) dialect: Dialect,
    pub(crate) state: State,
    router: Router,
}

impl EmulatedService {
    pub(crate) fn new(dialect: Dialect, state: State) -> Self {
        let router = dialect.clone().router(state.clone()).layer(DefaultBodyLimit::disable());
        Self { dialect, state, router }
    }

    /// Returns the service after a restart: stored keys remain, and everything else is lost.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self::new(self.dialect.clone(), self.state.clone())
    }

    /// Returns the base URL for the vendor's client at an origin, such as `http://127.0.0.1:80`.
    pub fn base_url(&self, origin: &str) -> String {
        format!("{origin}{}", self.dialect.base_path())
    }

    /// Returns the accepted management credential.
    pub fn token(&self) -> &SecretKey {
        self.state.token()
    }

    /// Returns the stored keys, independently of the responses.
    pub fn store(&self) -> &Memory {
        &self.state.store
    }

    /// Responds to a request.
    pub async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        let mut router = self.router.clone();
        // A router is always ready, and infallible.
        let Ok(response) = router.call(request.map(axum::body::Body::from)).await;
        let (parts, body) = response.into_parts();
        // Bodies are in memory, so reading them does not fail.
        Response::from_parts(parts, to_bytes(body, usize::MAX).await.unwrap_or_default())
    }

    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }
}

impl fmt::Debug for EmulatedService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatedService").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}
