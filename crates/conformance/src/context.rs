//! What every check works with: the provider, the options, and the keys to remove afterwards.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Capabilities, Effect, Field, FieldSet, IssuedKey, KeyId,
    ListQuery, NewApiKey, Operation, Result, Revocation, RevokeOptions, RotateOptions, UpdateApiKey,
};
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value, json};

use crate::Options;
use crate::stop::{Stop, Verdict};

mod clean;
mod judge;

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Context<'a, P: ?Sized> {
    pub(crate) provider: &'a P,
    pub(crate) options: &'a Options,
    pub(crate) capabilities: Capabilities,
    names: AtomicU32,
    /// Keys that may exist.
    held: Mutex<Vec<KeyId>>,
    /// Whether there may be keys of which no id is known.
    lost: AtomicBool,
}

/// What a check needs before it can begin.
impl<'a, P: ApiKeyProvider + ?Sized> Context<'a, P> {
    pub(crate) fn new(provider: &'a P, options: &'a Options) -> Self {
        Self {
            provider,
            options,
            capabilities: provider.capabilities(),
            names: AtomicU32::new(0),
            held: Mutex::default(),
            lost: AtomicBool::new(false),
        }
    }

    /// Skips the check where the provider has no such operation.
    pub(crate) fn needs(&self, operation: Operation) -> Verdict {
        if self.provider.supports(operation) {
            Ok(())
        } else {
            Err(Stop::skipped(format!("{operation} is not supported")))
        }
    }

    /// Whether a field of one of the capabilities' sets can be used in this run.
    pub(crate) fn takes(&self, set: FieldSet, field: Field) -> bool {
        set.contains(field) && !self.options.without.contains(field)
    }

    /// Skips the check where the operation does not take the field.
    pub(crate) fn needs_field(&self, operation: Operation, field: Field) -> Verdict {
        self.needs(operation)?;
        let set = match operation {
            Operation::Create => self.capabilities.create_fields,
            Operation::Update => self.capabilities.update_fields,
            Operation::List => self.capabilities.list_fields,
            Operation::Revoke => self.capabilities.revoke_fields,
            _ => FieldSet::EMPTY,
        };
        if self.takes(set, field) {
            Ok(())
        } else {
            Err(Stop::skipped(format!("{operation} does not take the field `{field}`")))
        }
    }

    /// How many keys the check may hold at a time; skips it when they are fewer than it needs.
    pub(crate) fn room(&self, needed: u32) -> Verdict<usize> {
        let room = self.options.max_keys.min(self.capabilities.max_active.unwrap_or(u32::MAX));
        if room >= needed {
            Ok(room as usize)
        } else {
            Err(Stop::skipped(format!(
                "needs {needed} keys at a time, and may hold {room} (`Options::max_keys`)"
            )))
        }
    }

    /// An id that no key has.
    pub(crate) async fn unknown_id(&self) -> Verdict<KeyId> {
        if let Some(id) = &self.options.unknown_id {
            return Ok(id.clone());
        }
        if !self.provider.supports(Operation::Delete) {
            return Err(Stop::skipped("needs `Options::unknown_id`, since no key can be deleted"));
        }
        let issued = self.create(self.new_key()).await?;
        self.delete(&issued.key.id).await?;
        Ok(issued.key.id)
    }
}

/// What is asked for.
impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// A name that no other key has.
    pub(crate) fn name(&self) -> String {
        format!("{}{}", self.options.name_prefix, self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// A key with no more than it needs.
    pub(crate) fn new_key(&self) -> NewApiKey {
        let mut new = NewApiKey::new(self.name());
        if self.takes(self.capabilities.create_fields, Field::Owner) {
            new.owner.clone_from(&self.options.owner);
        }
        new
    }

    /// A key with every field that can be used.
    pub(crate) fn full_key(&self) -> NewApiKey {
        let takes = |field| self.takes(self.capabilities.create_fields, field);
        let mut new = self.new_key();
        if takes(Field::Description) {
            new = new.description("made by a test");
        }
        if takes(Field::Scopes) {
            new = new.scopes([&self.options.scopes[0]]);
        }
        if takes(Field::Expiry) {
            new = new.expires_in(self.span());
        }
        if takes(Field::Metadata) {
            new = new.metadata(metadata());
        }
        if takes(Field::Extra) {
            new.extra = self.create_extra();
        }
        new
    }

    /// Vendor-specific fields that `create` takes; none where it takes only certain ones and none were given.
    pub(crate) fn create_extra(&self) -> Map<String, Value> {
        let any = self.capabilities.create_extra.is_empty();
        extra(&self.options.create_extra, any, "made by a test")
    }

    /// Vendor-specific fields that `update` takes, likewise.
    pub(crate) fn update_extra(&self) -> Map<String, Value> {
        let any = self.capabilities.update_extra.is_empty();
        extra(&self.options.update_extra, any, "changed by a test")
    }

    /// Every key of the owner that still authenticates.
    pub(crate) fn query(&self) -> ListQuery {
        let mut query = ListQuery::new();
        if self.takes(self.capabilities.list_fields, Field::Owner) {
            query.owner.clone_from(&self.options.owner);
        }
        query
    }

    /// A span that the vendor can count exactly, and long enough that a key does not expire during its check.
    pub(crate) fn span(&self) -> Duration {
        let unit = self.unit();
        let mut span = unit * 2;
        while span < HOUR {
            span *= 2;
        }
        span
    }

    /// The shortest span that the vendor takes.
    pub(crate) fn unit(&self) -> Duration {
        self.options.min_expiry.filter(|unit| !unit.is_zero()).unwrap_or(HOUR)
    }
}

/// The operations, with a pause after every change, and with the keys that are made noted for removal.
impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Creates a key; skips the check where that is not supported.
    pub(crate) async fn create(&self, new: NewApiKey) -> Verdict<IssuedKey> {
        self.needs(Operation::Create)?;
        Ok(self.try_create(new).await?)
    }

    /// Creates a key or not, which the check judges.
    pub(crate) async fn try_create(&self, new: NewApiKey) -> Result<IssuedKey> {
        let result = self.provider.create(new).await;
        self.note(&result);
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
            self.held().retain(|held| held != id);
        }
        result
    }

    pub(crate) async fn rotate(&self, id: &KeyId) -> Result<IssuedKey> {
        let result = self.provider.rotate(id, RotateOptions::new()).await;
        self.note(&result);
        self.settle().await;
        result
    }

    /// Reads a key, by listing where it cannot be read by id.
    pub(crate) async fn read(&self, id: &KeyId) -> Verdict<ApiKey> {
        if self.provider.supports(Operation::Get) {
            return Ok(self.provider.get(id).await?);
        }
        self.needs(Operation::List)?;
        let listed = self.list(self.query()).await?.into_iter().find(|key| key.id == *id);
        listed.ok_or_else(|| Stop::failed(format!("the key {id} is not listed")))
    }

    /// All pages of a listing.
    pub(crate) async fn list(&self, query: ListQuery) -> Result<Vec<ApiKey>> {
        self.provider.keys(query).try_collect().await
    }

    /// Takes a key away for good, or makes it useless where that cannot be done.
    pub(crate) async fn remove(&self, id: &KeyId) -> Result<()> {
        let result = if self.provider.supports(Operation::Delete) {
            self.delete(id).await
        } else {
            self.revoke(id).await.map(|_| ())
        };
        match result {
            Err(error) if !error.is_not_found() => Err(error),
            _ => {
                self.held().retain(|held| held != id);
                Ok(())
            }
        }
    }

    /// Notes that there may be a key of which no id is known.
    pub(crate) fn note_lost(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Notes a key for removal.
    pub(crate) fn hold(&self, issued: &IssuedKey) {
        let mut held = self.held();
        if !held.contains(&issued.key.id) {
            held.push(issued.key.id.clone());
        }
    }

    pub(crate) async fn settle(&self) {
        if let Some(settle) = &self.options.settle {
            settle(()).await;
        }
    }

    fn note(&self, result: &Result<IssuedKey>) {
        match result {
            Ok(issued) => self.hold(issued),
            Err(error) if error.effect() != Effect::NotApplied => self.note_lost(),
            Err(_) => {}
        }
    }

    fn held(&self) -> MutexGuard<'_, Vec<KeyId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An object, since some vendors take no other JSON.
pub(crate) fn metadata() -> Value {
    json!({ "team": "täst", "levels": [1, 2.5, null, true], "deep": { "er": {} } })
}

fn extra(given: &Map<String, Value>, any: bool, value: &str) -> Map<String, Value> {
    match given.is_empty() && any {
        true => Map::from_iter([("conformance".to_owned(), value.into())]),
        false => given.clone(),
    }
}
