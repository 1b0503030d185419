//! The credential store of the operating system.

/// The service of the credentials of providers.
pub(crate) const SERVICE: &str = "api-keys";

/// Reads a credential.
pub(crate) fn read(service: &str, account: &str) -> Result<String, String> {
    find(service, account)?.ok_or_else(|| "no such entry".to_owned())
}

/// Reads a credential, or returns `None` if there is none.
#[cfg(feature = "keyring")]
pub(crate) fn find(service: &str, account: &str) -> Result<Option<String>, String> {
    match keyring::Entry::new(service, account).and_then(|entry| entry.get_password()) {
        Ok(secret) => Ok(Some(secret)),
        Err(keyring::Error::NoEntry) => Ok(None),
        Err(error) => Err(crate::failure::chain(&error)),
    }
}

/// Stores a credential.
#[cfg(feature = "keyring")]
pub(crate) fn store(service: &str, account: &str, secret: &str) -> Result<(), String> {
    keyring::Entry::new(service, account)
        .and_then(|entry| entry.set_password(secret))
        .map_err(|error| crate::failure::chain(&error))
}

/// Fails: this build does not support the credential store.
#[cfg(not(feature = "keyring"))]
pub(crate) fn find(_service: &str, _account: &str) -> Result<Option<String>, String> {
    Err("this build does not support credential stores (feature `keyring`)".to_owned())
}

/// Fails: this build does not support the credential store.
#[cfg(not(feature = "keyring"))]
pub(crate) fn store(service: &str, account: &str, _secret: &str) -> Result<(), String> {
    find(service, account).map(drop)
}
