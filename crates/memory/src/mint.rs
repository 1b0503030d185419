//! Making ids and secrets.

use api_keys_core::{Error, ErrorKind, KeyId, Operation, Result, SecretKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::VENDOR;

type MintId = dyn Fn() -> Result<KeyId> + Send + Sync;
type MintSecret = dyn Fn(&KeyId) -> Result<SecretKey> + Send + Sync;

/// How ids and secrets are made.
pub(crate) struct Mint {
    pub(crate) id: Box<MintId>,
    pub(crate) secret: Box<MintSecret>,
}

impl Default for Mint {
    fn default() -> Self {
        Self {
            id: Box::new(|| KeyId::new(random::<16>("key_")?).map_err(|error| failed().with_source(error))),
            secret: Box::new(|_| random::<32>("ak_").map(SecretKey::new)),
        }
    }
}

/// `N` bytes of the operating system's randomness as text.
fn random<const N: usize>(prefix: &str) -> Result<String> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| failed().with_source(error))?;
    // Room for all of it: a text that grows leaves copies of a secret behind.
    let mut text = String::with_capacity(prefix.len() + N.div_ceil(3) * 4);
    text.push_str(prefix);
    BASE64_URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    Ok(text)
}

fn failed() -> Error {
    Error::new(ErrorKind::Unavailable, VENDOR, Operation::Create)
        .with_message("the operating system gives no randomness")
}
