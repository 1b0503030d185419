//! The credential store of the operating system.

use std::io;

use api_keys::SecretKey;
use async_trait::async_trait;

use super::{Store, Stored};
use crate::credential_store;
use crate::secret::Subject;

pub(super) struct Keyring {
    pub(super) service: String,
    pub(super) account: String,
}

#[async_trait]
impl Store for Keyring {
    async fn read(&self, _: &Subject<'_>) -> io::Result<Stored> {
        let stored = credential_store::find(&self.service, &self.account).map_err(io::Error::other)?;
        Ok(stored.map_or(Stored::Nothing, |secret| Stored::Secret(SecretKey::new(secret))))
    }

    async fn write(&self, _: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        credential_store::store(&self.service, &self.account, secret.expose()).map_err(io::Error::other)
    }
}
