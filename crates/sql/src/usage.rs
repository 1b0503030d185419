//! Times of the last use, which are written in batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use api_keys_core::{Result, Timestamp};
use tokio::task::JoinHandle;

use crate::secret::digest::Digest;
use crate::store::{Store, Use};

/// The maximum number of keys with an unwritten time. Further ones are lost until the next batch.
const MAX_PENDING: usize = 100_000;

/// Uses that have not been written yet. They are lost if the process is killed.
#[derive(Debug)]
pub(crate) struct Usage {
    pending: Mutex<Pending>,
    interval: Duration,
}

#[derive(Debug, Default)]
struct Pending {
    uses: HashMap<i64, Use>,
    /// The task that writes them. It ends early if its runtime shuts down.
    task: Option<JoinHandle<()>>,
}

impl Usage {
    pub(crate) fn new(interval: Duration) -> Self {
        Self { pending: Mutex::default(), interval }
    }

    /// Records a use, to be written after the interval by a task of the current runtime.
    pub(crate) fn record(
        self: &Arc<Self>,
        store: &Arc<dyn Store>,
        number: i64,
        at: Timestamp,
        digest: Option<(Digest, Digest)>,
    ) {
        let mut pending = self.pending();
        if pending.uses.len() >= MAX_PENDING && !pending.uses.contains_key(&number) {
            return;
        }
        merge(&mut pending.uses, Use { number, at, digest });
        if pending.task.as_ref().is_none_or(JoinHandle::is_finished) {
            let (usage, store) = (Arc::downgrade(self), Arc::downgrade(store));
            pending.task = Some(tokio::spawn(write_later(usage, store, self.interval)));
        }
    }

    /// Returns the unwritten time of the last use of a key.
    pub(crate) fn last(&self, number: i64) -> Option<Timestamp> {
        self.pending().uses.get(&number).map(|usage| usage.at)
    }

    /// Writes the recorded uses. On failure they are kept.
    pub(crate) async fn flush(&self, store: &dyn Store) -> Result<()> {
        let mut uses: Vec<_> = std::mem::take(&mut self.pending().uses).into_values().collect();
        if uses.is_empty() {
            return Ok(());
        }
        // Several instances lock the rows in the same order.
        uses.sort_unstable_by_key(|usage| usage.number);
        let result = store.record_uses(uses.clone()).await;
        if result.is_err() {
            let mut pending = self.pending();
            uses.into_iter().for_each(|usage| merge(&mut pending.uses, usage));
        }
        result
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn merge(uses: &mut HashMap<i64, Use>, usage: Use) {
    let last = uses.entry(usage.number).or_insert_with(|| usage.clone());
    last.at = last.at.max(usage.at);
    last.digest = last.digest.or(usage.digest);
}

/// Writes the uses after the interval, until there are none. Ends early if the provider is dropped.
async fn write_later(usage: Weak<Usage>, store: Weak<dyn Store>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let (Some(usage), Some(store)) = (usage.upgrade(), store.upgrade()) else { return };
        // A failure is not reported: the uses are kept and written with the next batch.
        let _ = usage.flush(&*store).await;
        let mut pending = usage.pending();
        if pending.uses.is_empty() {
            // The task is not finished yet, but will not write again.
            pending.task = None;
            return;
        }
    }
}
