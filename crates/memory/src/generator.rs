//! Generation of ids and secrets.

use api_keys_core::{Error, ErrorKind, KeyId, Operation, Result, SecretKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::error::VENDOR;

type NewId = dyn Fn() -> Result<KeyId> + Send + Sync;
type NewSecret = dyn Fn(&KeyId) -> Result<SecretKey> + Send + Sync;

pub(crate) struct Generator {
    pub(crate) id: Box<NewId>,
    pub(crate) secret: Box<NewSecret>,
}

impl Default for Generator {
    fn default() -> Self {
        Self {
            id: Box::new(|| KeyId::new(random::<16>("key_")?).map_err(|error| failed().with_source(error))),
            secret: Box::new(|_| random::<32>("ak_").map(SecretKey::new)),
        }
    }
}

/// Returns `N` random bytes of the operating system, encoded as text.
fn random<const N: usize>(prefix: &str) -> Result<String> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| failed().with_source(error))?;
    // A string that grows leaves copies of a secret in memory.
    let mut text = String::with_capacity(prefix.len() + N.div_ceil(3) * 4);
    text.push_str(prefix);
    BASE64_URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    Ok(text)
}

fn failed() -> Error {
    Error::new(ErrorKind::Unavailable, VENDOR, Operation::Create)
        .with_message("failed to get random bytes from the operating system")
}
