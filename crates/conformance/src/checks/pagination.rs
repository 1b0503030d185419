//! Pagination.

use std::collections::HashSet;
use std::pin::pin;

use api_keys_core::{ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, KeyId, ListQuery, Operation};
use futures_util::TryStreamExt as _;

use crate::context::Context;
use crate::result::{CheckResult, ensure};

/// A page size with which a few keys need several pages.
const PAGE_SIZE: u32 = 2;

/// The number of changes during one listing.
const CHANGES: usize = 3;

/// The maximum number of pages of a listing.
const MAX_PAGES: usize = 10_000;

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn small_pages_contain_every_key(&self) -> CheckResult {
        let ids = self.create_several().await?;
        let mut pages = Pages::new(self.query().limit(PAGE_SIZE));
        let mut seen = HashSet::new();
        let mut total = None;
        while let Some(page) = pages.next(self).await? {
            total = pages.total;
            seen.extend(page.into_iter().map(|key| key.id));
        }
        let missed = ids.iter().filter(|id| !seen.contains(id)).count();
        ensure!(missed == 0, "{missed} of {} keys are on no page", ids.len());
        if let Some(total) = total {
            ensure!(total >= seen.len() as u64, "{} keys are listed, but the total is {total}", seen.len());
        }
        Ok(())
    }

    pub(super) async fn keys_returns_every_key_once(&self) -> CheckResult {
        let ids = self.create_several().await?;
        for limit in [1, PAGE_SIZE, 3, 100] {
            let listed = self.list(self.query().limit(limit)).await?;
            for id in &ids {
                let times = listed.iter().filter(|key| key.id == *id).count();
                ensure!(times == 1, "with pages of {limit}, the key {id} is listed {times} times");
            }
        }
        Ok(())
    }

    pub(super) async fn pages_skip_no_key_during_changes(&self) -> CheckResult {
        let mut remaining = self.create_several().await?;
        let mut changes = 0..CHANGES;
        let mut seen = HashSet::new();
        let mut pages = Pages::new(self.query().limit(PAGE_SIZE));
        while let Some(page) = pages.next(self).await? {
            seen.extend(page.iter().map(|key| key.id.clone()));
            let on_page = |id: &KeyId| page.iter().any(|key| key.id == *id);
            // Removing the first key of a page shifts the others. The last key may be the position of the next page.
            let removed = match changes.start % 2 {
                0 => remaining.iter().position(on_page),
                _ => remaining.iter().rposition(on_page),
            };
            if let Some(removed) = removed.filter(|_| changes.next().is_some()) {
                self.remove(&remaining.remove(removed)).await?;
                let _ = self.create(self.new_key()).await?;
            }
        }
        let missed: Vec<_> = remaining.iter().filter(|id| !seen.contains(id)).map(KeyId::as_str).collect();
        ensure!(missed.is_empty(), "keys are on no page: {}", missed.join(", "));
        Ok(())
    }

    pub(super) async fn keys_returns_every_key_once_during_changes(&self) -> CheckResult {
        let mut remaining = self.create_several().await?;
        let mut changes = 0..CHANGES;
        let mut seen = HashSet::new();
        let mut keys = pin!(self.provider.keys(self.query().limit(PAGE_SIZE)));
        while let Some(ApiKey { id, .. }) = keys.try_next().await? {
            ensure!(seen.insert(id.clone()), "the key {id} is repeated");
            let on_page = remaining.iter().position(|remaining| *remaining == id);
            if let Some(removed) = on_page.filter(|_| seen.len() % 2 == 1 && changes.next().is_some()) {
                self.remove(&remaining.remove(removed)).await?;
                let _ = self.create(self.new_key()).await?;
            }
        }
        let missed: Vec<_> = remaining.iter().filter(|id| !seen.contains(id)).map(KeyId::as_str).collect();
        ensure!(missed.is_empty(), "keys are missing: {}", missed.join(", "));
        Ok(())
    }

    /// Creates keys for more than one page.
    async fn create_several(&self) -> CheckResult<Vec<KeyId>> {
        self.require(Operation::List)?;
        let mut ids = Vec::new();
        for _ in 0..self.require_capacity(4)?.min(9) {
            ids.push(self.create(self.new_key()).await?.key.id);
        }
        Ok(ids)
    }
}

/// A listing by single pages.
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
    ) -> CheckResult<Option<Vec<ApiKey>>> {
        let Some(query) = self.query.take() else { return Ok(None) };
        self.count += 1;
        ensure!(self.count <= MAX_PAGES, "the listing does not terminate");
        let page = cx.provider.list(query.clone()).await?;
        self.total = page.total;
        if let Some(next) = page.next {
            ensure!(query.cursor.as_ref() != Some(&next), "the next page of a page is itself");
            self.query = Some(query.cursor(next));
        }
        Ok(Some(page.items))
    }
}
