//! Names of secrets.

use std::hash::Hash;

use rand::TryRng as _;
use rand::rngs::SysRng;

/// The name of a secret, from which the secret cannot be derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Hash for Digest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
}

/// The hasher of the cache, for [`Digest`]s, which are uniform already.
#[derive(Default)]
pub(crate) struct Uniform(u64);

impl std::hash::Hasher for Uniform {
    fn write(&mut self, _: &[u8]) {
        unreachable!("digests are hashed as one number");
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Computes [`Digest`]s by BLAKE3 under a key.
///
/// It is a message authentication code as HMAC-SHA-256 is, for a tenth of the instructions on processors without
/// instructions for SHA.
#[derive(Clone)]
pub(crate) struct Hasher([u8; 32]);

impl Hasher {
    /// Creates a hasher with a random key, or returns `None` if the operating system has no random bytes.
    pub(crate) fn random() -> Option<Self> {
        let mut key = [0; 32];
        SysRng.try_fill_bytes(&mut key).ok()?;
        Some(Self(key))
    }

    /// Creates a hasher for a purpose with a key of any length.
    #[cfg(feature = "redis")]
    pub(crate) fn derived(purpose: &str, key: &[u8]) -> Self {
        Self(blake3::derive_key(purpose, key))
    }

    pub(crate) fn digest(&self, secret: impl AsRef<[u8]>) -> Digest {
        Digest(blake3::keyed_hash(&self.0, secret.as_ref()).into())
    }

    /// Returns the authentication code of a value with a name.
    #[cfg(feature = "redis")]
    pub(crate) fn code(&self, name: &Digest, value: &[u8]) -> blake3::Hash {
        blake3::Hasher::new_keyed(&self.0).update(&name.0).update(value).finalize()
    }
}
