//! Selection of keys for bulk operations.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use api_keys::{ApiKey, ApiKeyProvider as _, KeyId, KeyStatus, RateLimited, Timestamp};

use crate::args::SelectArgs;
use crate::commands::act::subject_of;
use crate::commands::fan_out::each;
use crate::commands::inventory::{Filter, Progress, read};
use crate::config::{Entry, Provider};
use crate::failure::Failure;
use crate::output::ProviderFailure;

/// A selected key.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) key: ApiKey,
}

/// Keys that an operation can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Keys that authenticate.
    Active,
    /// Keys that can be enabled.
    Disabled,
    /// All keys that have a record.
    All,
}

/// The selected keys, notes for the user, and failures of providers.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) targets: Vec<Target>,
    pub(super) notes: Vec<String>,
    pub(super) succeeded: usize,
    pub(super) failures: Vec<ProviderFailure>,
}

/// Returns ids, and those of standard input in place of `-`.
pub(super) fn ids(given: &[KeyId]) -> Result<Vec<KeyId>, Failure> {
    let mut ids = Vec::new();
    for id in given {
        if id.as_str() != "-" {
            ids.push(id.clone());
            continue;
        }
        for line in io::stdin().lines() {
            let line = line
                .map_err(|error| Failure::new("failed to read ids from standard input").caused_by(&error))?;
            let line = line.trim();
            if !line.is_empty() {
                let id = KeyId::new(line)
                    .map_err(|error| Failure::new("invalid id on standard input").caused_by(&error))?;
                ids.push(id);
            }
        }
    }
    // A key must not be rotated twice.
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(ids)
}

/// Returns keys of one provider. Reads them only if their names are needed.
pub(super) async fn by_id(provider: Provider, ids: &[KeyId], read: bool) -> Result<Selection, Failure> {
    let mut selection = Selection { succeeded: 1, ..Selection::default() };
    for id in ids {
        let key = if read { subject_of(&provider, id).await? } else { ApiKey::new(id.clone()) };
        selection.targets.push(Target { provider: provider.clone(), key });
    }
    Ok(selection)
}

/// Returns the keys of several providers that meet all conditions. `issued` returns the time since which a key has its
/// secret, or `None` to omit it.
pub(super) async fn by_condition(
    entries: Vec<Entry>,
    args: &SelectArgs,
    scope: Scope,
    check: impl Fn(&Provider) -> Result<(), Failure>,
    issued: impl Fn(&Provider, &ApiKey) -> Option<Timestamp>,
) -> Selection {
    let now = Timestamp::now();
    let inactive = scope != Scope::Active || args.expired;
    let query = &Filter { owner: args.owner.clone(), name: args.name.clone(), inactive, ..Filter::default() };
    let (check, progress) = (&check, &Progress::new());
    let calls = each(entries, async move |mut provider: Provider| {
        // Many calls follow: they wait for the rate limit.
        provider.api = Arc::new(RateLimited::new(provider.api));
        check(&provider)?;
        if args.older_than.is_some() && !provider.api.capabilities().created_at_reliable {
            return Err(Failure::new(format!(
                "{} does not report reliable creation times",
                provider.vendor()
            ))
            .help("select keys by their ids"));
        }
        read(provider, query, progress).await
    });
    let (results, failures) = calls.await;
    let mut selection = Selection { succeeded: results.len(), failures, ..Selection::default() };
    for inventory in results {
        selection.notes.extend(inventory.notes);
        let provider = inventory.provider;
        let matches = |key: &ApiKey| {
            let in_scope = match (args.expired, scope) {
                (true, _) => key.status == KeyStatus::Expired,
                (false, Scope::Active) => !key.status.is_inactive(),
                (false, Scope::Disabled) => key.status == KeyStatus::Disabled,
                (false, Scope::All) => true,
            };
            let old = |age| issued(&provider, key).is_some_and(|time| is_before(time, age, now));
            let idle = |age| key.last_used_at.is_some_and(|used| is_before(used, age, now));
            in_scope && args.older_than.is_none_or(old) && args.unused.is_none_or(idle)
        };
        let dateless = inventory.keys.iter().filter(|key| key.created_at.is_none()).count();
        if args.older_than.is_some() && dateless > 0 {
            let note = format!("{}: omitted keys without a time of creation: {dateless}", provider.name);
            selection.notes.push(note);
        }
        let keys = inventory.keys.into_iter().filter(matches);
        selection.targets.extend(keys.map(|key| Target { provider: provider.clone(), key }));
    }
    selection
}

fn is_before(time: Timestamp, age: Duration, now: Timestamp) -> bool {
    now.checked_sub(age).is_ok_and(|limit| time <= limit)
}
