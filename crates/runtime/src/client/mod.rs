//! The HTTP client that generated code calls.

mod attempt;
mod budget;
pub(crate) mod builder;
pub(crate) mod clock;
pub(crate) mod config;
mod jitter;
#[cfg(feature = "full-openapi")]
mod pages;
pub(crate) mod retry;
mod shared;
#[cfg(feature = "full-openapi")]
mod streams;
pub(crate) mod timeouts;
#[cfg_attr(not(feature = "tracing"), path = "untraced.rs")]
mod trace;
mod transports;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::defect::Defect;
use api_keys_core::{Effect, SecretBytes};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use self::attempt::{Attempts, Expect};
use self::budget::Budget;
use self::retry::{RetryPolicy, decide};
use self::shared::Shared;
use self::timeouts::Timeouts;
use self::trace::Span;
use crate::error::{Error, Failure, FailureKind};
use crate::request::Request;
use crate::request::operation::Operation;
use crate::response::Response;
use crate::response::json::{self, DecodeFailure};
use crate::transport::body::Body;
#[cfg(feature = "full-openapi")]
use crate::xml::{self, XmlNode};

/// A client of one vendor's API.
///
/// Clones are cheap and share connections and the retry budget. Every call needs a tokio runtime with time enabled.
/// Dropping the future of a call abandons the call and leaves the client usable; the effect of a request that was
/// already sent is then unknown.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    timeouts: Timeouts,
    retry: RetryPolicy,
    #[cfg(feature = "full-openapi")]
    last_event_id: Option<Arc<str>>,
}

/// A successful response that has not been decoded. The span of the call is open until then.
struct Undecoded {
    operation: &'static Operation,
    response: Response<Bytes>,
    span: Span,
}

impl Client {
    fn new(shared: Arc<Shared>, timeouts: Timeouts, retry: RetryPolicy) -> Self {
        Self {
            shared,
            timeouts,
            retry,
            #[cfg(feature = "full-openapi")]
            last_event_id: None,
        }
    }

    /// Returns the timeouts.
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Returns a client with another total timeout.
    pub fn with_timeout(&self, total: Duration) -> Self {
        Self { timeouts: self.timeouts.total(total), ..self.clone() }
    }

    /// Returns a client with another retry policy.
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self { retry, ..self.clone() }
    }

    /// Sends a request and decodes the JSON response.
    ///
    /// # Errors
    /// Returns an error without a successful response, or if its body cannot be decoded.
    #[allow(clippy::manual_async_fn, reason = "the future of an `async fn` stores each argument twice")]
    pub fn send_json<T, E>(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Response<T>, Error<E>>> + Send
    where
        T: DeserializeOwned,
    {
        async move { Ok(self.send(&request, Expect::Body).await?.decode(json::decode)?) }
    }

    /// Sends a request and decodes the JSON response, which may be empty.
    ///
    /// # Errors
    /// Returns an error without a successful response, or if its body is neither empty nor valid.
    pub async fn send_json_opt<T, E>(&self, request: Request) -> Result<Response<Option<T>>, Error<E>>
    where
        T: DeserializeOwned,
    {
        Ok(self.send(&request, Expect::Body).await?.decode_opt(json::decode)?)
    }

    /// Sends a request and decodes the XML response.
    ///
    /// # Errors
    /// Returns an error without a successful response, or if its body cannot be decoded.
    #[cfg(feature = "full-openapi")]
    pub async fn send_xml<T, E>(
        &self,
        request: Request,
        root: &'static XmlNode,
    ) -> Result<Response<T>, Error<E>>
    where
        T: DeserializeOwned,
    {
        Ok(self.send(&request, Expect::Body).await?.decode(|body| xml::decode(body, root))?)
    }

    /// Sends a request and decodes the XML response, which may be empty.
    ///
    /// # Errors
    /// Returns an error without a successful response, or if its body is neither empty nor valid.
    #[cfg(feature = "full-openapi")]
    pub async fn send_xml_opt<T, E>(
        &self,
        request: Request,
        root: &'static XmlNode,
    ) -> Result<Response<Option<T>>, Error<E>>
    where
        T: DeserializeOwned,
    {
        Ok(self.send(&request, Expect::Body).await?.decode_opt(|body| xml::decode(body, root))?)
    }

    /// Sends a request whose response has no relevant body. A body is read, so that the connection can be reused, and
    /// discarded.
    ///
    /// # Errors
    /// Returns an error without a successful response.
    pub async fn send_empty<E>(&self, request: Request) -> Result<Response<()>, Error<E>> {
        Ok(self.send(&request, Expect::Status).await?.response.map(drop))
    }

    /// Sends a request and returns the body of the response, which is kept in memory within the client's
    /// [`BodyLimits`](crate::BodyLimits).
    ///
    /// # Errors
    /// Returns an error without a complete successful response.
    pub async fn send_bytes<E>(&self, request: Request) -> Result<Response<SecretBytes>, Error<E>> {
        Ok(self.send(&request, Expect::Body).await?.response.map(SecretBytes::new))
    }

    /// Sends a request and reads the response. Not generic, so that it is compiled once.
    async fn send(&self, request: &Request, expect: Expect) -> Result<Undecoded, Box<Failure>> {
        let (response, span) = self.call(request, expect).await?;
        // The body has been read.
        let response = response.map(|body| body.into_whole().unwrap_or_default());
        Ok(Undecoded { operation: request.operation, response, span })
    }

    /// Sends a request within a span.
    async fn call(&self, request: &Request, expect: Expect) -> Result<(Response<Body>, Span), Box<Failure>> {
        let operation = request.operation;
        let total = request.timeout.unwrap_or(self.timeouts.total);
        let span = Span::call(self.shared.vendor, operation);
        let result = match Attempts::new(&self.shared, request, expect) {
            Ok(attempts) => span.within(self.retry(operation, attempts, total)).await,
            Err(failure) => Err(failure),
        };
        match result {
            Ok(response) => Ok((response, span)),
            Err(failure) => {
                span.failed(&failure);
                Err(failure)
            }
        }
    }

    /// Makes attempts until one succeeds, or the retry decision, the budget or the deadline ends them.
    async fn retry(
        &self,
        operation: &'static Operation,
        mut attempts: Attempts<'_>,
        total: Duration,
    ) -> Result<Response<Body>, Box<Failure>> {
        let shared = &*self.shared;
        let clock = &*shared.clock;
        if total.is_zero() {
            return Err(Box::new(Failure::new(operation, FailureKind::Timeout)));
        }
        let started = clock.now();
        let left = || total.saturating_sub(clock.now().saturating_duration_since(started));

        let mut remaining = total;
        let mut attempt = 1;
        let mut effect = Effect::NotApplied;
        let mut refund = Budget::SUCCESS;
        loop {
            let limit = remaining.min(self.timeouts.attempt);
            // Providers box the future of a whole call. With this part in a box of its own, that box is small enough
            // for allocators to be fast.
            let mut failure = match Box::pin(attempts.attempt(attempt, limit)).await {
                Ok(response) => {
                    shared.budget.give(refund);
                    return Ok(response);
                }
                Err(failure) => failure,
            };
            let decision = decide(operation.class, &self.retry, attempt, failure.outcome());
            effect = match Defect::EffectOfLastAttempt.is_active() {
                true => decision.effect,
                false => effect.max(decision.effect),
            };
            let retry = decision.retry.filter(|_| attempts.is_repeatable());
            let delay = retry.map(|floor| shared.jitter.below(self.retry.ceiling(attempt)).max(floor));
            let cost = match failure.kind {
                FailureKind::Timeout => Budget::RETRY_AFTER_TIMEOUT,
                _ => Budget::RETRY,
            };
            match delay {
                // A delay past the deadline would replace this failure by a less specific one.
                Some(delay) if delay < left() && shared.budget.take(cost) => {
                    trace::retrying(&failure, attempt, delay);
                    clock.sleep(delay).await;
                    if !Defect::DeadlineOfCallIgnored.is_active() {
                        remaining = left();
                    }
                }
                _ => {
                    failure.effect = effect;
                    failure.attempts = attempt;
                    return Err(failure);
                }
            }
            refund = cost;
            attempt += 1;
        }
    }
}

impl Undecoded {
    fn is_blank(&self) -> bool {
        self.response.body.trim_ascii().is_empty()
    }

    /// Decodes the body, which must not be empty.
    fn decode<T>(
        self,
        decode: impl FnOnce(&[u8]) -> Result<T, DecodeFailure>,
    ) -> Result<Response<T>, Box<Failure>> {
        if self.is_blank() {
            return Err(self.into_failure(FailureKind::EmptyBody));
        }
        match decode(&self.response.body) {
            Ok(body) => Ok(self.response.map(|_| body)),
            Err(failure) => Err(self.into_failure(failure.into())),
        }
    }

    /// Decodes the body, which may be empty.
    fn decode_opt<T>(
        self,
        decode: impl FnOnce(&[u8]) -> Result<Option<T>, DecodeFailure>,
    ) -> Result<Response<Option<T>>, Box<Failure>> {
        if self.is_blank() { Ok(self.response.map(|_| None)) } else { self.decode(decode) }
    }

    /// Creates the failure for a body that cannot be decoded. The vendor has acted, so the body is kept: it may contain
    /// a new secret.
    fn into_failure(self, kind: FailureKind) -> Box<Failure> {
        let Response { meta, body } = self.response;
        let mut failure = Failure::after_success(self.operation, kind, meta);
        if !Defect::IssuedSecretForgotten.is_active() {
            failure.body = SecretBytes::new(body);
        }
        self.span.failed(&failure);
        failure
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("vendor", &self.shared.vendor)
            .field("base_url", &format_args!("{}", self.shared.base_url))
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
