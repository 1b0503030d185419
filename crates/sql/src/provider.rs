//! The operations of the trait.

use std::sync::Arc;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Cursor, Error, ErrorKind, Field, InvalidReason, IssuedKey,
    KeyExpiry, KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification,
};
use async_trait::async_trait;

use crate::VENDOR;
use crate::record::{
    Change, Decide, NewRecord, REMAINING, REVOCATION_REASON, at, expiry, microseconds, validate_remaining,
};
use crate::secret::format::generate_id;
use crate::sql::{Sql, cursor};

/// The maximum number of keys on a page.
const MAX_PAGE: u32 = 1000;

const DEFAULT_PAGE: u32 = 100;

/// The capabilities of [`Sql`].
pub const CAPABILITIES: Capabilities = Capabilities::none()
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

#[async_trait]
impl ApiKeyProvider for Sql {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        CAPABILITIES.validate_create(VENDOR, &new)?;
        validate_remaining(new.extra.get(REMAINING), Operation::Create)?;
        let id = KeyId::new(generate_id()?).map_err(|error| {
            Error::new(ErrorKind::Unavailable, VENDOR, Operation::Create).with_source(error)
        })?;
        let secret = self.format.generate(Operation::Create)?;

        // The expiration begins with the insertion.
        let expiry = new.expiry;
        let mut key = new.into_key(id, KeyExpiry::Unknown);
        key.hint = hint(&secret);
        key.extra.retain(|name, value| name != REMAINING || !value.is_null());
        let digests = vec![(self.digester.digest(&secret), None)];
        let record = NewRecord { key, expiry, digests, action: Operation::Create.as_str() };

        let mut keys = self.store.insert(Arc::new([record]), self.actor.clone(), Operation::Create).await?;
        match keys.pop() {
            // A key that was created with an expiration in the past is expired.
            Some(key) => Ok(IssuedKey::new(at(key.clone(), key.created_at.unwrap_or_default()), secret)),
            None => Err(Error::new(ErrorKind::UnexpectedResponse, VENDOR, Operation::Create)),
        }
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let Some((record, now)) = self.store.get(id).await? else {
            return Err(Error::new(ErrorKind::NotFound, VENDOR, Operation::Get));
        };
        Ok(at(self.with_use(record.number, record.key), now))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let after = query.cursor.as_ref().map_or(Ok(0), position)?;
        let limit = query.limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE);
        let (mut records, now) = self.store.page(query, after, limit + 1).await?;
        let more = records.len() > limit as usize;
        records.truncate(limit as usize);
        let next = records.last().filter(|_| more).map(|record| cursor(record.number));
        let keys = records.into_iter().map(|record| at(self.with_use(record.number, record.key), now));
        Ok(Page::new(keys.collect(), next, None))
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        CAPABILITIES.validate_update(VENDOR, &changes)?;
        validate_remaining(changes.extra.get(REMAINING), Operation::Update)?;
        let decide = move |before: &ApiKey, now: Timestamp| {
            if before.status == KeyStatus::Revoked {
                return Err(conflict(Operation::Update, "the key is revoked"));
            }
            updated(before, changes.clone(), now).map(|key| Change::Put(Box::new(key)))
        };
        let (key, now) = self.change(id, Operation::Update, decide).await?;
        Ok(at(key, now))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        let decide = move |before: &ApiKey, now: Timestamp| {
            // A repeated revocation does not change the reason.
            if before.status == KeyStatus::Revoked {
                return Ok(Change::Keep);
            }
            let mut key = before.clone();
            key.status = KeyStatus::Revoked;
            key.updated_at = Some(now);
            if let Some(reason) = &options.reason {
                key.extra.insert(REVOCATION_REASON, reason.as_str());
            }
            Ok(Change::Put(Box::new(key)))
        };
        self.change(id, Operation::Revoke, decide).await?;
        Ok(Revocation::retained())
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.change(id, Operation::Delete, |_, _| Ok(Change::Delete)).await.map(drop)
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        CAPABILITIES.validate_rotate(VENDOR, &options)?;
        let secret = self.format.generate(Operation::Rotate)?;
        let (digest, hint) = (self.digester.digest(&secret), hint(&secret));
        let decide = move |before: &ApiKey, now: Timestamp| {
            match before.status.at(before.expiry, now) {
                KeyStatus::Revoked => return Err(conflict(Operation::Rotate, "the key is revoked")),
                KeyStatus::Expired => return Err(conflict(Operation::Rotate, "the key is expired")),
                _ => {}
            }
            let previous_until = now.checked_add(options.overlap).map_err(|_| {
                Error::invalid_input(VENDOR, Operation::Rotate, "the end of the overlap is out of range")
            })?;
            let mut key = before.clone();
            key.hint.clone_from(&hint);
            key.updated_at = Some(now);
            Ok(Change::Rotate { key: Box::new(key), digest, previous_until: microseconds(previous_until) })
        };
        let (key, now) = self.change(id, Operation::Rotate, decide).await?;
        Ok(IssuedKey::new(at(key, now), secret))
    }

    async fn reveal(&self, _id: &KeyId) -> Result<SecretKey> {
        Err(Error::unsupported(VENDOR, Operation::Reveal))
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        let candidates = self.digester.candidates(secret);
        let current = candidates[0];
        let Some(found) = self.store.find(candidates).await? else {
            return Ok(Verification::Invalid(InvalidReason::NotFound));
        };
        let mut key = match (found.status, found.key) {
            (KeyStatus::Active, Some(key)) => key,
            (KeyStatus::Disabled, _) => return Ok(Verification::Invalid(InvalidReason::Disabled)),
            (KeyStatus::Revoked, _) => return Ok(Verification::Invalid(InvalidReason::Revoked)),
            (KeyStatus::Expired, _) => return Ok(Verification::Invalid(InvalidReason::Expired)),
            (other, _) => return Ok(Verification::Invalid(InvalidReason::Other(other.to_string()))),
        };
        let (number, now, limited) = (found.number, found.now, key.extra.contains_key(REMAINING));
        let upgrade = (found.digest != current).then_some((found.digest, current));
        key.last_used_at = Some(now);
        if limited {
            // Between the two statements the key may have been used or revoked elsewhere.
            match self.store.consume(number).await? {
                Some(remaining) => _ = key.extra.insert(REMAINING, remaining),
                None => return Ok(Verification::Invalid(InvalidReason::QuotaExceeded)),
            }
        }
        if !limited || upgrade.is_some() {
            self.usage.record(&self.store, number, now, upgrade);
        }
        Ok(Verification::valid(key))
    }
}

impl Sql {
    async fn change(
        &self,
        id: &KeyId,
        operation: Operation,
        decide: impl Fn(&ApiKey, Timestamp) -> Result<Change> + Send + Sync + 'static,
    ) -> Result<(ApiKey, Timestamp)> {
        let decide: Arc<Decide> = Arc::new(decide);
        self.store.change(id, decide, self.actor.clone(), operation).await
    }

    /// Adds the time of the last use, if it has not been written yet.
    fn with_use(&self, number: i64, mut key: ApiKey) -> ApiKey {
        key.last_used_at = key.last_used_at.max(self.usage.last(number));
        key
    }
}

fn updated(before: &ApiKey, changes: UpdateApiKey, now: Timestamp) -> Result<ApiKey> {
    let mut key = before.clone();
    let expiry = match changes.expiry {
        Patch::Keep => None,
        Patch::Clear => Some(KeyExpiry::Never),
        Patch::Set(requested) => Some(expiry(requested, now, Operation::Update)?),
    };
    changes.apply(&mut key, expiry);
    key.extra.retain(|name, value| name != REMAINING || !value.is_null());
    key.updated_at = Some(now);
    Ok(key)
}

fn conflict(operation: Operation, message: &str) -> Error {
    Error::new(ErrorKind::Conflict, VENDOR, operation).with_message(message)
}

/// Returns the position of a cursor.
pub(crate) fn position(cursor: &Cursor) -> Result<i64> {
    let number = cursor.as_str().strip_prefix(VENDOR).and_then(|rest| rest.strip_prefix(':'));
    number
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| Error::invalid_input(VENDOR, Operation::List, "the cursor is from another provider"))
}

/// Returns the last four characters of a secret.
fn hint(secret: &SecretKey) -> Option<String> {
    let secret = secret.expose();
    secret.get(secret.len().checked_sub(4)?..).map(str::to_owned)
}
