//! Lies about what is there.

use std::sync::atomic::{AtomicUsize, Ordering};

use api_keys_core::{ApiKeyProvider as _, ApiKeyProviderExt as _, Cursor, ListQuery, Page, Result};
use futures_util::TryStreamExt as _;

use crate::support::liar::{Liar, Lie, now};
use crate::support::vendor::REMOVING;
use crate::{Case, lie, lie_of};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        lie(
            "lists nothing",
            Lie::List(|_, _| Ok(Page::complete(Vec::new()))),
            &["a_new_key_is_listed", "small_pages_hold_every_key", "orphans_are_found_by_name"],
        ),
        lie(
            "lists dead keys too",
            Lie::List(|liar, query| now(liar.honest.list(query.include_inactive(true)))),
            &["list_leaves_out_revoked_keys", "list_leaves_out_disabled_keys", "an_expired_key_is_dead"],
        ),
        lie(
            "never lists dead keys",
            Lie::List(|liar, query| now(liar.honest.list(query.include_inactive(false)))),
            &["list_shows_revoked_keys_when_asked"],
        ),
        lie(
            "lists the keys of every owner",
            Lie::List(|liar, mut query| {
                query.owner = None;
                now(liar.honest.list(query))
            }),
            &["list_by_owner_shows_only_its_keys"],
        ),
        lie(
            "does not search",
            Lie::List(|liar, mut query| {
                query.search = None;
                now(liar.honest.list(query))
            }),
            &["list_by_search_shows_only_matches"],
        ),
        lie(
            "takes any page size and any cursor",
            Lie::List(|liar, mut query| {
                query.limit = query.limit.filter(|&limit| limit > 0);
                query.cursor = query.cursor.filter(|cursor| cursor.as_str().starts_with("memory:"));
                now(liar.honest.list(query))
            }),
            &["list_refuses_a_page_of_no_keys", "list_refuses_a_foreign_cursor"],
        ),
        lie_of(
            REMOVING,
            "cuts the only page",
            Lie::List(|liar, query| {
                let mut page = now(liar.honest.list(query.clone()))?;
                page.items.truncate(query.limit.unwrap_or(100) as usize);
                Ok(page)
            }),
            &["list_without_paging_is_one_page"],
        ),
        lie(
            "skips a key between two pages",
            Lie::List(|liar, query| {
                let mut page = now(liar.honest.list(query.clone()))?;
                if query.cursor.is_some() && !page.items.is_empty() {
                    page.items.remove(0);
                }
                Ok(page)
            }),
            &["small_pages_hold_every_key", "keys_returns_every_key_once"],
        ),
        lie(
            "counts keys from the start of the list, so that it skips some when others are removed",
            Lie::List(by_offset),
            &[
                "no_key_is_missed_while_keys_come_and_go",
                "keys_returns_every_key_once_while_keys_come_and_go",
            ],
        ),
        lie(
            "says that a page is the next after itself",
            Lie::List(|liar, query| {
                let mut page = now(liar.honest.list(query.clone()))?;
                page.next = query.cursor.or(page.next);
                Ok(page)
            }),
            &["small_pages_hold_every_key"],
        ),
        lie(
            "says that there are fewer keys",
            Lie::List(|liar, query| {
                let mut page = now(liar.honest.list(query))?;
                page.total = Some(1);
                Ok(page)
            }),
            &["small_pages_hold_every_key"],
        ),
        lie(
            "answers differently to every reader",
            Lie::Get(|liar, id| {
                static READERS: AtomicUsize = AtomicUsize::new(0);
                let mut key = now(liar.honest.get(id))?;
                key.hint = Some(READERS.fetch_add(1, Ordering::Relaxed).to_string());
                Ok(key)
            }),
            &["concurrent_calls_on_one_key_agree", "get_returns_what_create_returned"],
        ),
    ]
}

fn by_offset(liar: &Liar, query: ListQuery) -> Result<Page<api_keys_core::ApiKey>> {
    let foreign = query.cursor.as_ref().filter(|cursor| cursor.as_str().parse::<usize>().is_err());
    if let Some(cursor) = foreign {
        return now(liar.honest.list(ListQuery::new().cursor(cursor.clone())));
    }
    let start = query.cursor.as_ref().and_then(|cursor| cursor.as_str().parse().ok()).unwrap_or(0);
    let mut all = query.clone();
    all.cursor = None;
    let keys: Vec<_> = now(liar.honest.keys(all).try_collect())?;
    let most = query.limit.unwrap_or(100) as usize;
    let next = (start + most < keys.len()).then(|| Cursor::new((start + most).to_string()));
    Ok(Page::new(keys.into_iter().skip(start).take(most).collect(), next, None))
}
