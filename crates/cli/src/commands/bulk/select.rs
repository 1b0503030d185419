//! Selection of keys for bulk operations.

use std::sync::Arc;
use std::time::Duration;

use api_keys::{ApiKey, ApiKeyProvider as _, RateLimited, Timestamp};

use crate::commands::fan_out::each;
use crate::commands::inventory::{Filter, read};
use crate::config::{Entry, Provider};
use crate::failure::Failure;
use crate::journal::Journal;
use crate::output::ProviderFailure;

/// A selected key.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) provider: Provider,
    pub(super) key: ApiKey,
}

/// The selected keys, notes for the user, and failures of providers.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) targets: Vec<Target>,
    pub(super) notes: Vec<String>,
    pub(super) succeeded: usize,
    pub(super) failures: Vec<ProviderFailure>,
}

/// Selects active keys whose secrets are at least this old: those that were created and, according to the journal,
/// rotated before. Includes keys whose rotation was interrupted, and omits keys of a rotation that awaits its end.
pub(super) async fn older_than(
    entries: Vec<Entry>,
    owner: Option<String>,
    age: Duration,
    journal: &Journal,
) -> Selection {
    let now = Timestamp::now();
    let old = |provider: &Provider, key: &ApiKey| {
        if journal.pending_successor(&provider.name, &key.id).is_some() {
            return false;
        }
        match journal.rotation(&provider.name, &key.id).map(|entry| entry.rotation) {
            Some(rotation) if rotation.is_pending() => rotation.due().is_none_or(|due| due <= now),
            _ => {
                let rotated = journal.rotated_at(&provider.name, &key.id);
                key.created_at.max(rotated).is_some_and(|issued| is_before(issued, age, now))
            }
        }
    };
    let check = |provider: &Provider| match provider.api.capabilities().created_at_reliable {
        true => Ok(()),
        false => Err(Failure::new(format!("{} does not report reliable creation times", provider.vendor()))
            .help("rotate its keys by their ids")),
    };
    select(entries, owner, check, old).await
}

/// Selects active keys that were last used at least this long ago. Keys without a reported use are omitted.
pub(super) async fn unused(entries: Vec<Entry>, owner: Option<String>, age: Duration) -> Selection {
    let now = Timestamp::now();
    let idle = |_: &Provider, key: &ApiKey| key.last_used_at.is_some_and(|used| is_before(used, age, now));
    select(entries, owner, |_| Ok(()), idle).await
}

async fn select(
    entries: Vec<Entry>,
    owner: Option<String>,
    check: impl Fn(&Provider) -> Result<(), Failure>,
    matches: impl Fn(&Provider, &ApiKey) -> bool,
) -> Selection {
    let query = Filter { owner, ..Filter::default() };
    let (query, check) = (&query, &check);
    let calls = each(entries, async move |mut provider: Provider| {
        // Many calls follow: they wait for the rate limit.
        provider.api = Arc::new(RateLimited::new(provider.api));
        check(&provider)?;
        read(provider, query).await
    });
    let (results, failures) = calls.await;
    let mut selection = Selection { succeeded: results.len(), failures, ..Selection::default() };
    for result in results {
        selection.notes.extend(result.notes);
        let provider = result.provider;
        let keys = result.keys.into_iter();
        let keys = keys.filter(|key| !key.status.is_inactive() && matches(&provider, key));
        selection.targets.extend(keys.map(|key| Target { provider: provider.clone(), key }));
    }
    selection
}

fn is_before(time: Timestamp, age: Duration, now: Timestamp) -> bool {
    now.checked_sub(age).is_ok_and(|limit| time <= limit)
}
