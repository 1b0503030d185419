//! The layer.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::authenticator::Authenticator;
use crate::rejection::{Rejection, Responder};
use crate::verifier::Lookup;

/// A layer that rejects requests without a valid key, and adds [`Authenticated`](crate::Authenticated) to the extensions of the others.
#[derive(Clone)]
pub struct ApiKeyLayer {
    authenticator: Authenticator,
    responder: Responder,
}

impl ApiKeyLayer {
    /// Creates a layer.
    pub fn new(authenticator: Authenticator) -> Self {
        Self { authenticator, responder: Responder::default() }
    }

    /// Replaces the responses to rejected requests. Do not distinguish invalid keys by their reason: that would help
    /// somebody who guesses or found a key.
    #[must_use]
    pub fn response(
        mut self,
        respond: impl Fn(&Rejection) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.responder = Responder::new(respond);
        self
    }
}

impl fmt::Debug for ApiKeyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyLayer").field("authenticator", &self.authenticator).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ApiKeyLayer {
    type Service = ApiKeyService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ApiKeyService { inner, layer: self.clone() }
    }
}

/// The service of [`ApiKeyLayer`].
#[derive(Debug, Clone)]
pub struct ApiKeyService<S> {
    inner: S,
    layer: ApiKeyLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for ApiKeyService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    ReqBody: Send + 'static,
    ResBody: From<Bytes>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = ResponseFuture<S, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let responder = self.layer.responder.clone();
        let state = match self.layer.authenticator.look_up(request.headers(), request.uri()) {
            Lookup::Hit(Ok(key)) => {
                request.extensions_mut().insert(key);
                let response = self.inner.call(request);
                return ResponseFuture { state: State::Inner { response }, responder };
            }
            Lookup::Hit(Err(rejection)) => State::Rejected { rejection: Some(rejection) },
            Lookup::Miss(secret, digest) => {
                let authenticator = self.layer.authenticator.clone();
                let verification = Box::pin(async move {
                    request.extensions_mut().insert(authenticator.resolve(&secret, digest).await?);
                    Ok(request)
                });
                // The service that was polled to be ready is the one to call.
                let clone = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, clone);
                State::Verifying { verification, inner }
            }
        };
        ResponseFuture { state, responder }
    }
}

type Verification<B> = Pin<Box<dyn Future<Output = Result<Request<B>, Rejection>> + Send>>;

pin_project! {
    /// The response of [`ApiKeyService`].
    pub struct ResponseFuture<S: Service<Request<B>>, B> {
        #[pin]
        state: State<S, S::Future, B>,
        responder: Responder,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F, B> {
        /// The key is verified by the provider.
        Verifying { verification: Verification<B>, inner: S },
        /// The request is processed.
        Inner {
            #[pin]
            response: F,
        },
        Rejected { rejection: Option<Rejection> },
    }
}

impl<S, B, ResBody> Future for ResponseFuture<S, B>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    ResBody: From<Bytes>,
{
    type Output = Result<Response<ResBody>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProjection::Inner { response } => return response.poll(cx),
                StateProjection::Rejected { rejection } => {
                    let rejection = rejection.take().unwrap_or(Rejection::Missing);
                    return Poll::Ready(Ok(this.responder.respond(&rejection)));
                }
                StateProjection::Verifying { verification, inner } => {
                    match ready!(verification.as_mut().poll(cx)) {
                        Ok(request) => State::Inner { response: inner.call(request) },
                        Err(rejection) => State::Rejected { rejection: Some(rejection) },
                    }
                }
            };
            this.state.set(next);
        }
    }
}

impl<S: Service<Request<B>>, B> fmt::Debug for ResponseFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
