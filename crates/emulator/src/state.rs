//! The state of an emulator.

use std::sync::Arc;

use api_keys_core::{ApiKey, ApiKeyProvider, ListQuery, Result, SecretKey, Timestamp};
use api_keys_memory::Memory;

use crate::wire::{ALPHANUMERIC, random};

/// The clock.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The state of all handlers: the keys, the user, the credential and the clock.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) store: Memory,
    /// The id of the one user.
    pub(crate) user: Arc<str>,
    token: SecretKey,
    clock: Clock,
}

impl State {
    pub(crate) fn new(store: Memory, token: SecretKey, clock: Clock) -> Self {
        Self { store, user: random(ALPHANUMERIC, 32).into(), token, clock }
    }

    /// Returns the current time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Returns the management credential.
    pub(crate) fn token(&self) -> &SecretKey {
        &self.token
    }

    /// Returns whether this is the management credential.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        self.token.expose() == token
    }

    /// Returns all matching keys in the order of creation.
    pub(crate) async fn keys(&self, query: ListQuery) -> Result<Vec<ApiKey>> {
        let mut keys = Vec::new();
        let mut next = None;
        loop {
            let mut query = query.clone();
            query.cursor = next;
            let page = self.store.list(query).await?;
            keys.extend(page.items);
            next = page.next;
            if next.is_none() {
                return Ok(keys);
            }
        }
    }
}
