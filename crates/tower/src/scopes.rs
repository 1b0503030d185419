//! Scopes of routes.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::Either;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::authenticated::Authenticated;
use crate::rejection::{Rejection, Responder};
use crate::telemetry;

/// A layer that rejects requests whose key lacks a scope. It is below [`ApiKeyLayer`](crate::ApiKeyLayer), usually for
/// some routes only; without that layer, it rejects all requests.
#[derive(Clone)]
pub struct RequireScopesLayer {
    scopes: Arc<[String]>,
    responder: Responder,
}

impl RequireScopesLayer {
    /// Creates a layer that requires all of the scopes.
    pub fn new<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self { scopes: scopes.into_iter().map(Into::into).collect(), responder: Responder::default() }
    }

    /// Replaces the responses to rejected requests.
    #[must_use]
    pub fn response(
        mut self,
        respond: impl Fn(&Rejection) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.responder = Responder::new(respond);
        self
    }
}

impl fmt::Debug for RequireScopesLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireScopesLayer").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for RequireScopesLayer {
    type Service = RequireScopes<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireScopes { inner, layer: self.clone() }
    }
}

/// The service of [`RequireScopesLayer`].
#[derive(Debug, Clone)]
pub struct RequireScopes<S> {
    inner: S,
    layer: RequireScopesLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for RequireScopes<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: From<Bytes>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<ResBody>, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let rejection = match request.extensions().get::<Authenticated>() {
            None => Rejection::Missing,
            Some(key) if key.has_scopes(&self.layer.scopes) => {
                return Either::Left(self.inner.call(request));
            }
            Some(_) => Rejection::MissingScope(self.layer.scopes.to_vec()),
        };
        telemetry::rejected(&rejection);
        Either::Right(ready(Ok(self.layer.responder.respond(&rejection))))
    }
}
