//! What an execution needs from its caller, and its results.

use std::io;

use api_keys_core::{ApiKeyProvider, Error, KeyId, Result as ApiResult, SecretKey, Timestamp};
use async_trait::async_trait;

use crate::declaration::destination::Destination;
use crate::identity::Identity;
use crate::identity::state::State;
use crate::planning::inventory::Inventory;
use crate::planning::step::Step;

/// The caller of [`apply`](crate::apply): its providers, destinations and state file.
#[async_trait]
pub trait Host: Send + Sync {
    /// Returns a provider by the name in the declaration.
    fn provider(&self, name: &str) -> Option<&dyn ApiKeyProvider>;

    /// Lists the keys of a provider.
    ///
    /// # Errors
    /// The errors of [`list`](ApiKeyProvider::list).
    async fn list(&self, provider: &str) -> ApiResult<Inventory>;

    /// Checks that the destinations of a key can be reached, before a secret is issued for them.
    ///
    /// # Errors
    /// The first error.
    async fn prepare(
        &self,
        identity: &Identity,
        destinations: &[Destination],
    ) -> Result<(), UndeliveredError>;

    /// Records that the delivery of a key starts, and writes the secret to all of its destinations, in order, and verifies that they contain it. Idempotent.
    ///
    /// # Errors
    /// The first error. The caller keeps the secret then, and returns it from [`undelivered`](Self::undelivered).
    async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), UndeliveredError>;

    /// Returns whether the delivery of a key may have started, in this or an earlier execution on this machine. A key of
    /// which no secret was written anywhere can be revoked before its successor is delivered.
    fn may_be_delivered(&self, provider: &str, id: &KeyId) -> bool;

    /// Returns a secret that an earlier execution issued and could not deliver.
    fn undelivered(&self, provider: &str, id: &KeyId) -> Option<SecretKey>;

    /// Removes such a secret, and the record of a delivery, after the delivery is confirmed or the key is revoked.
    fn forget(&self, provider: &str, id: &KeyId);

    /// Replaces the content of the state file. The file is locked for as long as the execution runs.
    ///
    /// # Errors
    /// Any error. No key is created then.
    fn save(&self, state: &State) -> io::Result<()>;

    /// Returns the time.
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Returns `true` after the user has asked to stop. Keys in progress are completed.
    fn is_stopped(&self) -> bool {
        false
    }

    /// Called after each point at which the process may be killed. For tests.
    fn reached(&self, _point: &str) {}

    /// Called after each key.
    fn completed(&self, _key: &str) {}
}

/// A secret and its destinations.
#[derive(Debug)]
#[non_exhaustive]
pub struct Delivery<'a> {
    /// The identity of the key.
    pub identity: &'a Identity,
    /// The name of the provider.
    pub provider: &'a str,
    /// The id of the key.
    pub id: &'a KeyId,
    /// The name of the key at the vendor.
    pub name: Option<&'a str>,
    /// The secret.
    pub secret: &'a SecretKey,
    /// The destinations.
    pub destinations: &'a [Destination],
}

/// An error from a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UndeliveredError {
    message: String,
    help: String,
}

impl UndeliveredError {
    /// Creates an error with advice for the user.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    /// Returns the advice.
    pub fn help(&self) -> &str {
        &self.help
    }
}

/// The result of a step.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The step.
    pub step: Step,
    /// The key with the new secret, if there is one, or the error.
    pub result: Result<Option<KeyId>, StepError>,
}

/// An error from a step. The key can be planned and applied again after each of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// A call to the provider failed.
    #[error(transparent)]
    Api(#[from] Error),
    /// A destination cannot be reached. No secret was issued.
    #[error(transparent)]
    Unprepared(UndeliveredError),
    /// The secret was not delivered. Earlier secrets remain valid.
    #[error(transparent)]
    Undelivered(UndeliveredError),
    /// The state could not be saved.
    #[error("failed to write the state file: {0}")]
    State(String),
    /// Another machine created the same key, and the key of this one was revoked.
    #[error("another machine is creating this key")]
    Contended,
    /// The provider is not available.
    #[error("the provider `{0}` is not available")]
    Unavailable(String),
    /// The step is blocked.
    #[error("{0}")]
    Blocked(String),
    /// An earlier step of the same key failed, or the execution was stopped.
    #[error("skipped")]
    Skipped,
}

impl StepError {
    pub(super) fn state(error: io::Error) -> Self {
        Self::State(error.to_string())
    }
}
