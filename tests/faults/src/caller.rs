//! Calls of a provider, and immediate checks of their results.

use std::fmt::Debug;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use api_keys::{ApiKeyProvider, Error, Operation};
use tokio::time::{Instant, timeout};

use crate::call_id::CallId;
use crate::fault::mixed;
use crate::judge::judge;
use crate::ledger::{End, Entry};
use crate::world::World;

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
    pub(crate) world: Arc<World>,
    pub(crate) provider: Arc<dyn ApiKeyProvider>,
    pub(crate) rng: fastrand::Rng,
    worker: u32,
    calls: u32,
    /// The percentage of futures that are dropped before completion.
    dropped: u8,
}

impl Caller {
    /// Creates a caller with a unique number, which drops a percentage of the futures before completion.
    pub fn new(world: Arc<World>, provider: Arc<dyn ApiKeyProvider>, worker: u32, dropped: u8) -> Self {
        let rng = mixed(world.seed, &[worker.into(), 3, 3, 3]);
        Self { world, provider, rng, worker, calls: 0, dropped }
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
        let total = self.world.limits.total;
        let dropped = self.rng.u8(..100) < self.dropped;
        // After a time, or after a number of points at which the call waits.
        let (patience, polls) = match (dropped, self.rng.bool()) {
            (false, _) => (None, u32::MAX),
            (true, true) => (Some(total.mul_f64(self.rng.f64().powi(3))), u32::MAX),
            (true, false) => (None, self.rng.u32(1..12)),
        };
        let started = Instant::now();
        let future = Interrupted { future: pin!(call.within(future)), polls };
        let outcome = match patience {
            Some(patience) => timeout(patience, future).await.ok().flatten(),
            None => future.await,
        };
        let outcome = match outcome {
            Some(Ok(value)) => Outcome::Done(value),
            Some(Err(error)) => Outcome::Failed(error),
            None => Outcome::Dropped,
        };
        let took = started.elapsed();
        self.world.ledger.enter(call, Entry { operation, end: outcome.end(), took });
        match &outcome {
            Outcome::Done(value) => judge(&self.world, call, operation, Ok(value), took),
            Outcome::Failed(error) => judge::<T>(&self.world, call, operation, Err(error), took),
            Outcome::Dropped => {}
        }
        outcome
    }
}

/// A future that ends without a result at the given point at which it waits.
pub(crate) struct Interrupted<F> {
    pub(crate) future: F,
    pub(crate) polls: u32,
}

impl<F: Future + Unpin> Future for Interrupted<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.future).poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => {
                self.polls -= 1;
                if self.polls == 0 { Poll::Ready(None) } else { Poll::Pending }
            }
        }
    }
}
