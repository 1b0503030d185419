//! Scopes of routes.

use std::fmt;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::layer::authenticated;
use crate::rejection::Rejection;
use crate::telemetry;

type Respond = dyn Fn(&Rejection) -> Response<Bytes> + Send + Sync;

/// A layer that rejects requests whose key lacks a scope. It is below [`ApiKeyLayer`](crate::ApiKeyLayer), usually for
/// some routes only; without that layer, it rejects all requests.
#[derive(Clone)]
pub struct RequireScopesLayer {
    scopes: Arc<[String]>,
    respond: Arc<Respond>,
}

impl RequireScopesLayer {
    /// Creates a layer that requires all of the scopes.
    pub fn new<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self { scopes: scopes.into_iter().map(Into::into).collect(), respond: Arc::new(Rejection::response) }
    }

    /// Replaces the responses to rejected requests.
    #[must_use]
    pub fn response(
        mut self,
        respond: impl Fn(&Rejection) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.respond = Arc::new(respond);
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
        let rejection = match authenticated(&request) {
            None => Rejection::Missing,
            Some(key) if key.has_scopes(&self.layer.scopes) => {
                return Either::Inner { response: self.inner.call(request) };
            }
            Some(_) => Rejection::MissingScope(self.layer.scopes.to_vec()),
        };
        telemetry::rejected(&rejection);
        Either::Rejected { response: ready(Ok((self.layer.respond)(&rejection).map(ResBody::from))) }
    }
}

pin_project! {
    /// The response of [`RequireScopes`].
    #[derive(Debug)]
    #[project = EitherProjection]
    #[allow(missing_docs, reason = "not nameable outside of this crate")]
    pub enum Either<A, B> {
        Inner {
            #[pin]
            response: A,
        },
        Rejected {
            #[pin]
            response: B,
        },
    }
}

impl<A: Future, B: Future<Output = A::Output>> Future for Either<A, B> {
    type Output = A::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<A::Output> {
        match self.project() {
            EitherProjection::Inner { response } => response.poll(cx),
            EitherProjection::Rejected { response } => response.poll(cx),
        }
    }
}
