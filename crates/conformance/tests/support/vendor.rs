//! Providers with other capabilities than the in-process one, based on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api_keys_conformance::Options;
use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Capabilities, Error, Expiry, Field, IssuedKey, KeyExpiry,
    KeyId, ListQuery, NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions,
    SecretKey, UpdateApiKey, Verification,
};
use api_keys_memory::Memory;
use async_trait::async_trait;
use futures_util::TryStreamExt as _;

use super::Clock;

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// The capabilities of the in-process provider.
pub(crate) fn everything() -> Capabilities {
    Memory::builder().retain_secrets(true).build().expect("built").capabilities()
}

/// Keeps records, does not list revoked keys, and has few fields.
pub(crate) const KEEPING: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Revoke])
    .create_fields(&[Field::Name, Field::Scopes])
    .lists_active_only()
    .created_at_unreliable()
    .revoke_keeps_record();

/// Has no pagination, removes revoked keys, and has lifetimes in days.
pub(crate) const REMOVING: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::List, Operation::Revoke, Operation::Delete, Operation::Rotate])
    .emulated(&[Operation::Get])
    .create_fields(&[Field::Name, Field::Expiry])
    .list_fields(&[Field::IncludeInactive])
    .rotate_keeps_id()
    .max_active(5);

/// Revokes by disabling, and has extra fields.
pub(crate) const DISABLING: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Update, Operation::Delete])
    .emulated(&[Operation::Revoke])
    .create_fields(&[Field::Name, Field::Owner, Field::Expiry, Field::Metadata, Field::Extra])
    .update_fields(
        &[Field::Name, Field::Expiry, Field::Metadata, Field::Enabled, Field::Extra],
        &[Field::Metadata],
    )
    .extra_fields(&["prefix", "tier"], &["tier"])
    .list_fields(&[Field::Owner, Field::IncludeInactive])
    .paged()
    .revoke_reversible()
    .revoke_keeps_record();

/// Requires an owner, and changes the id of a rotated key.
pub(crate) const OWNING: Capabilities = Capabilities::none()
    .native(&[
        Operation::Create,
        Operation::Get,
        Operation::List,
        Operation::Revoke,
        Operation::Delete,
        Operation::Rotate,
        Operation::Verify,
    ])
    .create_fields(&[Field::Name, Field::Owner, Field::Expiry])
    .list_fields(&[Field::Owner, Field::Search])
    .revoke_fields(&[Field::Reason])
    .owner_required()
    .paged()
    .revoke_keeps_record();

/// A conforming provider.
#[derive(Debug, Clone)]
pub(crate) struct Vendor {
    pub(crate) keys: Memory,
    pub(crate) capabilities: Capabilities,
    pub(crate) requests: Arc<AtomicU64>,
    /// The unit of lifetimes. With a unit, all keys expire.
    unit: Option<Duration>,
}

impl Vendor {
    pub(crate) fn new(clock: &Clock, capabilities: Capabilities) -> Self {
        let mut keys = clock.builder().retain_secrets(true).page_size(100);
        if let Some(limit) = capabilities.max_active {
            keys = keys.max_active(limit);
        }
        let unit = (capabilities == REMOVING).then_some(DAY);
        let keys = match unit {
            Some(_) => keys.default_expiry(365 * DAY),
            None => keys,
        };
        Self { keys: keys.build().expect("built"), capabilities, requests: Arc::default(), unit }
    }

    /// Returns options for all checks.
    pub(crate) fn options(&self, clock: &Clock) -> Options {
        let (requests, keys) = (Arc::clone(&self.requests), self.keys.clone());
        let mut options = clock
            .options()
            .request_counter(move || requests.load(Ordering::SeqCst))
            .secret_is_live(move |secret| {
                let keys = keys.clone();
                async move { matches!(keys.verify(&secret).await, Ok(Verification::Valid(_))) }
            })
            .unknown_id(KeyId::new("key_unknown").expect("an id"));
        for name in self.capabilities.create_extra {
            options = options.create_extra(*name, "bronze");
        }
        for name in self.capabilities.update_extra {
            options = options.update_extra(*name, "silver");
        }
        match self.unit {
            Some(unit) => options.min_expiry(unit),
            None => options,
        }
    }

    /// Counts a request.
    pub(crate) fn sent(&self) {
        self.requests.fetch_add(1, Ordering::SeqCst);
    }

    fn validate(&self, operation: Operation) -> Result<()> {
        self.capabilities.validate(self.vendor(), operation)?;
        self.sent();
        Ok(())
    }

    fn whole_units(&self, expiry: Expiry) -> Result<Expiry> {
        match (self.unit, expiry) {
            (Some(_), Expiry::Never) => {
                Err(Error::unsupported_field(self.vendor(), Operation::Create, Field::Expiry))
            }
            (Some(unit), requested @ (Expiry::In(_) | Expiry::At(_))) => {
                let lifetime = requested.lifetime(api_keys_core::Timestamp::now()).unwrap_or_default();
                match u32::try_from(lifetime.as_secs() / unit.as_secs()) {
                    Ok(units @ 1..) => Ok(Expiry::In(unit * units)),
                    _ => Err(Error::invalid_input(self.vendor(), Operation::Create, "less than one unit")),
                }
            }
            (_, expiry) => Ok(expiry),
        }
    }
}

#[async_trait]
impl ApiKeyProvider for Vendor {
    fn vendor(&self) -> &'static str {
        self.keys.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn create(&self, mut new: NewApiKey) -> Result<IssuedKey> {
        self.capabilities.validate_create(self.vendor(), &new)?;
        new.expiry = self.whole_units(new.expiry)?;
        self.sent();
        self.keys.create(new).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.validate(Operation::Get)?;
        self.keys.get(id).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.capabilities.validate_list(self.vendor(), &query)?;
        self.sent();
        if self.capabilities.paged {
            return self.keys.list(query).await;
        }
        let query = ListQuery::new().include_inactive(query.include_inactive);
        Ok(Page::complete(self.keys.keys(query).try_collect().await?))
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.capabilities.validate_update(self.vendor(), &changes)?;
        self.sent();
        self.keys.update(id, changes).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.capabilities.validate_revoke(self.vendor(), &options)?;
        self.sent();
        if self.capabilities.revoke_reversible {
            let result = self.keys.update(id, UpdateApiKey::new().enabled(false)).await;
            return result
                .map(|_| Revocation::disabled())
                .map_err(|error| error.with_operation(Operation::Revoke));
        }
        if self.capabilities.revoke_keeps_record {
            return self.keys.revoke(id, options).await;
        }
        // Succeeds for any id.
        let _ = self.keys.delete(id).await;
        Ok(Revocation::removed())
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.validate(Operation::Delete)?;
        self.keys.delete(id).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.capabilities.validate_rotate(self.vendor(), &options)?;
        self.sent();
        if self.capabilities.rotate_keeps_id {
            return self.keys.rotate(id, options).await;
        }
        let old = self.keys.get(id).await.map_err(|error| error.with_operation(Operation::Rotate))?;
        let mut new = NewApiKey::new(old.name.unwrap_or_default());
        new.owner = old.owner;
        new.expiry = match old.expiry {
            KeyExpiry::At(time) => Expiry::At(time),
            _ => Expiry::Never,
        };
        self.keys.delete(id).await?;
        self.keys.create(new).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.validate(Operation::Reveal)?;
        self.keys.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.validate(Operation::Verify)?;
        self.keys.verify(secret).await
    }
}
