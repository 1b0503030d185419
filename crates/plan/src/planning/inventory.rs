//! The keys of a provider.

use std::collections::HashSet;
use std::pin::pin;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Capabilities, Field, KeyId, ListQuery, Result,
};
use futures_util::TryStreamExt as _;

/// The keys of one provider.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inventory {
    /// The vendor.
    pub vendor: &'static str,
    /// The capabilities.
    pub capabilities: Capabilities,
    /// The keys, without duplicates.
    pub keys: Vec<ApiKey>,
    /// `false` if the vendor may have more keys than it lists. A key that is not listed then is not taken for deleted.
    pub complete: bool,
}

impl Inventory {
    /// Creates an inventory.
    pub fn new(vendor: &'static str, capabilities: Capabilities, keys: Vec<ApiKey>, complete: bool) -> Self {
        Self { vendor, capabilities, keys, complete }
    }

    /// Lists the keys of a provider, including inactive ones where the vendor lists them.
    ///
    /// # Errors
    /// The errors of [`list`](ApiKeyProvider::list).
    pub async fn read<P: ApiKeyProvider + ?Sized>(provider: &P, queries: &[ListQuery]) -> Result<Self> {
        let capabilities = provider.capabilities();
        let inactive = capabilities.list_fields.contains(Field::IncludeInactive);
        let (mut keys, mut seen, mut complete) = (Vec::new(), HashSet::new(), true);
        for query in queries {
            let mut listed = 0_u64;
            let mut stream = pin!(provider.keys(query.clone().include_inactive(inactive)));
            while let Some(key) = stream.try_next().await? {
                listed += 1;
                if seen.insert(key.id.clone()) {
                    keys.push(key);
                }
            }
            complete &= capabilities.list_ceiling.is_none_or(|ceiling| listed < u64::from(ceiling));
        }
        Ok(Self::new(provider.vendor(), capabilities, keys, complete))
    }

    /// Reads known keys that an incomplete listing does not contain.
    ///
    /// # Errors
    /// The errors of [`get`](ApiKeyProvider::get), except for a key that does not exist.
    pub async fn complete_with<P: ApiKeyProvider + ?Sized>(
        &mut self,
        provider: &P,
        known: impl IntoIterator<Item = KeyId>,
    ) -> Result<()> {
        if self.complete {
            return Ok(());
        }
        let listed: HashSet<_> = self.keys.iter().map(|key| key.id.clone()).collect();
        for id in known {
            if !listed.contains(&id) {
                self.keys.extend(provider.find(&id).await?);
            }
        }
        Ok(())
    }
}
