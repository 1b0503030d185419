//! A transport that tags each request with its call, and counts requests.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use api_keys_runtime::{Body, OperationClass, OutgoingRequest, PoolSettings, Transport, TransportError};
use async_trait::async_trait;

use super::stack::Stack;
use crate::call_id::CallId;
use crate::counts::Counts;
use crate::message::Request;

/// The header that carries the tag.
const TAG: &str = "x-fault-test";

/// A transport with a tag on each request that identifies the call for the proxy.
///
/// It also counts the requests of each call and the bytes read from each response.
#[derive(Clone)]
pub struct Tagging {
    inner: Arc<dyn Transport>,
    counts: Arc<Counts>,
}

impl Tagging {
    /// Creates the transport with this connect timeout.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized.
    pub fn new(stack: Stack, connect_timeout: Duration, counts: Arc<Counts>) -> Result<Self, TransportError> {
        Ok(Self { inner: stack.transport(connect_timeout, PoolSettings::default())?, counts })
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
        let (call, context) = (CallId::current(), request.context);
        self.counts.sending(call, context);
        let tag = Tag { call, attempt: context.attempt, class: context.operation.class };
        if let Ok(tag) = tag.to_string().try_into() {
            request.headers.insert(TAG, tag);
        }
        let response = self.inner.send(request).await?;
        Ok(self.counts.reading(context, response))
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
