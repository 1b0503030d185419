//! Walking a listing: nothing is missed, nothing comes twice.

use std::collections::HashSet;
use std::pin::pin;

use api_keys_core::{ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, KeyId, ListQuery, Operation};
use futures_util::TryStreamExt as _;

use crate::context::Context;
use crate::stop::{Verdict, ensure};

/// So small that a few keys need several pages.
const PAGE: u32 = 2;

/// How often keys come and go during one walk; it must end.
const CHANGES: usize = 3;

/// No listing that this suite makes is longer.
const MOST_PAGES: usize = 10_000;

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn small_pages_hold_every_key(&self) -> Verdict {
        let ids = self.several().await?;
        let mut pages = Pages::new(self.query().limit(PAGE));
        let mut seen = HashSet::new();
        let mut total = None;
        while let Some(page) = pages.next(self).await? {
            total = pages.total;
            seen.extend(page.into_iter().map(|key| key.id));
        }
        let missed = ids.iter().filter(|id| !seen.contains(id)).count();
        ensure!(missed == 0, "{missed} of {} keys are on no page", ids.len());
        if let Some(total) = total {
            ensure!(
                total >= seen.len() as u64,
                "{} keys are listed, and the total is said to be {total}",
                seen.len()
            );
        }
        Ok(())
    }

    pub(super) async fn keys_returns_every_key_once(&self) -> Verdict {
        let ids = self.several().await?;
        for limit in [1, PAGE, 3, 100] {
            let listed = self.list(self.query().limit(limit)).await?;
            for id in &ids {
                let times = listed.iter().filter(|key| key.id == *id).count();
                ensure!(times == 1, "with pages of {limit}, the key {id} comes {times} times");
            }
        }
        Ok(())
    }

    pub(super) async fn no_key_is_missed_while_keys_come_and_go(&self) -> Verdict {
        let mut staying = self.several().await?;
        let mut changes = 0..CHANGES;
        let mut seen = HashSet::new();
        let mut pages = Pages::new(self.query().limit(PAGE));
        while let Some(page) = pages.next(self).await? {
            seen.extend(page.iter().map(|key| key.id.clone()));
            let ours = |id: &KeyId| page.iter().any(|key| key.id == *id);
            // The first on a page moves the others up; the last is where the next page begins.
            let leaves = match changes.start % 2 {
                0 => staying.iter().position(ours),
                _ => staying.iter().rposition(ours),
            };
            if let Some(leaves) = leaves.filter(|_| changes.next().is_some()) {
                self.remove(&staying.remove(leaves)).await?;
                let _ = self.create(self.new_key()).await?;
            }
        }
        let missed: Vec<_> = staying.iter().filter(|id| !seen.contains(id)).map(KeyId::as_str).collect();
        ensure!(missed.is_empty(), "keys that were there all the time are on no page: {}", missed.join(", "));
        Ok(())
    }

    pub(super) async fn keys_returns_every_key_once_while_keys_come_and_go(&self) -> Verdict {
        let mut staying = self.several().await?;
        let mut changes = 0..CHANGES;
        let mut seen = HashSet::new();
        let mut keys = pin!(self.provider.keys(self.query().limit(PAGE)));
        while let Some(ApiKey { id, .. }) = keys.try_next().await? {
            ensure!(seen.insert(id.clone()), "the key {id} comes twice");
            let ours = staying.iter().position(|staying| *staying == id);
            if let Some(leaves) = ours.filter(|_| seen.len() % 2 == 1 && changes.next().is_some()) {
                self.remove(&staying.remove(leaves)).await?;
                let _ = self.create(self.new_key()).await?;
            }
        }
        let missed: Vec<_> = staying.iter().filter(|id| !seen.contains(id)).map(KeyId::as_str).collect();
        ensure!(missed.is_empty(), "keys that were there all the time do not come: {}", missed.join(", "));
        Ok(())
    }

    /// Keys for more than one page, as many as the run may hold.
    async fn several(&self) -> Verdict<Vec<KeyId>> {
        self.needs(Operation::List)?;
        let mut ids = Vec::new();
        for _ in 0..self.room(4)?.min(9) {
            ids.push(self.create(self.new_key()).await?.key.id);
        }
        Ok(ids)
    }
}

/// A listing that is walked by hand, so that the test sees every page.
struct Pages {
    query: Option<ListQuery>,
    total: Option<u64>,
    count: usize,
}

impl Pages {
    fn new(query: ListQuery) -> Self {
        Self { query: Some(query), total: None, count: 0 }
    }

    async fn next<P: ApiKeyProvider + ?Sized>(
        &mut self,
        cx: &Context<'_, P>,
    ) -> Verdict<Option<Vec<ApiKey>>> {
        let Some(query) = self.query.take() else { return Ok(None) };
        self.count += 1;
        ensure!(self.count <= MOST_PAGES, "the listing does not end");
        let page = cx.provider.list(query.clone()).await?;
        self.total = page.total;
        if let Some(next) = page.next {
            ensure!(query.cursor.as_ref() != Some(&next), "a page names itself as the next");
            self.query = Some(query.cursor(next));
        }
        Ok(Some(page.items))
    }
}
