//! Many callers at once, and callers that give up.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use api_keys_core::{ApiKeyProvider, Operation};
use futures_util::future::join_all;

use crate::context::Context;
use crate::stop::{Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn concurrent_creates_mint_distinct_keys(&self) -> Verdict {
        let many = self.room(2)?.min(16);
        let keys = join_all((0..many).map(|_| self.create(self.new_key()))).await;
        let keys = keys.into_iter().collect::<Verdict<Vec<_>>>()?;
        let ids: HashSet<_> = keys.iter().map(|issued| &issued.key.id).collect();
        let secrets: HashSet<_> = keys.iter().map(|issued| issued.secret.expose()).collect();
        ensure!(ids.len() == many, "{many} keys have {} ids", ids.len());
        ensure!(secrets.len() == many, "{many} keys have {} secrets", secrets.len());

        self.needs(Operation::List)?;
        let listed: HashSet<_> = self.list(self.query()).await?.into_iter().map(|key| key.id).collect();
        let missing = ids.into_iter().filter(|id| !listed.contains(id)).count();
        ensure!(missing == 0, "{missing} of {many} keys that were minted at once are not there");
        Ok(())
    }

    pub(super) async fn concurrent_calls_on_one_key_agree(&self) -> Verdict {
        let id = self.create(self.full_key()).await?.key.id;
        let readings = join_all((0..16).map(|_| self.read(&id))).await;
        let readings = readings.into_iter().collect::<Verdict<Vec<_>>>()?;
        for pair in readings.windows(2) {
            let unlike = self.unlike(&pair[0], &pair[1], &[]);
            ensure!(unlike.is_empty(), "two readings at once do not tell alike: {}", unlike.join(", "));
        }
        if !self.capabilities.revoke_keeps_record {
            return Ok(());
        }
        for result in join_all((0..4).map(|_| self.revoke(&id))).await {
            let _ = result?;
        }
        Ok(())
    }

    pub(super) async fn a_dropped_create_leaves_the_provider_usable(&self) -> Verdict {
        self.needs(Operation::Create)?;
        // Given up before the request, and at several steps of it.
        for polls in 0..4 {
            self.note_lost();
            if let Some(Ok(issued)) = give_up_after(polls, self.provider.create(self.new_key())).await {
                self.hold(&issued);
            }
            self.settle().await;
            let id = self.create(self.new_key()).await?.key.id;
            ensure!(self.read(&id).await?.id == id, "after a create was given up, another key is read");
            self.clean_up().await;
        }
        Ok(())
    }
}

/// Drops the future after so many polls, unless it is done by then.
async fn give_up_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
