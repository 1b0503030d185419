//! Calls of a provider, and immediate checks of their results.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys::{ApiKeyProvider, Effect, Error, ErrorKind, Operation};
use api_keys_runtime::BodyLimits;
use tokio::time::timeout;

use crate::call_id::CallId;
use crate::fault::mixed;
use crate::harness::{Harness, Limits};
use crate::ledger::{End, Entry};
use crate::record::Record;
use crate::tagging::Tagging;

/// The result of a call.
#[derive(Debug)]
pub enum Outcome<T> {
    /// A success.
    Done(T),
    /// An error.
    Failed(Error),
    /// The future was dropped.
    Dropped,
}

impl<T> Outcome<T> {
    /// The caller's knowledge of the effect.
    pub fn end(&self) -> End {
        match self {
            Self::Done(_) => End::Done,
            Self::Failed(error) => End::Failed(error.effect()),
            Self::Dropped => End::Dropped,
        }
    }
}

/// A caller, which makes one call after another.
#[derive(Debug)]
pub struct Caller {
    pub(crate) harness: Arc<Harness>,
    pub(crate) provider: Arc<dyn ApiKeyProvider>,
    pub(crate) rng: fastrand::Rng,
    worker: u32,
    calls: u32,
    /// The percentage of futures that are dropped before completion.
    dropped: u8,
}

impl Caller {
    /// Creates a caller with a unique number, which drops a percentage of the futures before completion.
    pub fn new(harness: Arc<Harness>, provider: Arc<dyn ApiKeyProvider>, worker: u32, dropped: u8) -> Self {
        let rng = mixed(harness.seed, &[worker.into(), 3, 3, 3]);
        Self { harness, provider, rng, worker, calls: 0, dropped }
    }

    /// Returns the next call.
    pub fn next_call(&mut self) -> CallId {
        let call = CallId::new(self.worker, self.calls);
        self.calls += 1;
        call
    }

    /// Makes a call, which may be dropped at any point, and records it in the ledger.
    pub async fn call<T: Debug>(
        &mut self,
        call: CallId,
        operation: Operation,
        future: impl Future<Output = api_keys::Result<T>>,
    ) -> Outcome<T> {
        let total = self.harness.limits.total;
        let patience = match self.rng.u8(..100) < self.dropped {
            true => total.mul_f64(self.rng.f64().powi(3)),
            false => Duration::from_secs(60),
        };
        let started = Instant::now();
        let outcome = match timeout(patience, Tagging::within(call, future)).await {
            Ok(Ok(value)) => Outcome::Done(value),
            Ok(Err(error)) => Outcome::Failed(error),
            Err(_dropped) => Outcome::Dropped,
        };
        let took = started.elapsed();
        self.harness.ledger.enter(call, Entry { operation, end: outcome.end(), took });
        self.judge(call, operation, &outcome, took);
        outcome
    }

    fn judge<T: Debug>(&self, call: CallId, operation: Operation, outcome: &Outcome<T>, took: Duration) {
        let Harness { ledger, limits: Limits { total, max_attempts, .. }, .. } = &*self.harness;
        let sent = self.harness.counts.sent(call);
        // A listing has a deadline for each page. The machine may be busy with other things.
        let deadline = *total * sent.first.max(1);
        ledger.check(took < deadline + Duration::from_secs(10), || {
            format!("{call} {operation}: took {took:?}, over its deadline of {deadline:?}")
        });
        let error = match outcome {
            Outcome::Done(value) => return Record::get().note(&format!("{value:?}")),
            Outcome::Failed(error) => error,
            Outcome::Dropped => return,
        };
        Record::get().error(error);
        let line = error.to_string();
        let violation = |what: &str| ledger.violation(format!("{call} {operation}: {what}: {line}"));
        if line.lines().count() != 1 {
            violation("not one line");
        }
        if !is_expected(error, operation) {
            violation("no injected fault can cause this kind");
        }
        if is_safe(operation) && error.effect() != Effect::NotApplied {
            violation("an operation that only reads had an effect");
        }
        let limits = BodyLimits::default();
        // Some vendors can read a key only by listing.
        let most = if is_safe(operation) { limits.list } else { limits.object };
        if error.body().is_some_and(|body| body.len() > most) {
            violation("the kept body is over the limit");
        }
        let attempts = error.attempts();
        let sent = sent.attempts;
        // Reads may take several requests, of which the last one failed.
        if attempts > *max_attempts || (!is_safe(operation) && attempts != sent) {
            violation(&format!("{attempts} attempts are reported, {sent} requests were sent"));
        }
    }
}

fn is_safe(operation: Operation) -> bool {
    use Operation as O;
    matches!(operation, O::Get | O::List | O::Verify | O::Reveal)
}

/// Returns whether a bad network can cause this kind for a valid request and an existing key.
fn is_expected(error: &Error, operation: Operation) -> bool {
    match error.kind() {
        ErrorKind::RateLimited
        | ErrorKind::Unavailable
        | ErrorKind::Timeout
        | ErrorKind::Transport
        | ErrorKind::UnexpectedResponse => true,
        // A redirect: the base URL must be wrong.
        ErrorKind::Configuration => matches!(error.status(), Some(302 | 307)),
        // An orphan may be gone by the time it is revoked.
        ErrorKind::NotFound => matches!(operation, Operation::Revoke | Operation::Delete),
        _ => false,
    }
}
