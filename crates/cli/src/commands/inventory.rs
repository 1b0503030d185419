//! Every key of a provider.

use std::collections::HashSet;
use std::pin::pin;

use api_keys::{ApiKey, ApiKeyProvider as _, ApiKeyProviderExt as _, Field, ListScope};
use futures_util::TryStreamExt as _;

use crate::config::Provider;
use crate::failure::Failure;

/// Which keys are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) owner: Option<String>,
    pub(super) name: Option<String>,
    /// Also those that no longer authenticate.
    pub(super) inactive: bool,
    pub(super) limit: Option<usize>,
}

/// The keys, and what the reader of them should know.
#[derive(Debug)]
pub(super) struct Inventory {
    pub(super) provider: Provider,
    pub(super) keys: Vec<ApiKey>,
    pub(super) notes: Vec<String>,
}

/// Reads them page by page.
pub(super) async fn read(provider: Provider, wanted: &Wanted) -> Result<Inventory, Failure> {
    let capabilities = provider.api.capabilities();
    let mut notes = Vec::new();
    let inactive = wanted.inactive && capabilities.list_fields.contains(Field::IncludeInactive);
    if wanted.inactive && (!inactive || capabilities.list_scope == ListScope::ActiveOnly) {
        notes.push(format!("{}: {} lists no inactive keys", provider.name, provider.vendor()));
    }
    let (mut keys, mut seen) = (Vec::new(), HashSet::new());
    let most = wanted.limit.unwrap_or(usize::MAX);
    let fits = |key: &ApiKey| {
        let name = key.name.as_deref().unwrap_or_default();
        wanted.name.as_deref().is_none_or(|text| name.contains(text))
    };
    for query in provider.queries(wanted.owner.as_deref())? {
        let mut listed = 0_u64;
        let mut stream = pin!(provider.api.keys(query.include_inactive(inactive)));
        while keys.len() < most {
            let next = stream.try_next().await;
            let next =
                next.map_err(|error| Failure::from_api("the keys cannot be listed", &provider.name, &error))?;
            let Some(key) = next else { break };
            listed += 1;
            if fits(&key) && seen.insert(key.id.clone()) {
                keys.push(key);
            }
        }
        if let Some(ceiling) = capabilities.list_ceiling.filter(|&ceiling| listed >= u64::from(ceiling)) {
            notes.push(format!(
                "{}: {} lists {ceiling} keys at most; there may be more",
                provider.name,
                provider.vendor()
            ));
        }
    }
    Ok(Inventory { provider, keys, notes })
}
