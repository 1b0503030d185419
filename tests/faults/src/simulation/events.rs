//! Everything that goes wrong in a simulation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fault::mixed;

/// What an event is about, such as a call and the number of its request.
pub(super) type Subject<'a> = &'a [u64];

/// The purposes of randomness. The same [`Subject`] has other randomness for each.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(super) enum Purpose {
    /// The setting of a world.
    World = 1,
    /// The latency of a message.
    Latency,
    /// A failed connect.
    Refused,
    /// A request that is delivered twice.
    Duplicate,
    /// A request that is lost with its dropped call.
    Abandoned,
    /// A restart of the server.
    Restart,
    /// A jump of the calendar.
    Jump,
    /// The choices of an application.
    Application,
    /// The death of a process.
    Death,
    /// The loss of writes that were not synced.
    Disk,
    /// A destination of secrets that fails.
    Destination,
}

/// The events of a simulation. Whether one occurs depends on the seed and its subject only, so that muting one leaves the
/// others as they are.
#[derive(Debug)]
pub(super) struct Events {
    seed: u64,
    muted: BTreeSet<u64>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    occurred: Vec<u64>,
    kinds: BTreeMap<String, u64>,
    trace: Vec<String>,
}

impl Events {
    pub(super) fn new(seed: u64, muted: BTreeSet<u64>) -> Self {
        Self { seed, muted, inner: Mutex::default() }
    }

    /// Returns the randomness of a subject.
    pub(super) fn rng(&self, purpose: Purpose, subject: Subject<'_>) -> fastrand::Rng {
        mixed(self.seed ^ (purpose as u64) << 56, subject)
    }

    /// Returns whether an event occurs. One that does is recorded.
    pub(super) fn occurs(
        &self,
        purpose: Purpose,
        subject: Subject<'_>,
        percent: f64,
        name: impl FnOnce() -> String,
    ) -> bool {
        let mut rng = self.rng(purpose, subject);
        let occurs = rng.f64() * 100.0 < percent;
        occurs && self.record(rng.u64(..), name())
    }

    /// Records an event that was decided elsewhere. Returns `false` if it is muted.
    pub(super) fn record(&self, id: u64, name: String) -> bool {
        if self.muted.contains(&id) {
            return false;
        }
        let mut inner = self.inner();
        let kind = name.split([' ', '(']).next().unwrap_or_default().to_owned();
        *inner.kinds.entry(kind).or_default() += 1;
        inner.trace.push(name);
        inner.occurred.push(id);
        true
    }

    /// Adds a line to the trace.
    pub(super) fn note(&self, line: String) {
        self.inner().trace.push(line);
    }

    /// Returns the recorded events.
    pub(super) fn occurred(&self) -> Vec<u64> {
        self.inner().occurred.clone()
    }

    /// Returns the number of events by kind.
    pub(super) fn kinds(&self) -> BTreeMap<String, u64> {
        self.inner().kinds.clone()
    }

    /// Returns the trace.
    pub(super) fn trace(&self) -> Vec<String> {
        self.inner().trace.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
