//! Plans and their steps.

use std::time::Duration;

use api_keys_core::{KeyId, Timestamp};
use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::{Deserialize, Serialize};

use super::compare::Change;

/// The difference between a declaration and the vendors, as steps.
///
/// Contains no secrets, can be stored, and is equal to a later plan if neither the declaration nor the managed keys have
/// changed in between.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct Plan {
    /// The project with its environment.
    pub scope: String,
    /// The steps, by logical name. The steps of one key are in the order of their execution.
    pub steps: Vec<Step>,
    /// Declared keys without a step.
    pub unchanged: usize,
    /// Keys that are to be revoked later, at the end of an overlap.
    #[serde(default)]
    pub retired: Vec<Retired>,
    /// Managed keys that are no longer declared. They are revoked only if the plan is made with
    /// [`prune`](super::PlanOptions::prune).
    #[serde(default)]
    pub undeclared: Vec<Found>,
    /// Active keys that no declaration manages.
    #[serde(default)]
    pub unmanaged: Vec<Found>,
    /// Providers that could not be read. Their keys are skipped.
    #[serde(default)]
    pub unavailable: Vec<String>,
}

/// A step of a [`Plan`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// The logical name of the key.
    pub key: String,
    /// The action.
    pub action: Action,
    /// The name of the provider.
    pub provider: String,
    /// The existing key, except for [`Action::Create`].
    #[serde(default)]
    pub id: Option<KeyId>,
    /// The provider of the existing key, if it is another one.
    #[serde(default)]
    pub from: Option<String>,
    /// The reason, if it is not the changes.
    #[serde(default)]
    pub reason: Option<String>,
    /// The changed fields.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// The duration for which the previous secret remains valid.
    #[serde(default, with = "compact::required")]
    pub overlap: Duration,
    /// A key of an interrupted creation, which becomes the new key if its secret can be delivered.
    #[serde(default)]
    pub resume: Option<KeyId>,
}

/// The action of a [`Step`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Creates a key and delivers its secret.
    Create,
    /// Marks an existing key as managed. Its secret is not delivered.
    Adopt,
    /// Updates fields in place.
    Update,
    /// Delivers the secret of a key again, where the vendor reveals it.
    Deliver,
    /// Replaces the secret in place, and delivers the new one.
    Rotate,
    /// Creates another key, delivers its secret, and revokes the existing one at the end of the overlap.
    Replace,
    /// Revokes a key.
    Revoke,
    /// Nothing: the reason must be resolved first.
    Blocked,
}

impl Action {
    /// Returns the lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Adopt => "adopt",
            Self::Update => "update",
            Self::Deliver => "deliver",
            Self::Rotate => "rotate",
            Self::Replace => "replace",
            Self::Revoke => "revoke",
            Self::Blocked => "blocked",
        }
    }
}

/// A key that is to be revoked later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retired {
    /// The logical name.
    pub key: String,
    /// The name of the provider.
    pub provider: String,
    /// The id.
    pub id: KeyId,
    /// The time.
    pub due: Timestamp,
}

/// A key at a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Found {
    /// The name of the provider.
    pub provider: String,
    /// The id.
    pub id: KeyId,
    /// The name at the vendor.
    pub name: Option<String>,
    /// The logical name, if the key is managed.
    #[serde(default)]
    pub key: Option<String>,
}

impl Plan {
    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the number of steps with an action.
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }

    /// Returns whether another plan makes the same changes.
    pub fn has_same_steps(&self, other: &Self) -> bool {
        self.scope == other.scope && self.steps == other.steps
    }
}

impl Step {
    /// Returns whether the step delivers a secret to the declared destinations.
    pub fn delivers(&self) -> bool {
        matches!(self.action, Action::Create | Action::Deliver | Action::Rotate | Action::Replace)
    }

    /// Returns the provider of the existing key.
    pub fn existing_provider(&self) -> &str {
        self.from.as_deref().unwrap_or(&self.provider)
    }

    pub(super) fn new(key: &str, action: Action, provider: &str) -> Self {
        Self {
            key: key.to_owned(),
            action,
            provider: provider.to_owned(),
            id: None,
            from: None,
            reason: None,
            changes: Vec::new(),
            overlap: Duration::ZERO,
            resume: None,
        }
    }

    pub(super) fn on(mut self, id: &KeyId) -> Self {
        self.id = Some(id.clone());
        self
    }

    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    pub(super) fn changing(mut self, changes: Vec<Change>) -> Self {
        self.changes = changes;
        self
    }
}
