//! The credential store of the operating system.

#[cfg(feature = "keyring")]
const SERVICE: &str = "api-keys";

/// Reads a credential.
#[cfg(feature = "keyring")]
pub(crate) fn read(account: &str) -> Result<String, String> {
    keyring::Entry::new(SERVICE, account)
        .and_then(|entry| entry.get_password())
        .map_err(|error| crate::failure::chain(&error))
}

/// Stores a credential.
#[cfg(feature = "keyring")]
pub(crate) fn store(account: &str, secret: &str) -> Result<(), String> {
    keyring::Entry::new(SERVICE, account)
        .and_then(|entry| entry.set_password(secret))
        .map_err(|error| crate::failure::chain(&error))
}

/// Fails: this build does not support the credential store.
#[cfg(not(feature = "keyring"))]
pub(crate) fn read(_account: &str) -> Result<String, String> {
    Err("this build does not support credential stores (feature `keyring`)".to_owned())
}

/// Fails: this build does not support the credential store.
#[cfg(not(feature = "keyring"))]
pub(crate) fn store(account: &str, _secret: &str) -> Result<(), String> {
    read(account).map(drop)
}
