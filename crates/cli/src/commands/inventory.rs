//! Listing of all keys of a provider.

use std::cell::Cell;
use std::collections::HashSet;
use std::pin::pin;
use std::time::{Duration, Instant};

use api_keys::{ApiKey, ApiKeyProvider as _, ApiKeyProviderExt as _, Field, ListScope};
use futures_util::{FutureExt as _, TryStreamExt as _};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::Provider;
use crate::failure::Failure;

/// A filter for keys.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) owner: Option<String>,
    pub(super) name: Option<String>,
    /// Includes keys that no longer authenticate.
    pub(super) inactive: bool,
    pub(super) limit: Option<usize>,
}

/// The keys of a provider, with notes for the user.
#[derive(Debug)]
pub(super) struct Inventory {
    pub(super) provider: Provider,
    pub(super) keys: Vec<ApiKey>,
    pub(super) notes: Vec<String>,
}

/// Lists the keys of a provider.
pub(super) async fn read(
    provider: Provider,
    filter: &Filter,
    progress: &Progress,
) -> Result<Inventory, Failure> {
    let (mut keys, before) = (Vec::new(), Cell::new(0));
    let notes = visit(&provider, filter, |key| {
        match key {
            Some(key) => keys.push(key),
            None => progress.add(keys.len() - before.replace(keys.len())),
        }
        Ok(())
    });
    let notes = notes.await?;
    Ok(Inventory { provider, keys, notes })
}

/// Passes each key of a provider to `act`, and `None` before it waits for the vendor. Returns notes for the user.
pub(super) async fn visit(
    provider: &Provider,
    filter: &Filter,
    mut act: impl FnMut(Option<ApiKey>) -> Result<(), Failure>,
) -> Result<Vec<String>, Failure> {
    let capabilities = provider.api.capabilities();
    let mut notes = Vec::new();
    let inactive = filter.inactive && capabilities.list_fields.contains(Field::IncludeInactive);
    if filter.inactive && (!inactive || capabilities.list_scope == ListScope::ActiveOnly) {
        notes.push(format!("{}: {} does not list inactive keys", provider.name, provider.vendor()));
    }
    let mut rest = filter.limit.unwrap_or(usize::MAX);
    let matches = |key: &ApiKey| {
        let name = key.name.as_deref().unwrap_or_default();
        filter.name.as_deref().is_none_or(|text| name.contains(text))
    };
    let queries = provider.queries(filter.owner.as_deref())?;
    // A listing does not repeat keys, but a vendor may list a key for several owners.
    let mut seen = (queries.len() > 1).then(HashSet::new);
    for query in queries {
        let mut listed = 0_u64;
        let mut stream = pin!(provider.api.keys(query.include_inactive(inactive)));
        while rest > 0 {
            let next = match stream.try_next().now_or_never() {
                Some(next) => next,
                None => {
                    act(None)?;
                    stream.try_next().await
                }
            };
            let next =
                next.map_err(|error| Failure::from_api("failed to list keys", &provider.name, &error))?;
            let Some(key) = next else { break };
            listed += 1;
            if matches(&key) && seen.as_mut().is_none_or(|seen| seen.insert(key.id.clone())) {
                rest -= 1;
                act(Some(key))?;
            }
        }
        if let Some(ceiling) = capabilities.list_ceiling.filter(|&ceiling| listed >= u64::from(ceiling)) {
            notes.push(format!(
                "{}: {} lists at most {ceiling} keys; there may be more",
                provider.name,
                provider.vendor()
            ));
        }
    }
    act(None)?;
    Ok(notes)
}

/// The number of listed keys, shown on a terminal if a listing takes longer than a second.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: Cell<bool>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {pos} keys, {elapsed}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, started: Instant::now(), shown: Cell::new(false) }
    }

    fn add(&self, keys: usize) {
        self.bar.inc(keys as u64);
        if self.started.elapsed() >= Duration::from_secs(1) && !self.shown.replace(true) {
            // Draws nothing unless standard error is a terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
