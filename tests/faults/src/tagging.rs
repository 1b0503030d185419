//! A transport that tags each request with its call, and counts requests.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api_keys_runtime::{
    Body, BodyLimits, OperationClass, OutgoingRequest, ReqwestTransport, Transport, TransportError,
};
use async_trait::async_trait;
use http_body_util::BodyExt as _;

use crate::call_id::CallId;
use crate::http1::Request;

/// The header that carries the tag.
const TAG: &str = "x-fault-test";

tokio::task_local! {
    /// The call of this task.
    static CALL: CallId;
}

/// The default transport, with a tag on each request that identifies the call for the proxy.
///
/// It also counts the requests of each call and the bytes read from each response.
#[derive(Clone)]
pub struct Tagging {
    inner: ReqwestTransport,
    counts: Arc<Counts>,
}

/// The requests of one call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sent {
    /// The number of requests.
    pub attempts: u32,
    /// The number of first attempts, because some calls need several responses.
    pub first: u32,
}

/// The counts.
#[derive(Debug, Default)]
pub struct Counts {
    sent: Mutex<HashMap<CallId, Sent>>,
    largest_body: AtomicU64,
    bodies_over_limit: AtomicU32,
}

impl Tagging {
    /// Creates the transport with this connect timeout.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized.
    pub fn new(connect_timeout: Duration, counts: Arc<Counts>) -> Result<Self, TransportError> {
        Ok(Self { inner: ReqwestTransport::new(connect_timeout)?, counts })
    }

    /// Runs a future whose requests are tagged with a call.
    pub async fn within<F: Future>(call: CallId, future: F) -> F::Output {
        CALL.scope(call, future).await
    }
}

impl Counts {
    /// Returns the requests of a call.
    pub fn sent(&self, call: CallId) -> Sent {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.get(&call).copied().unwrap_or_default()
    }

    /// Returns the maximum number of bytes read from a response.
    pub fn largest_body(&self) -> u64 {
        self.largest_body.load(Ordering::SeqCst)
    }

    /// Returns the number of responses that were read beyond the limit.
    pub fn bodies_over_limit(&self) -> u32 {
        self.bodies_over_limit.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for Tagging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tagging").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for Tagging {
    async fn send(&self, mut request: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        let call = CALL.try_with(|call| *call).unwrap_or_default();
        let context = request.context;
        {
            let mut sent = self.counts.sent.lock().unwrap_or_else(PoisonError::into_inner);
            let sent = sent.entry(call).or_default();
            sent.attempts += 1;
            sent.first += u32::from(context.attempt == 1);
        }
        let tag = Tag { call, attempt: context.attempt, class: context.operation.class };
        if let Ok(tag) = tag.to_string().try_into() {
            request.headers.insert(TAG, tag);
        }
        let response = self.inner.send(request).await?;

        let limits = BodyLimits::default();
        let limit = match (response.status().is_success(), context.operation.list) {
            (true, true) => limits.list,
            (true, false) => limits.object,
            (false, _) => limits.error,
        } as u64;
        let counts = Arc::clone(&self.counts);
        let mut taken = 0;
        Ok(response.map(|body| {
            Body::new(body.map_frame(move |frame| {
                // The piece that exceeds the limit cannot be recognized in advance. The next one must not be read.
                if taken > limit {
                    counts.bodies_over_limit.fetch_add(1, Ordering::SeqCst);
                }
                taken += frame.data_ref().map_or(0, |data| data.len() as u64);
                counts.largest_body.fetch_max(taken, Ordering::SeqCst);
                frame
            }))
        }))
    }
}

/// The call of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag {
    pub(crate) call: CallId,
    pub(crate) attempt: u32,
    pub(crate) class: OperationClass,
}

impl Tag {
    /// Returns the tag of a request; a request without one is a separate call.
    pub(crate) fn of(request: &Request) -> Self {
        static UNTAGGED: AtomicU32 = AtomicU32::new(0);
        request.head.get(TAG).and_then(Self::parse).unwrap_or_else(|| Self {
            call: CallId::new(u32::MAX, UNTAGGED.fetch_add(1, Ordering::SeqCst)),
            attempt: 1,
            class: OperationClass::Unsafe,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        Some(Self {
            call: parts.next()?.parse().ok()?,
            attempt: parts.next()?.parse().ok()?,
            class: match parts.next()? {
                "Safe" => OperationClass::Safe,
                "Idempotent" => OperationClass::Idempotent,
                _ => OperationClass::Unsafe,
            },
        })
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.call, self.attempt, self.class)
    }
}
