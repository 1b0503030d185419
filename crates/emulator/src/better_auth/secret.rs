//! Ids and secrets of the store.

use api_keys_core::SecretKey;
use api_keys_memory::MemoryBuilder;

use crate::wire::{ALPHANUMERIC, key_id, random};

tokio::task_local! {
    /// The secret of the key that is being created, because the store generates secrets without a prefix.
    pub(crate) static SECRET: SecretKey;
}

pub(crate) fn store(store: MemoryBuilder) -> MemoryBuilder {
    store
        .ids(|| key_id(|| random(ALPHANUMERIC, 32)))
        .secrets(|_| SECRET.try_with(Clone::clone).unwrap_or_else(|_| secret("")))
}

pub(crate) fn secret(prefix: &str) -> SecretKey {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    SecretKey::new(format!("{prefix}{}", random(LETTERS, 64)))
}
