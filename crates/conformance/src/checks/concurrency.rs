//! Concurrent and dropped calls.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use api_keys_core::{ApiKeyProvider, Operation};
use futures_util::future::join_all;

use crate::context::Context;
use crate::result::{CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn concurrent_creates_are_distinct(&self) -> CheckResult {
        let count = self.require_capacity(2)?.min(16);
        let keys = join_all((0..count).map(|_| self.create(self.new_key()))).await;
        let keys = keys.into_iter().collect::<CheckResult<Vec<_>>>()?;
        let ids: HashSet<_> = keys.iter().map(|issued| &issued.key.id).collect();
        let secrets: HashSet<_> = keys.iter().map(|issued| issued.secret.expose()).collect();
        ensure!(ids.len() == count, "{count} keys have {} ids", ids.len());
        ensure!(secrets.len() == count, "{count} keys have {} secrets", secrets.len());

        self.require(Operation::List)?;
        let listed: HashSet<_> = self.list(self.query()).await?.into_iter().map(|key| key.id).collect();
        let missing = ids.into_iter().filter(|id| !listed.contains(id)).count();
        ensure!(missing == 0, "{missing} of {count} concurrently created keys are not listed");
        Ok(())
    }

    pub(super) async fn concurrent_calls_on_one_key_agree(&self) -> CheckResult {
        let id = self.create(self.full_key()).await?.key.id;
        let readings = join_all((0..16).map(|_| self.read(&id))).await;
        let readings = readings.into_iter().collect::<CheckResult<Vec<_>>>()?;
        for pair in readings.windows(2) {
            self.expect_equal(&pair[0], &pair[1], &[], "concurrent reads differ")?;
        }
        if !self.capabilities.revoke_keeps_record {
            return Ok(());
        }
        for result in join_all((0..4).map(|_| self.revoke(&id))).await {
            let _ = result?;
        }
        Ok(())
    }

    pub(super) async fn dropped_create_leaves_provider_usable(&self) -> CheckResult {
        self.require(Operation::Create)?;
        // Drops the call before the request and during it.
        for polls in 0..4 {
            self.expect_unknown_key();
            if let Some(Ok(issued)) = poll_then_drop(polls, self.provider.create(self.new_key())).await {
                self.track(&issued);
            }
            self.settle().await;
            let id = self.create(self.new_key()).await?.key.id;
            ensure!(self.read(&id).await?.id == id, "get returns another key");
            self.clean_up().await;
        }
        Ok(())
    }
}

/// Polls a future a number of times and drops it if it is not ready.
async fn poll_then_drop<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut remaining = polls;
    poll_fn(|context| {
        if remaining == 0 {
            return Poll::Ready(None);
        }
        remaining -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if remaining == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
