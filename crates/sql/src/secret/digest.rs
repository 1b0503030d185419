//! Digests of secrets.

use std::fmt;

use api_keys_core::{Error, Result, SecretKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::VENDOR;

/// The minimum length of a pepper, in bytes.
const MIN_PEPPER: usize = 32;

/// A digest of a secret. The time of a lookup by digest does not depend on the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Digest {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// Computes digests.
///
/// Without a pepper, a digest is the SHA-256 of the secret. With a pepper, it is the HMAC-SHA-256 of that, so that the
/// digests of another store can be imported. A plain digest is sufficient for secrets of 256 random bits; a pepper
/// prevents that somebody who can write to the database adds a key.
#[derive(Clone)]
pub(crate) struct Digester {
    /// HMACs under the current pepper and its predecessors; `None` stands for plain digests. The first one is used for
    /// new keys.
    macs: Vec<Option<Hmac<Sha256>>>,
}

impl Digester {
    pub(crate) fn new(
        pepper: Option<SecretKey>,
        previous: Vec<SecretKey>,
        accept_unpeppered: bool,
    ) -> Result<Self> {
        if pepper.is_none() && (accept_unpeppered || !previous.is_empty()) {
            let message = "`previous_peppers` and `accept_unpeppered` require a pepper";
            return Err(Error::configuration(VENDOR, message));
        }
        let mut macs = vec![pepper.map(mac).transpose()?];
        for pepper in previous {
            macs.push(Some(mac(pepper)?));
        }
        macs.extend(accept_unpeppered.then_some(None));
        Ok(Self { macs })
    }

    /// Returns the digest of a new secret.
    pub(crate) fn digest(&self, secret: &SecretKey) -> Digest {
        self.import(plain(secret))
    }

    /// Returns the digest for a plain digest of another store.
    pub(crate) fn import(&self, plain: Digest) -> Digest {
        peppered(self.macs[0].as_ref(), plain)
    }

    /// Returns the digests that a secret may be stored under. The first one is the current one.
    pub(crate) fn candidates(&self, secret: &SecretKey) -> Vec<Digest> {
        let plain = plain(secret);
        self.macs.iter().map(|mac| peppered(mac.as_ref(), plain)).collect()
    }
}

impl fmt::Debug for Digester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digester").field("peppers", &self.macs.len()).finish_non_exhaustive()
    }
}

fn mac(pepper: SecretKey) -> Result<Hmac<Sha256>> {
    let bytes = pepper.expose().as_bytes();
    let mac = Hmac::new_from_slice(bytes).ok().filter(|_| bytes.len() >= MIN_PEPPER);
    let message = || format!("a pepper must have at least {MIN_PEPPER} bytes");
    mac.ok_or_else(|| Error::configuration(VENDOR, message()))
}

fn plain(secret: &SecretKey) -> Digest {
    Digest(Sha256::digest(secret.expose()).into())
}

fn peppered(mac: Option<&Hmac<Sha256>>, plain: Digest) -> Digest {
    match mac {
        None => plain,
        Some(mac) => Digest(mac.clone().chain_update(plain.0).finalize().into_bytes().into()),
    }
}
