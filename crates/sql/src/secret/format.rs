//! The format of secrets.

use std::fmt;

use api_keys_core::{Error, ErrorKind, Operation, Result, SecretKey};
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::VENDOR;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The number of random characters: 62^43 > 2^256.
const RANDOM: usize = 43;

/// The number of characters of the checksum: 62^6 > 2^32.
const CHECKSUM: usize = 6;

/// The number of random characters of an id, which is not secret: 62^22 > 2^128.
const ID: usize = 22;

/// The format of secrets: `<prefix>_<random><checksum>`.
///
/// - The prefix identifies the application, for people and for secret scanners.
/// - The random part has 43 characters of the digits and the ASCII letters, which are 256 random bits.
/// - The checksum is the CRC-32 (IEEE) of everything before it, in base 62 with the digits, the capital and the small
///   letters in this order, padded with zeros to 6 characters.
///
/// A mistyped or invented secret is thus recognized without the database, by a gateway or by a scanner:
///
/// ```
/// use api_keys_sql::SecretFormat;
///
/// let format = SecretFormat::new("acme")?;
/// assert_eq!(format.pattern(), r"\bacme_[0-9A-Za-z]{49}\b");
/// assert!(!format.matches("acme_0123456789012345678901234567890123456789012345678"));
/// # Ok::<(), api_keys_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretFormat {
    prefix: String,
}

impl SecretFormat {
    /// Creates a format with a prefix of 1 to 32 ASCII letters, digits and underscores that starts with a letter.
    ///
    /// # Errors
    /// Returns [`Configuration`](ErrorKind::Configuration) for another prefix.
    pub fn new(prefix: impl Into<String>) -> Result<Self> {
        let prefix = prefix.into();
        let valid = prefix.starts_with(|c: char| c.is_ascii_alphabetic())
            && prefix.len() <= 32
            && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if valid {
            return Ok(Self { prefix });
        }
        let message =
            "the prefix must be 1 to 32 ASCII letters, digits and underscores and start with a letter";
        Err(Error::configuration(VENDOR, message))
    }

    /// Returns the prefix, without the underscore that follows it.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns a regular expression that matches the secrets of this format, for the configuration of secret scanners.
    pub fn pattern(&self) -> String {
        format!(r"\b{}_[0-9A-Za-z]{{{}}}\b", self.prefix, RANDOM + CHECKSUM)
    }

    /// Returns whether a text has the prefix, the length, the characters and the checksum of this format. Only the
    /// database knows whether the secret is valid.
    pub fn matches(&self, text: &str) -> bool {
        let random = text.strip_prefix(&self.prefix).and_then(|text| text.strip_prefix('_'));
        random.is_some_and(|random| {
            random.len() == RANDOM + CHECKSUM
                && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && text[text.len() - CHECKSUM..].bytes().eq(checksum(&text[..text.len() - CHECKSUM]))
        })
    }

    /// Generates a secret.
    pub(crate) fn generate(&self, operation: Operation) -> Result<SecretKey> {
        // A string that grows leaves copies of the secret in memory.
        let mut text = String::with_capacity(self.prefix.len() + 1 + RANDOM + CHECKSUM);
        text.push_str(&self.prefix);
        text.push('_');
        push_random(&mut text, RANDOM, operation)?;
        let checksum = checksum(&text);
        text.extend(checksum.map(char::from));
        Ok(SecretKey::new(text))
    }
}

impl Default for SecretFormat {
    /// Returns the format with the prefix `ak`.
    fn default() -> Self {
        Self { prefix: "ak".to_owned() }
    }
}

impl fmt::Display for SecretFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_…", self.prefix)
    }
}

/// Generates an id.
pub(crate) fn generate_id() -> Result<String> {
    let mut id = "key_".to_owned();
    push_random(&mut id, ID, Operation::Create)?;
    Ok(id)
}

/// Appends random characters of the alphabet, each with the same probability.
fn push_random(text: &mut String, count: usize, operation: Operation) -> Result<()> {
    let mut missing = count;
    let mut bytes = [0; 64];
    while missing > 0 {
        SysRng.try_fill_bytes(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Unavailable, VENDOR, operation)
                .with_message("failed to get random bytes from the operating system")
                .with_source(error)
        })?;
        // 6 bits select one of 64 characters, of which 2 do not exist.
        let characters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
        for &character in characters.take(missing) {
            text.push(char::from(character));
            missing -= 1;
        }
    }
    bytes.fill(0);
    Ok(())
}

fn checksum(text: &str) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(text.as_bytes()) as usize;
    let mut characters = [b'0'; CHECKSUM];
    for character in characters.iter_mut().rev() {
        *character = ALPHABET[rest % ALPHABET.len()];
        rest /= ALPHABET.len();
    }
    characters
}
