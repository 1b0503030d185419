//! The check of a provider's connection and credential.

use api_keys::{ApiKeyProvider as _, ListQuery, Operation, SecretKey};

use crate::config::Provider;
use crate::failure::Failure;

/// Sends the smallest request that tests connection and credential.
pub(super) async fn check_connection(provider: &Provider) -> Result<(), Failure> {
    let owner = provider.owners.first();
    let capabilities = provider.api.capabilities();
    let checked = if owner.is_none() && capabilities.owner_required {
        // Without an owner, keys cannot be listed. A secret that does not exist is a successful check, too.
        if !capabilities.support(Operation::Verify).is_supported() {
            return Err(Failure::new("no request for the check")
                .detail(format!("the provider {} has no owner", provider.name))
                .help("set owner = \"…\" in its configuration"));
        }
        provider.api.verify(&SecretKey::new("ak_api_keys_check")).await.map(drop)
    } else {
        let mut query = ListQuery::new().limit(1);
        query.owner = owner.cloned();
        provider.api.list(query).await.map(drop)
    };
    checked.map_err(|error| Failure::from_api("the check failed", &provider.name, &error))
}
