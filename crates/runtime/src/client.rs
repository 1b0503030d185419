//! The client: what generated code calls, and the loop around its attempts.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api_keys_core::{Effect, SecretBytes};
use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::base::Base;
use crate::budget::Budget;
use crate::credentials::Credentials;
use crate::exchange::{Exchange, Want};
use crate::json;
use crate::trace::{self, Span};
use crate::{
    BodyLimits, ClientBuilder, Clock, DocumentedError, Error, Fault, FaultKind, Operation, Request, Response,
    RetryPolicy, Timeouts, Transport, decide,
};

/// Sends requests to one vendor.
///
/// Cloning is cheap, and clones share connections and the limit on retries. Every call needs a tokio runtime with
/// time enabled. Dropping a call's future abandons the call and leaves the client as it was; whether the vendor acts
/// on what had been sent is then unknown.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
}

/// What is prepared once and never changes.
pub(crate) struct Shared {
    pub(crate) vendor: &'static str,
    pub(crate) base: Base,
    /// Servers that some operations have for themselves, as their document writes them, and where they are.
    pub(crate) servers: Vec<(String, Base)>,
    /// Sent with every request, all credentials included.
    pub(crate) headers: HeaderMap,
    /// The same without a credential, for requests that take certain ones.
    pub(crate) plain_headers: HeaderMap,
    pub(crate) credentials: Credentials,
    /// The credentials that are query parameters.
    pub(crate) credential_query: Option<String>,
    pub(crate) limits: BodyLimits,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) budget: Budget,
    pub(crate) jitter: Jitter,
}

impl Shared {
    /// The server that the caller named for one of the document.
    pub(crate) fn server(&self, documented: &str) -> Option<&Base> {
        let documented = documented.trim_end_matches('/');
        self.servers.iter().find(|(known, _)| known == documented).map(|(_, base)| base)
    }
}

impl Client {
    /// Starts a client for the API below a base URL, such as `https://api.clerk.com/v1`.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }

    /// How long things may take.
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// The same client with another limit on whole calls.
    pub fn with_timeout(&self, total: Duration) -> Self {
        Self { timeouts: self.timeouts.total(total), ..self.clone() }
    }

    /// The same client with another retry policy.
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self { retry, ..self.clone() }
    }

    /// Sends a request whose answer is JSON.
    ///
    /// # Errors
    /// When there is no answer that reports success and decodes.
    #[allow(clippy::manual_async_fn, reason = "the future of an `async fn` has room for each argument twice")]
    pub fn json<T, E>(&self, request: Request) -> impl Future<Output = Result<Response<T>, Error<E>>> + Send
    where
        T: DeserializeOwned,
        E: DocumentedError,
    {
        async move {
            let answer = self.send(&request, Want::Body).await?;
            if answer.is_blank() {
                return Err(answer.into_fault(FaultKind::EmptyBody).into());
            }
            Ok(answer.decode(json::decode)?)
        }
    }

    /// Sends a request whose answer is JSON, or empty.
    ///
    /// # Errors
    /// When there is no answer that reports success and is either of the two.
    pub async fn optional<T, E>(&self, request: Request) -> Result<Response<Option<T>>, Error<E>>
    where
        T: DeserializeOwned,
        E: DocumentedError,
    {
        let answer = self.send(&request, Want::Body).await?;
        if answer.is_blank() {
            return Ok(answer.into_response().map(|_| None));
        }
        Ok(answer.decode(json::decode::<Option<T>>)?)
    }

    /// Sends a request whose answer says all by its status. A body is read, so that the connection can be used again,
    /// and dropped.
    ///
    /// # Errors
    /// When there is no answer that reports success.
    pub async fn empty<E: DocumentedError>(&self, request: Request) -> Result<Response<()>, Error<E>> {
        Ok(self.send(&request, Want::Nothing).await?.into_response().map(drop))
    }

    /// Sends a request and returns the answer's body as it came. It is held in memory, within the client's
    /// [`BodyLimits`], which are to be raised for large files.
    ///
    /// # Errors
    /// When there is no whole answer that reports success.
    pub async fn raw<E: DocumentedError>(&self, request: Request) -> Result<Response<SecretBytes>, Error<E>> {
        Ok(self.send(&request, Want::Body).await?.into_response().map(SecretBytes::new))
    }

    /// All of the above; not generic, so it is compiled once.
    async fn send(&self, request: &Request, want: Want) -> Result<Answer, Box<Fault>> {
        let operation = request.operation;
        let total = request.timeout.unwrap_or(self.timeouts.total);
        let span = Span::call(self.shared.vendor, operation);
        let result = match Exchange::new(&self.shared, request, want) {
            Ok(exchange) => span.within(self.attempts(operation, &exchange, total)).await,
            Err(fault) => Err(fault),
        };
        match result {
            Ok(response) => Ok(Answer::new(operation, response, span)),
            Err(fault) => {
                span.failed(&fault);
                Err(fault)
            }
        }
    }

    async fn attempts(
        &self,
        operation: &'static Operation,
        exchange: &Exchange<'_>,
        total: Duration,
    ) -> Result<Response<Bytes>, Box<Fault>> {
        let shared = &*self.shared;
        let clock = &*shared.clock;
        if total.is_zero() {
            return Err(Box::new(Fault::new(operation, FaultKind::Timeout)));
        }
        let started = clock.now();
        let left = || total.saturating_sub(clock.now().saturating_duration_since(started));

        let mut remaining = total;
        let mut attempt = 1;
        let mut effect = Effect::NotApplied;
        let mut refund = Budget::SUCCESS;
        loop {
            let limit = remaining.min(self.timeouts.attempt);
            // Providers put the future of a whole call into a box. With this part in one of its own, that box is small
            // enough for allocators to be quick.
            let mut fault = match Box::pin(exchange.attempt(attempt, limit)).await {
                Ok(response) => {
                    shared.budget.give(refund);
                    return Ok(response);
                }
                Err(fault) => fault,
            };
            let decision = decide(operation.class, &self.retry, attempt, fault.outcome());
            effect = effect.max(decision.effect);
            let retry = decision.retry.filter(|_| exchange.is_repeatable());
            let wait = retry.map(|floor| shared.jitter.below(self.retry.ceiling(attempt)).max(floor));
            let cost = match fault.kind {
                FaultKind::Timeout => Budget::RETRY_AFTER_TIMEOUT,
                _ => Budget::RETRY,
            };
            match wait {
                // Sleeping past the deadline would only turn this failure into a less telling one.
                Some(wait) if wait < left() && shared.budget.take(cost) => {
                    trace::sending_again(&fault, attempt, wait);
                    clock.sleep(wait).await;
                    remaining = left();
                }
                _ => {
                    fault.effect = effect;
                    fault.attempts = attempt;
                    return Err(fault);
                }
            }
            refund = cost;
            attempt += 1;
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("vendor", &self.shared.vendor)
            .field("base_url", &self.shared.base.url().as_str())
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// Random waits, so that clients that failed together do not return together.
///
/// Each draw has a generator of its own, seeded from a counter: reproducible, and without a lock.
#[derive(Debug)]
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A duration between nothing and the ceiling.
    fn below(&self, ceiling: Duration) -> Duration {
        // An odd step (the golden ratio) visits every seed and keeps neighbours far apart.
        let seed = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        ceiling.mul_f64(fastrand::Rng::with_seed(seed).f64())
    }
}
