//! The operations of the trait.

use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Cursor, Error, ErrorKind, Expiry, Field, InvalidReason, IssuedKey,
    KeyExpiry, KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification,
};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::error::{VENDOR, conflict};
use crate::memory::Memory;
use crate::record::{Digest, Previous, REMAINING, REVOCATION_REASON, Record};
use crate::store::Store;

const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[
        Operation::Create,
        Operation::Get,
        Operation::List,
        Operation::Update,
        Operation::Revoke,
        Operation::Delete,
        Operation::Rotate,
        Operation::Verify,
    ])
    .create_fields(&[
        Field::Name,
        Field::Description,
        Field::Owner,
        Field::Scopes,
        Field::Expiry,
        Field::Metadata,
        Field::Extra,
    ])
    .update_fields(
        &[
            Field::Name,
            Field::Description,
            Field::Owner,
            Field::Scopes,
            Field::Expiry,
            Field::Metadata,
            Field::Enabled,
            Field::Extra,
        ],
        &[Field::Description, Field::Expiry, Field::Metadata],
    )
    .list_fields(&[Field::Owner, Field::Search, Field::IncludeInactive])
    .revoke_fields(&[Field::Reason])
    .rotate_fields(&[Field::Overlap])
    .paged()
    .rotate_keeps_id()
    .revoke_keeps_record();

/// The prefix of cursors, by which those of other providers are rejected.
const CURSOR_PREFIX: &str = "memory:";

#[async_trait]
impl ApiKeyProvider for Memory {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = CAPABILITIES;
        if self.0.settings.retain_secrets {
            capabilities = capabilities.native(&[Operation::Reveal]);
        }
        capabilities.max_active = self.0.settings.max_active;
        capabilities
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.capabilities().validate_create(VENDOR, &new)?;
        validate_remaining(&new.extra, Operation::Create)?;
        let now = self.now();
        let expiry = expiry(new.expiry, self.0.settings.default_expiry, now, Operation::Create)?;
        let id = (self.0.generator.id)()?;
        let secret = (self.0.generator.secret)(&id)?;

        let mut key = new.into_key(id, expiry);
        key.created_at = Some(now);
        key.updated_at = Some(now);
        let record = Record::new(key, &secret, self.0.settings.retain_secrets);
        let key = record.view(now);

        let mut store = self.store();
        self.validate_quota(&mut store, &record, now, Operation::Create)?;
        store.add(record, Operation::Create)?;
        Ok(IssuedKey::new(key, secret))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let now = self.now();
        let store = self.store();
        Ok(store.by_id(id, Operation::Get)?.1.view(now))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.capabilities().validate_list(VENDOR, &query)?;
        let after = query.cursor.as_ref().map(position).transpose()?;
        let limit = query.limit.unwrap_or(u32::MAX).min(self.0.settings.page_size);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let now = self.now();

        let mut store = self.store();
        let (total, rest) = store.list(&query, after, now);
        let mut rest = rest.filter(|(_, record)| matches(record, query.search.as_deref())).peekable();
        let mut items = Vec::new();
        let mut last = None;
        while let Some((number, record)) = rest.next_if(|_| items.len() < limit) {
            items.push(record.view(now));
            last = Some(number);
        }
        let next = rest.peek().and(last).map(|number| Cursor::new(format!("{CURSOR_PREFIX}{number}")));
        // Counting the matches of a search would compare all names at every page.
        let total = if query.search.is_some() { None } else { u64::try_from(total).ok() };
        Ok(Page::new(items, next, total))
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.capabilities().validate_update(VENDOR, &changes)?;
        validate_remaining(&changes.extra, Operation::Update)?;
        let now = self.now();
        let expiry = match changes.expiry {
            Patch::Keep => None,
            Patch::Clear => Some(KeyExpiry::Never),
            Patch::Set(requested) => Some(expiry(requested, None, now, Operation::Update)?),
        };

        let mut store = self.store();
        let (number, before) = store.by_id(id, Operation::Update)?;
        let mut record = before.clone();
        if record.key.status == KeyStatus::Revoked {
            return Err(conflict(Operation::Update, "the key is revoked"));
        }
        changes.apply(&mut record.key, expiry);
        record.key.updated_at = Some(now);
        if before.status(now) != KeyStatus::Active {
            self.validate_quota(&mut store, &record, now, Operation::Update)?;
        }
        let key = record.view(now);
        store.change(number, Some(record), Operation::Update)?;
        Ok(key)
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.capabilities().validate_revoke(VENDOR, &options)?;
        let now = self.now();
        let mut store = self.store();
        let (number, before) = store.by_id(id, Operation::Revoke)?;
        // A repeated revocation does not change the reason.
        if before.key.status != KeyStatus::Revoked {
            let mut record = before.clone();
            record.key.status = KeyStatus::Revoked;
            record.key.updated_at = Some(now);
            if let Some(reason) = options.reason {
                record.key.extra.insert(REVOCATION_REASON, reason);
            }
            store.change(number, Some(record), Operation::Revoke)?;
        }
        Ok(Revocation::retained())
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        let mut store = self.store();
        let (number, _) = store.by_id(id, Operation::Delete)?;
        store.change(number, None, Operation::Delete)
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.capabilities().validate_rotate(VENDOR, &options)?;
        let now = self.now();
        let valid_until = now.checked_add(options.overlap).map_err(|_| {
            Error::invalid_input(VENDOR, Operation::Rotate, "the end of the overlap is out of range")
        })?;
        let secret =
            (self.0.generator.secret)(id).map_err(|error| error.with_operation(Operation::Rotate))?;
        let mut store = self.store();
        let (number, before) = store.by_id(id, Operation::Rotate)?;
        match before.status(now) {
            KeyStatus::Revoked => return Err(conflict(Operation::Rotate, "the key is revoked")),
            KeyStatus::Expired => return Err(conflict(Operation::Rotate, "the key is expired")),
            _ => {}
        }
        // Otherwise the old secret would remain valid.
        if before.digests().any(|digest| digest == Digest::of(&secret)) {
            return Err(conflict(Operation::Rotate, "the generated secret is a previous one"));
        }
        let mut record = before.clone();
        match options.overlap.is_zero() {
            true => record.previous.clear(),
            false => {
                record.previous.retain(|previous| now < previous.valid_until);
                record.previous.push(Previous { digest: record.digest, valid_until });
            }
        }
        record.set_secret(&secret, self.0.settings.retain_secrets);
        record.key.updated_at = Some(now);
        let key = record.view(now);
        store.change(number, Some(record), Operation::Rotate)?;
        Ok(IssuedKey::new(key, secret))
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.capabilities().validate(VENDOR, Operation::Reveal)?;
        let store = self.store();
        let (_, record) = store.by_id(id, Operation::Reveal)?;
        record
            .secret
            .clone()
            .ok_or_else(|| conflict(Operation::Reveal, "the secret of this key was not retained"))
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        let now = self.now();
        let digest = Digest::of(secret);
        let mut store = self.store();
        let found = store.by_digest(digest).filter(|(_, record)| record.accepts(digest, now));
        let Some((number, before)) = found else {
            return Ok(Verification::Invalid(InvalidReason::NotFound));
        };
        match before.status(now) {
            KeyStatus::Active => {}
            KeyStatus::Disabled => return Ok(Verification::Invalid(InvalidReason::Disabled)),
            KeyStatus::Revoked => return Ok(Verification::Invalid(InvalidReason::Revoked)),
            KeyStatus::Expired => return Ok(Verification::Invalid(InvalidReason::Expired)),
            other => return Ok(Verification::Invalid(InvalidReason::Other(other.to_string()))),
        }
        let mut record = before.clone();
        if let Some(remaining) = record.key.extra.get_mut(REMAINING).filter(|value| !value.is_null()) {
            match remaining.as_u64().and_then(|uses| uses.checked_sub(1)) {
                Some(uses) => *remaining = uses.into(),
                None => return Ok(Verification::Invalid(InvalidReason::QuotaExceeded)),
            }
        }
        record.key.last_used_at = Some(now);
        let key = record.view(now);
        store.change(number, Some(record), Operation::Verify)?;
        Ok(Verification::valid(key))
    }
}

impl Memory {
    /// Returns an error if the record would exceed the number of active keys.
    fn validate_quota(
        &self,
        store: &mut Store,
        record: &Record,
        now: Timestamp,
        operation: Operation,
    ) -> Result<()> {
        let Some(limit) = self.0.settings.max_active else { return Ok(()) };
        if record.status(now) == KeyStatus::Active && store.active(now) as u64 >= u64::from(limit) {
            return Err(Error::new(ErrorKind::LimitReached, VENDOR, operation)
                .with_message(format!("at most {limit} keys can be active")));
        }
        Ok(())
    }
}

fn matches(record: &Record, search: Option<&str>) -> bool {
    search.is_none_or(|text| record.key.name.as_ref().is_some_and(|name| name.contains(text)))
}

fn position(cursor: &Cursor) -> Result<u64> {
    let number = cursor.as_str().strip_prefix(CURSOR_PREFIX).and_then(|number| number.parse().ok());
    number.ok_or_else(|| Error::invalid_input(VENDOR, Operation::List, "the cursor is from another provider"))
}

fn expiry(
    requested: Expiry,
    default: Option<Duration>,
    now: Timestamp,
    operation: Operation,
) -> Result<KeyExpiry> {
    let lifetime = match requested {
        Expiry::VendorDefault => default,
        Expiry::Never => None,
        Expiry::In(lifetime) => Some(lifetime),
        Expiry::At(time) => return Ok(KeyExpiry::At(time)),
        _ => return Err(Error::unsupported_field(VENDOR, operation, Field::Expiry)),
    };
    match lifetime.map(|lifetime| now.checked_add(lifetime)) {
        None => Ok(KeyExpiry::Never),
        Some(Ok(time)) => Ok(KeyExpiry::At(time)),
        Some(Err(_)) => Err(Error::invalid_input(VENDOR, operation, "the expiration is out of range")),
    }
}

/// Rejects an invalid number of uses, which would otherwise be ignored.
fn validate_remaining(extra: &Map<String, Value>, operation: Operation) -> Result<()> {
    match extra.get(REMAINING) {
        None | Some(Value::Null) => Ok(()),
        Some(uses) if uses.is_u64() => Ok(()),
        Some(_) => Err(Error::invalid_input(VENDOR, operation, "`remaining` must be a non-negative integer")),
    }
}
