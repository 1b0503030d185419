//! Listing of all keys of a provider.

use std::collections::HashSet;
use std::pin::pin;

use api_keys::{ApiKey, ApiKeyProvider as _, ApiKeyProviderExt as _, Field, ListScope};
use futures_util::TryStreamExt as _;

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
pub(super) async fn read(provider: Provider, filter: &Filter) -> Result<Inventory, Failure> {
    let capabilities = provider.api.capabilities();
    let mut notes = Vec::new();
    let inactive = filter.inactive && capabilities.list_fields.contains(Field::IncludeInactive);
    if filter.inactive && (!inactive || capabilities.list_scope == ListScope::ActiveOnly) {
        notes.push(format!("{}: {} does not list inactive keys", provider.name, provider.vendor()));
    }
    let (mut keys, mut seen) = (Vec::new(), HashSet::new());
    let limit = filter.limit.unwrap_or(usize::MAX);
    let matches = |key: &ApiKey| {
        let name = key.name.as_deref().unwrap_or_default();
        filter.name.as_deref().is_none_or(|text| name.contains(text))
    };
    for query in provider.queries(filter.owner.as_deref())? {
        let mut listed = 0_u64;
        let mut stream = pin!(provider.api.keys(query.include_inactive(inactive)));
        while keys.len() < limit {
            let next = stream.try_next().await;
            let next =
                next.map_err(|error| Failure::from_api("failed to list keys", &provider.name, &error))?;
            let Some(key) = next else { break };
            listed += 1;
            if matches(&key) && seen.insert(key.id.clone()) {
                keys.push(key);
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
    Ok(Inventory { provider, keys, notes })
}
