//! Defects of `list`.

use std::sync::atomic::{AtomicUsize, Ordering};

use api_keys_core::{ApiKeyProvider as _, ApiKeyProviderExt as _, Cursor, ListQuery, Page, Result};
use futures_util::TryStreamExt as _;

use crate::support::mutant::{Mutant, Mutation, now};
use crate::support::vendor::REMOVING;
use crate::{Case, mutant, mutant_of};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        mutant(
            "lists nothing",
            Mutation::List(|_, _| Ok(Page::complete(Vec::new()))),
            &["new_key_is_listed", "small_pages_contain_every_key", "orphans_are_found_by_name"],
        ),
        mutant(
            "lists inactive keys",
            Mutation::ListQuery(|query| query.include_inactive = true),
            &[
                "list_excludes_revoked_keys",
                "list_excludes_disabled_keys",
                "expired_key_does_not_authenticate",
            ],
        ),
        mutant(
            "never lists inactive keys",
            Mutation::ListQuery(|query| query.include_inactive = false),
            &["list_includes_revoked_keys_on_request"],
        ),
        mutant(
            "ignores the owner",
            Mutation::ListQuery(|query| query.owner = None),
            &["list_filters_by_owner"],
        ),
        mutant(
            "ignores the search",
            Mutation::ListQuery(|query| query.search = None),
            &["list_filters_by_search"],
        ),
        mutant(
            "accepts any limit and cursor",
            Mutation::ListQuery(|query| {
                query.limit = query.limit.filter(|&limit| limit > 0);
                query.cursor = query.cursor.take().filter(|cursor| cursor.as_str().starts_with("memory:"));
            }),
            &["list_rejects_a_limit_of_zero", "list_rejects_a_foreign_cursor"],
        ),
        mutant_of(
            REMOVING,
            "truncates the only page",
            Mutation::ListPage(|query, page| page.items.truncate(query.limit.unwrap_or(100) as usize)),
            &["list_without_pagination_is_one_page"],
        ),
        mutant(
            "skips a key between two pages",
            Mutation::ListPage(|query, page| {
                if query.cursor.is_some() && !page.items.is_empty() {
                    page.items.remove(0);
                }
            }),
            &["small_pages_contain_every_key", "keys_returns_every_key_once"],
        ),
        mutant(
            "paginates by offset and skips keys after a removal",
            Mutation::List(by_offset),
            &["pages_skip_no_key_during_changes", "keys_returns_every_key_once_during_changes"],
        ),
        mutant(
            "returns the cursor of the same page",
            Mutation::ListPage(|query, page| page.next = query.cursor.clone().or(page.next.take())),
            &["small_pages_contain_every_key"],
        ),
        mutant(
            "reports a total that is too small",
            Mutation::ListPage(|_, page| page.total = Some(1)),
            &["small_pages_contain_every_key"],
        ),
        mutant(
            "returns another value to every reader",
            Mutation::Get(|mutant, id| {
                static READERS: AtomicUsize = AtomicUsize::new(0);
                let mut key = now(mutant.inner.get(id))?;
                key.hint = Some(READERS.fetch_add(1, Ordering::Relaxed).to_string());
                Ok(key)
            }),
            &["concurrent_calls_on_one_key_agree", "get_returns_the_created_key"],
        ),
    ]
}

fn by_offset(mutant: &Mutant, query: ListQuery) -> Result<Page<api_keys_core::ApiKey>> {
    let foreign = query.cursor.as_ref().filter(|cursor| cursor.as_str().parse::<usize>().is_err());
    if let Some(cursor) = foreign {
        return now(mutant.inner.list(ListQuery::new().cursor(cursor.clone())));
    }
    let start = query.cursor.as_ref().and_then(|cursor| cursor.as_str().parse().ok()).unwrap_or(0);
    let mut all = query.clone();
    all.cursor = None;
    let keys: Vec<_> = now(mutant.inner.keys(all).try_collect())?;
    let limit = query.limit.unwrap_or(100) as usize;
    let next = (start + limit < keys.len()).then(|| Cursor::new((start + limit).to_string()));
    Ok(Page::new(keys.into_iter().skip(start).take(limit).collect(), next, None))
}
