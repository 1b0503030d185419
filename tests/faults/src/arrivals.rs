//! Requests that reached the proxy, and the server's handling of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::call_id::CallId;

/// The requests of one call at the proxy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The number of received requests.
    pub seen: u32,
    /// The number of requests forwarded to the server.
    pub forwarded: u32,
    /// The number of requests for which the server reported success, regardless of the response to the client.
    pub acted: u32,
    /// The number of requests that the network delivered a second time.
    pub duplicated: u32,
    /// If true, the client received the whole body of a success, but in a form that it cannot accept.
    pub whole: bool,
    /// The number of pending requests.
    pub in_flight: u32,
}

/// The requests of all calls.
#[derive(Debug, Default)]
pub struct Arrivals(Mutex<HashMap<CallId, Arrival>>);

impl Arrivals {
    /// Returns the requests of one call.
    pub fn of(&self, call: CallId) -> Arrival {
        self.change(call, |arrival| *arrival)
    }

    /// Returns the calls of which the network delivered a request twice.
    pub(crate) fn duplicated(&self) -> Vec<CallId> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let duplicated = all.iter().filter(|(_, arrival)| arrival.duplicated > 0);
        let mut calls: Vec<_> = duplicated.map(|(call, _)| *call).collect();
        calls.sort_unstable();
        calls
    }

    /// Returns the number of requests forwarded to the server.
    pub fn forwarded(&self) -> u64 {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().map(|arrival| u64::from(arrival.forwarded)).sum()
    }

    /// Waits until no request of a call is pending.
    pub async fn settled(&self, call: CallId) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.of(call).in_flight > 0 && Instant::now() < deadline {
            sleep(Duration::from_millis(3)).await;
        }
    }

    /// Records a request, which is pending until the guard is dropped.
    pub(crate) fn came(&self, call: CallId, duplicate: bool) -> InFlight<'_> {
        self.change(call, |arrival| {
            arrival.seen += u32::from(!duplicate);
            arrival.in_flight += 1;
        });
        InFlight { arrivals: self, call }
    }

    pub(crate) fn duplicating(&self, call: CallId) {
        self.change(call, |arrival| arrival.duplicated += 1);
    }

    pub(crate) fn whole(&self, call: CallId) {
        self.change(call, |arrival| arrival.whole = true);
    }

    pub(crate) fn forwarding(&self, call: CallId) {
        self.change(call, |arrival| arrival.forwarded += 1);
    }

    pub(crate) fn acted(&self, call: CallId) {
        self.change(call, |arrival| arrival.acted += 1);
    }

    fn change<T>(&self, call: CallId, change: impl FnOnce(&mut Arrival) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(call).or_default())
    }
}

pub(crate) struct InFlight<'a> {
    arrivals: &'a Arrivals,
    call: CallId,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.arrivals.change(self.call, |arrival| arrival.in_flight -= 1);
    }
}
