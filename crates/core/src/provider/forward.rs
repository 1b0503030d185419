//! Forwarding implementations for `Arc` and `Box`.

use std::sync::Arc;

use async_trait::async_trait;

use super::contract::ApiKeyProvider;
use crate::capabilities::Capabilities;
use crate::error::Result;
use crate::types::key::{ApiKey, IssuedKey, KeyId};
use crate::types::listing::{ListQuery, Page};
use crate::types::new_key::NewApiKey;
use crate::types::revocation::{Revocation, RevokeOptions};
use crate::types::rotation::RotateOptions;
use crate::types::secret::SecretKey;
use crate::types::update::UpdateApiKey;
use crate::types::verification::Verification;

macro_rules! forward {
    ($pointer:ident) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<P: ApiKeyProvider + ?Sized> ApiKeyProvider for $pointer<P> {
            fn vendor(&self) -> &'static str {
                (**self).vendor()
            }

            fn capabilities(&self) -> Capabilities {
                (**self).capabilities()
            }

            async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
                (**self).create(new).await
            }

            async fn get(&self, id: &KeyId) -> Result<ApiKey> {
                (**self).get(id).await
            }

            async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
                (**self).list(query).await
            }

            async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
                (**self).update(id, changes).await
            }

            async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
                (**self).revoke(id, options).await
            }

            async fn delete(&self, id: &KeyId) -> Result<()> {
                (**self).delete(id).await
            }

            async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
                (**self).rotate(id, options).await
            }

            async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
                (**self).reveal(id).await
            }

            async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
                (**self).verify(secret).await
            }
        }
    };
}

forward!(Arc);
forward!(Box);
