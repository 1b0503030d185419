//! A stored key.

use api_keys_core::{ApiKey, KeyExpiry, KeyStatus, SecretKey, Timestamp};
use sha2::{Digest as _, Sha256};

pub(crate) const REMAINING: &str = "remaining";
pub(crate) const REVOCATION_REASON: &str = "revocation_reason";

/// The SHA-256 digest of a secret. The time of a lookup by digest does not depend on the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    pub(crate) fn of(secret: &SecretKey) -> Self {
        Self(Sha256::digest(secret.expose()).into())
    }
}

/// A key with the digest of its secret.
#[derive(Clone)]
pub(crate) struct Record {
    /// The key. Its status is active, disabled or revoked; expiration is determined when it is read.
    pub(crate) key: ApiKey,
    pub(crate) digest: Digest,
    /// Replaced secrets that are still valid.
    pub(crate) previous: Vec<Previous>,
    pub(crate) secret: Option<SecretKey>,
}

/// The digest of a replaced secret.
#[derive(Clone)]
pub(crate) struct Previous {
    pub(crate) digest: Digest,
    pub(crate) valid_until: Timestamp,
}

impl Record {
    pub(crate) fn new(key: ApiKey, secret: &SecretKey, retain: bool) -> Self {
        let mut record = Self { key, digest: Digest::of(secret), previous: Vec::new(), secret: None };
        record.set_secret(secret, retain);
        record
    }

    /// Replaces the secret and the values derived from it.
    pub(crate) fn set_secret(&mut self, secret: &SecretKey, retain: bool) {
        self.digest = Digest::of(secret);
        self.key.hint = hint(secret);
        self.secret = retain.then(|| secret.clone());
    }

    /// Returns the digests of all secrets, including replaced ones.
    pub(crate) fn digests(&self) -> impl Iterator<Item = Digest> {
        std::iter::once(self.digest).chain(self.previous.iter().map(|previous| previous.digest))
    }

    /// Returns whether a secret of this key is valid at a time, as far as it does not depend on the key's status.
    pub(crate) fn accepts(&self, digest: Digest, now: Timestamp) -> bool {
        let valid = |previous: &Previous| previous.digest == digest && now < previous.valid_until;
        self.digest == digest || self.previous.iter().any(valid)
    }

    /// Returns the status at a time.
    pub(crate) fn status(&self, now: Timestamp) -> KeyStatus {
        self.key.status.at(self.key.expiry, now)
    }

    /// Returns whether the key is not inactive at a time.
    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        !self.status(now).is_inactive()
    }

    /// Returns the fields that determine the lists that contain the key.
    pub(crate) fn list_fields(&self) -> (Option<&str>, KeyStatus, KeyExpiry) {
        (self.key.owner.as_deref(), self.key.status, self.key.expiry)
    }

    /// Returns the key with its status at a time.
    pub(crate) fn view(&self, now: Timestamp) -> ApiKey {
        let mut key = self.key.clone();
        key.status = self.status(now);
        key
    }
}

/// Returns the last four characters of a secret of at least 16 bytes.
fn hint(secret: &SecretKey) -> Option<String> {
    let secret = secret.expose();
    let (start, _) = secret.char_indices().nth_back(3)?;
    (secret.len() >= 16).then(|| secret[start..].to_owned())
}
