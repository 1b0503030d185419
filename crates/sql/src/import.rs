//! Import of key files.

use std::collections::{BTreeMap, HashSet};

use api_keys_core::{ApiKey, Error, Expiry, Json, Operation, Result, Timestamp};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use crate::VENDOR;
use crate::record::{NewRecord, REMAINING, microseconds, validate_remaining};
use crate::secret::digest::Digest;
use crate::sql::Sql;

/// The number of keys in one transaction.
const BATCH: usize = 500;

/// The result of [`Sql::import`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import {
    /// The number of imported keys.
    pub imported: usize,
    /// The number of keys whose id already existed.
    pub skipped: usize,
}

/// A key file of the in-memory provider. Stored secrets are ignored: only their digests are imported.
#[derive(Deserialize)]
struct KeyFile {
    version: u32,
    keys: BTreeMap<u64, StoredKey>,
}

#[derive(Deserialize)]
struct StoredKey {
    key: ApiKey,
    digest: String,
    #[serde(default)]
    previous: Vec<PreviousSecret>,
}

#[derive(Deserialize)]
struct PreviousSecret {
    digest: String,
    valid_until: Timestamp,
}

pub(crate) async fn run(sql: &Sql, file: &[u8]) -> Result<Import> {
    let invalid = |message: String| Error::invalid_input(VENDOR, Operation::Create, message);
    // The source is omitted: it quotes the value, which may be a secret.
    let file: KeyFile = serde_json::from_slice(file).map_err(|error| {
        invalid(format!("invalid key file at line {} column {}", error.line(), error.column()))
    })?;
    if file.version != 1 {
        return Err(invalid(format!("unsupported version {} of the key file", file.version)));
    }
    let total = file.keys.len();
    let mut ids = HashSet::new();
    let mut records = Vec::new();
    for mut stored in file.keys.into_values() {
        // Every value must be representable: an event contains the fields before and after a change.
        let metadata = stored.key.metadata.as_ref().map(Json::value).transpose();
        let metadata =
            metadata.map_err(|_| invalid(format!("invalid metadata of the key {}", stored.key.id)))?;
        stored.key.metadata = metadata.map(Json::from);
        validate_remaining(stored.key.extra.get(REMAINING), Operation::Create)?;
        if !ids.insert(stored.key.id.clone()) {
            return Err(invalid(format!("duplicate id {}", stored.key.id)));
        }
        if sql.store.get(&stored.key.id).await?.is_none() {
            let id = stored.key.id.clone();
            records
                .push(record(sql, stored).ok_or_else(|| invalid(format!("invalid digest of the key {id}")))?);
        }
    }
    let imported = records.len();
    // A transaction with all keys of a large file could exceed the time limit.
    while !records.is_empty() {
        let rest = records.split_off(records.len().min(BATCH));
        let batch = std::mem::replace(&mut records, rest);
        sql.store.insert(batch.into(), sql.actor.clone(), Operation::Create).await?;
    }
    Ok(Import { imported, skipped: total - imported })
}

/// Returns the key to insert, or `None` if a digest is invalid.
fn record(sql: &Sql, stored: StoredKey) -> Option<NewRecord> {
    let digest = |text: &str| {
        let bytes = BASE64_STANDARD.decode(text).ok()?;
        Digest::from_bytes(&bytes).map(|digest| sql.digester.import(digest))
    };
    let mut digests = vec![(digest(&stored.digest)?, None)];
    for previous in &stored.previous {
        digests.push((digest(&previous.digest)?, Some(microseconds(previous.valid_until))));
    }
    let mut key = stored.key;
    for time in [&mut key.created_at, &mut key.updated_at, &mut key.last_used_at] {
        *time = time.map(microseconds);
    }
    // Without it, the time of the import would be taken for the time of the creation.
    key.created_at = key.created_at.or(Some(Timestamp::UNIX_EPOCH));
    if let api_keys_core::KeyExpiry::At(time) = key.expiry {
        key.expiry = api_keys_core::KeyExpiry::At(microseconds(time));
    }
    Some(NewRecord { key, expiry: Expiry::Never, digests, action: "import" })
}
