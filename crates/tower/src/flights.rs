//! Verifications in progress.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api_keys_core::{Error, Result};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use crate::cache::Entry;
use crate::digest::{Digest, Uniform};

type Verification = BoxFuture<'static, Result<Entry, Arc<Error>>>;
/// A verification, whose result all requests with the same key await.
type Flight = Shared<Verification>;
type Map = HashMap<Digest, WeakShared<Verification>, BuildHasherDefault<Uniform>>;

/// The verifications in progress. One ends early when no request awaits it anymore.
#[derive(Default)]
pub(crate) struct Flights(Mutex<Map>);

impl Flights {
    /// Returns the verification of a key that is in progress, or starts one. The second value is whether it was started.
    pub(crate) fn join<F>(self: &Arc<Self>, digest: Digest, start: impl FnOnce() -> F) -> (Flight, bool)
    where
        F: Future<Output = Result<Entry>> + Send + 'static,
    {
        let mut map = self.map();
        if let Some(flight) = map.get(&digest).and_then(WeakShared::upgrade) {
            return (flight, false);
        }
        let (landing, verification) = (Landing { flights: self.clone(), digest }, start());
        let flight = async move {
            let _landing = landing;
            verification.await.map_err(Arc::new)
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            map.insert(digest, weak);
        }
        (flight, true)
    }

    fn map(&self) -> MutexGuard<'_, Map> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes a verification when it ends.
struct Landing {
    flights: Arc<Flights>,
    digest: Digest,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.flights.map().remove(&self.digest);
    }
}
