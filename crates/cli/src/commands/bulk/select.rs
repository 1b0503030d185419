//! Which keys of many.

use std::sync::Arc;
use std::time::Duration;

use api_keys::{ApiKey, ApiKeyProvider as _, ApiKeyProviderExt as _, Operation, RateLimited, Timestamp};

use super::journal::Journal;
use crate::commands::fan_out::each;
use crate::commands::inventory::{Wanted, read};
use crate::config::{Entry, Provider};
use crate::failure::Failure;
use crate::output::ProviderFailure;

/// A key to act on.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) provider: Provider,
    pub(super) key: ApiKey,
}

/// The keys, what the caller should know, and who could not be asked.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) targets: Vec<Target>,
    pub(super) notes: Vec<String>,
    pub(super) asked: usize,
    pub(super) failures: Vec<ProviderFailure>,
}

/// The active keys that were created, and as far as the journal knows rotated, this long ago.
pub(super) async fn older_than(
    entries: Vec<Entry>,
    owner: Option<String>,
    span: Duration,
    journal: &Journal,
) -> Selection {
    let now = Timestamp::now();
    let old = |provider: &Provider, key: &ApiKey| {
        let rotated = journal.done(&provider.name, key.id.as_str());
        key.created_at.max(rotated).is_some_and(|born| is_before(born, span, now))
    };
    let fit = |provider: &Provider| {
        if !provider.api.supports(Operation::Rotate) {
            return Err(format!("{}: {} has no rotate", provider.name, provider.vendor()));
        }
        if !provider.api.capabilities().created_at_reliable {
            return Err(format!(
                "{}: {} does not tell true creation times",
                provider.name,
                provider.vendor()
            ));
        }
        Ok(())
    };
    select(entries, owner, fit, old).await
}

/// The active keys that were last used this long ago. Where no use is told, nothing can be concluded.
pub(super) async fn unused(entries: Vec<Entry>, owner: Option<String>, span: Duration) -> Selection {
    let now = Timestamp::now();
    let idle = |_: &Provider, key: &ApiKey| key.last_used_at.is_some_and(|used| is_before(used, span, now));
    select(entries, owner, |_| Ok(()), idle).await
}

async fn select(
    entries: Vec<Entry>,
    owner: Option<String>,
    fit: impl Fn(&Provider) -> Result<(), String>,
    wanted: impl Fn(&Provider, &ApiKey) -> bool,
) -> Selection {
    let query = Wanted { owner, ..Wanted::default() };
    let (query, fit) = (&query, &fit);
    let asked = each(entries, async move |mut provider: Provider| -> Result<_, Failure> {
        // Many calls are made soon; when the vendor wants them slower, they wait.
        provider.api = Arc::new(RateLimited::new(provider.api));
        match fit(&provider) {
            Err(note) => Ok(Err(note)),
            Ok(()) => read(provider, query).await.map(Ok),
        }
    });
    let (answers, failures) = asked.await;
    let mut selection = Selection { asked: answers.len(), failures, ..Selection::default() };
    for answer in answers {
        match answer {
            Err(note) => selection.notes.push(note),
            Ok(inventory) => {
                selection.notes.extend(inventory.notes);
                let provider = inventory.provider;
                let keys = inventory.keys.into_iter();
                let keys = keys.filter(|key| !key.status.is_inactive() && wanted(&provider, key));
                selection.targets.extend(keys.map(|key| Target { provider: provider.clone(), key }));
            }
        }
    }
    selection
}

fn is_before(time: Timestamp, span: Duration, now: Timestamp) -> bool {
    now.checked_sub(span).is_ok_and(|limit| time <= limit)
}
