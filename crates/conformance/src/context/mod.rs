//! The environment of a check: the provider, the options, and the keys to remove.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Capabilities, Effect, Field, FieldSet, IssuedKey, KeyId,
    ListQuery, NewApiKey, Operation, Result, Revocation, RevokeOptions, RotateOptions, SecretKey,
    UpdateApiKey,
};
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value, json};

use crate::options::Options;
use crate::result::{CheckError, CheckResult};

mod assertions;
mod cleanup;

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Context<'a, P: ?Sized> {
    pub(crate) provider: &'a P,
    pub(crate) options: &'a Options,
    pub(crate) capabilities: Capabilities,
    name_count: AtomicU32,
    /// Keys that may exist.
    tracked: Mutex<Vec<KeyId>>,
    /// Issued secrets, which must not be in the report.
    secrets: Mutex<Vec<SecretKey>>,
    /// `true` if keys with unknown ids may exist.
    unknown_keys: AtomicBool,
}

/// Requirements.
impl<'a, P: ApiKeyProvider + ?Sized> Context<'a, P> {
    pub(crate) fn new(provider: &'a P, options: &'a Options) -> Self {
        Self {
            provider,
            options,
            capabilities: provider.capabilities(),
            name_count: AtomicU32::new(0),
            tracked: Mutex::default(),
            secrets: Mutex::default(),
            unknown_keys: AtomicBool::new(false),
        }
    }

    /// Skips the check if an operation is unsupported.
    pub(crate) fn require(&self, operation: Operation) -> CheckResult {
        if self.provider.supports(operation) {
            Ok(())
        } else {
            Err(CheckError::skipped(format!("{operation} is not supported")))
        }
    }

    /// Returns whether a field is supported and not excluded from this run.
    pub(crate) fn usable(&self, set: FieldSet, field: Field) -> bool {
        set.contains(field) && !self.options.without.contains(field)
    }

    /// Skips the check if a field is unsupported.
    pub(crate) fn require_field(&self, operation: Operation, field: Field) -> CheckResult {
        self.require(operation)?;
        let set = match operation {
            Operation::Create => self.capabilities.create_fields,
            Operation::Update => self.capabilities.update_fields,
            Operation::List => self.capabilities.list_fields,
            Operation::Revoke => self.capabilities.revoke_fields,
            Operation::Rotate => self.capabilities.rotate_fields,
            _ => FieldSet::EMPTY,
        };
        if self.usable(set, field) {
            Ok(())
        } else {
            Err(CheckError::skipped(format!("{operation} does not support the field `{field}`")))
        }
    }

    /// Returns the maximum number of concurrent keys. Skips the check if it is too small.
    pub(crate) fn require_capacity(&self, minimum: u32) -> CheckResult<usize> {
        let keys = self.options.max_keys.min(self.capabilities.max_active.unwrap_or(u32::MAX));
        if keys >= minimum {
            Ok(keys as usize)
        } else {
            Err(CheckError::skipped(format!(
                "needs {minimum} concurrent keys, but `Options::max_keys` or the quota allows {keys}"
            )))
        }
    }

    /// Returns an id without a key.
    pub(crate) async fn unknown_id(&self) -> CheckResult<KeyId> {
        if let Some(id) = &self.options.unknown_id {
            return Ok(id.clone());
        }
        if !self.provider.supports(Operation::Delete) {
            return Err(CheckError::skipped("needs `Options::unknown_id`, because delete is unsupported"));
        }
        let issued = self.create(self.new_key()).await?;
        self.delete(&issued.key.id).await?;
        Ok(issued.key.id)
    }
}

/// Requests.
impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Returns a unique name.
    pub(crate) fn name(&self) -> String {
        format!("{}{}", self.options.name_prefix, self.name_count.fetch_add(1, Ordering::Relaxed))
    }

    /// Returns a request with the required fields.
    pub(crate) fn new_key(&self) -> NewApiKey {
        let mut new = NewApiKey::new(self.name());
        if self.usable(self.capabilities.create_fields, Field::Owner) {
            new.owner.clone_from(&self.options.owner);
        }
        new
    }

    /// Returns a request with all supported fields.
    pub(crate) fn full_key(&self) -> NewApiKey {
        let usable = |field| self.usable(self.capabilities.create_fields, field);
        let mut new = self.new_key();
        if usable(Field::Description) {
            new = new.description("created by a test");
        }
        if usable(Field::Scopes) {
            new = new.scopes([&self.options.scopes[0]]);
        }
        if usable(Field::Expiry) {
            new = new.expires_in(self.lifetime());
        }
        if usable(Field::Metadata) {
            new = new.metadata(metadata());
        }
        if usable(Field::Extra) {
            new.extra = self.create_extra();
        }
        new
    }

    /// Returns vendor-specific fields for `create`, or none if no supported field is known.
    pub(crate) fn create_extra(&self) -> Map<String, Value> {
        let any = self.capabilities.create_extra.is_empty();
        extra(&self.options.create_extra, any, "created by a test")
    }

    /// Returns vendor-specific fields for `update`, or none if no supported field is known.
    pub(crate) fn update_extra(&self) -> Map<String, Value> {
        let any = self.capabilities.update_extra.is_empty();
        extra(&self.options.update_extra, any, "changed by a test")
    }

    /// Returns a query for the active keys of the owner.
    pub(crate) fn query(&self) -> ListQuery {
        let mut query = ListQuery::new();
        if self.usable(self.capabilities.list_fields, Field::Owner) {
            query.owner.clone_from(&self.options.owner);
        }
        query
    }

    /// Returns a lifetime that needs no rounding and is longer than a check.
    pub(crate) fn lifetime(&self) -> Duration {
        let unit = self.unit();
        let mut lifetime = unit * 2;
        while lifetime < HOUR {
            lifetime *= 2;
        }
        lifetime
    }

    /// Returns the shortest lifetime that the vendor supports.
    pub(crate) fn unit(&self) -> Duration {
        self.options.min_expiry.filter(|unit| !unit.is_zero()).unwrap_or(HOUR)
    }
}

/// Operations that settle after every change and track new keys for removal.
impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Creates a key. Skips the check if this is unsupported.
    pub(crate) async fn create(&self, new: NewApiKey) -> CheckResult<IssuedKey> {
        self.require(Operation::Create)?;
        Ok(self.try_create(new).await?)
    }

    /// Creates a key and returns the result.
    pub(crate) async fn try_create(&self, new: NewApiKey) -> Result<IssuedKey> {
        let result = self.provider.create(new).await;
        self.track_result(&result);
        self.settle().await;
        result
    }

    pub(crate) async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        let result = self.provider.update(id, changes).await;
        self.settle().await;
        result
    }

    pub(crate) async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let result = self.provider.revoke(id, RevokeOptions::new()).await;
        self.settle().await;
        result
    }

    pub(crate) async fn delete(&self, id: &KeyId) -> Result<()> {
        let result = self.provider.delete(id).await;
        self.settle().await;
        if result.is_ok() {
            self.tracked().retain(|tracked| tracked != id);
        }
        result
    }

    pub(crate) async fn rotate(&self, id: &KeyId) -> Result<IssuedKey> {
        let result = self.provider.rotate(id, RotateOptions::new()).await;
        self.track_result(&result);
        self.settle().await;
        result
    }

    /// Reads a key by its id, or from the list if `get` is unsupported.
    pub(crate) async fn read(&self, id: &KeyId) -> CheckResult<ApiKey> {
        if self.provider.supports(Operation::Get) {
            return Ok(self.provider.get(id).await?);
        }
        self.require(Operation::List)?;
        let listed = self.list(self.query()).await?.into_iter().find(|key| key.id == *id);
        listed.ok_or_else(|| CheckError::failed(format!("the key {id} is not listed")))
    }

    /// Returns all keys of a listing.
    pub(crate) async fn list(&self, query: ListQuery) -> Result<Vec<ApiKey>> {
        self.provider.keys(query).try_collect().await
    }

    /// Deletes a key, or revokes it if `delete` is unsupported.
    pub(crate) async fn remove(&self, id: &KeyId) -> Result<()> {
        let result = if self.provider.supports(Operation::Delete) {
            self.delete(id).await
        } else {
            self.revoke(id).await.map(|_| ())
        };
        match result {
            Err(error) if !error.is_not_found() => Err(error),
            _ => {
                self.tracked().retain(|tracked| tracked != id);
                Ok(())
            }
        }
    }

    /// Notes that a key with an unknown id may exist.
    pub(crate) fn expect_unknown_key(&self) {
        self.unknown_keys.store(true, Ordering::Relaxed);
    }

    /// Tracks a key for removal, and its secret for redaction.
    pub(crate) fn track(&self, issued: &IssuedKey) {
        self.secrets().push(issued.secret.clone());
        self.track_id(&issued.key.id);
    }

    pub(crate) fn track_id(&self, id: &KeyId) {
        let mut tracked = self.tracked();
        if !tracked.contains(id) {
            tracked.push(id.clone());
        }
    }

    pub(crate) async fn settle(&self) {
        if let Some(settle) = &self.options.settle {
            settle(()).await;
        }
    }

    fn track_result(&self, result: &Result<IssuedKey>) {
        match result {
            Ok(issued) => self.track(issued),
            Err(error) if error.effect() != Effect::NotApplied => self.expect_unknown_key(),
            Err(_) => {}
        }
    }

    pub(crate) fn secrets(&self) -> MutexGuard<'_, Vec<SecretKey>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tracked(&self) -> MutexGuard<'_, Vec<KeyId>> {
        self.tracked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns an object, because some vendors accept no other JSON.
pub(crate) fn metadata() -> Value {
    json!({ "team": "täst", "levels": [1, 2.5, null, true], "deep": { "er": {} } })
}

fn extra(given: &Map<String, Value>, any: bool, value: &str) -> Map<String, Value> {
    match given.is_empty() && any {
        true => Map::from_iter([("conformance".to_owned(), value.into())]),
        false => given.clone(),
    }
}
