//! The traffic of a client.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use api_keys_runtime::{Body, BodyLimits, OperationContext};
use http_body_util::BodyExt as _;

use crate::call_id::CallId;

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

    /// Counts a request.
    pub(crate) fn sending(&self, call: CallId, context: OperationContext) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = sent.entry(call).or_default();
        sent.attempts += 1;
        sent.first += u32::from(context.attempt == 1);
    }

    /// Counts what is read of a response.
    pub(crate) fn reading(
        self: &Arc<Self>,
        context: OperationContext,
        response: http::Response<Body>,
    ) -> http::Response<Body> {
        let limits = BodyLimits::default();
        let limit = match (response.status().is_success(), context.operation.list) {
            (true, true) => limits.list,
            (true, false) => limits.object,
            (false, _) => limits.error,
        } as u64;
        let counts = Arc::clone(self);
        let mut taken = 0;
        response.map(|body| {
            Body::new(body.map_frame(move |frame| {
                // The piece that exceeds the limit cannot be recognized in advance. The next one must not be read.
                if taken > limit {
                    counts.bodies_over_limit.fetch_add(1, Ordering::SeqCst);
                }
                taken += frame.data_ref().map_or(0, |data| data.len() as u64);
                counts.largest_body.fetch_max(taken, Ordering::SeqCst);
                frame
            }))
        })
    }
}
