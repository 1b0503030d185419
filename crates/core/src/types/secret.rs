//! Values that are never printed.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// The secret of an API key, or a credential that manages keys.
///
/// It does not implement `Display`, `Serialize`, `PartialEq` or `Deref`, and `Debug` prints nothing of it, not even a
/// prefix or the length. Only [`expose`](Self::expose) returns the value, so every use can be found by name. Memory
/// owned by this type is zeroed on drop; copies made by sockets and TLS are not.
///
/// ```
/// use api_keys_core::SecretKey;
///
/// let secret = SecretKey::new("ak_live_0123456789");
/// assert_eq!(format!("{secret:?}"), "SecretKey(***)");
/// assert_eq!(secret.expose(), "ak_live_0123456789");
/// ```
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// Creates a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(Zeroizing::new(secret.into()))
    }

    /// Returns the secret. Do not print or log it, and do not compare it with `==`.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

impl From<String> for SecretKey {
    fn from(secret: String) -> Self {
        Self::new(secret)
    }
}

impl From<&str> for SecretKey {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

impl<'de> Deserialize<'de> for SecretKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Bytes that may contain a secret, such as a response body that could not be decoded.
///
/// `Debug` prints only the length, and [`expose`](Self::expose) returns the bytes. They are zeroed on drop,
/// except for those that share a received buffer: `From<Bytes>`.
#[derive(Clone, Default)]
pub struct SecretBytes(Bytes);

impl SecretBytes {
    /// Creates a value from bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Bytes::from_owner(Zeroizing::new(bytes.into())))
    }

    /// Returns the bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Shares a received buffer, which is not zeroed, like all buffers of a connection.
impl From<Bytes> for SecretBytes {
    fn from(received: Bytes) -> Self {
        Self(received)
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.len())
    }
}
