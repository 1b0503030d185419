//! Rotation without downtime, in steps that can be resumed.

pub(crate) mod options;
mod plan;
mod recovery;
mod steps;
mod successor;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::options::RotationOptions;
use crate::defect::Defect;
use crate::types::key::{ApiKey, KeyId};

/// The replacement of a secret by another one, during which both are valid.
///
/// A rotation is planned by [`plan_rotation`](crate::ApiKeyProviderExt::plan_rotation), and its caller advances it:
///
/// | state | next step |
/// |---|---|
/// | [`Planned`](RotationState::Planned) | [`issue`](Self::issue) creates the new secret |
/// | [`Issued`](RotationState::Issued) | deliver the secret, then call [`mark_delivered`](Self::mark_delivered) |
/// | [`Delivered`](RotationState::Delivered) | [`finish`](Self::finish) once it [is due](Self::is_due) |
/// | [`Completed`](RotationState::Completed), [`Aborted`](RotationState::Aborted) | – |
///
/// Save the rotation, which contains no secret, after each step, and before the first [`issue`](Self::issue). After a
/// crash, load it and repeat the step: `issue` then looks for a key that the interrupted call created, so that there are
/// never two successors, and the old key is revoked only after a recorded delivery.
///
/// Where the vendor rotates with the requested overlap, its own operation is used. Otherwise the successor is another key
/// with the same name, description, owner, scopes, lifetime, metadata and vendor-specific fields.
///
/// ```
/// use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt, KeyId, Result, Rotation, RotationOptions, Timestamp};
/// use std::time::Duration;
///
/// const DAY: Duration = Duration::from_secs(86_400);
///
/// async fn start(provider: &dyn ApiKeyProvider, old: &KeyId) -> Result<Rotation> {
///     let options = RotationOptions::new().overlap(DAY);
///     let mut rotation = provider.plan_rotation(old, options, Timestamp::now()).await?;
///     save(&rotation);
///     let issued = rotation.issue(provider, Timestamp::now()).await?;
///     save(&rotation);
///     deploy(issued.secret.expose());
///     rotation.mark_delivered(Timestamp::now());
///     save(&rotation);
///     Ok(rotation)
/// }
///
/// async fn finish(provider: &dyn ApiKeyProvider, rotation: &mut Rotation) -> Result<()> {
///     if rotation.is_due(Timestamp::now()) {
///         rotation.finish(provider, Timestamp::now()).await?;
///         save(rotation);
///     }
///     Ok(())
/// }
/// # fn save(_: &Rotation) {}
/// # fn deploy(_: &str) {}
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct Rotation {
    /// The key as it was when the rotation was planned.
    pub key: ApiKey,
    /// The method.
    pub method: RotationMethod,
    /// The options.
    pub options: RotationOptions,
    /// The time of the plan.
    pub planned_at: Timestamp,
    /// The state.
    pub state: RotationState,
    /// Successors whose secrets may not have been delivered. They are revoked after the delivery of a later one.
    #[serde(default, skip_serializing_if = "is_not_saved")]
    pub superseded: Vec<KeyId>,
    /// Keys of the same name that are not successors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<KeyId>,
    /// `true` after an interrupted call, which the vendor may process at any later time.
    #[serde(default)]
    resumed: bool,
    /// `true` after the old key was revoked to make room.
    #[serde(default)]
    revoked_first: bool,
    /// `true` if no request of this rotation has been sent. A rotation that was loaded may have been interrupted.
    #[serde(skip)]
    unsent: bool,
}

/// The method of a [`Rotation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RotationMethod {
    /// The vendor's own [`rotate`](crate::ApiKeyProvider::rotate), which ends the overlap by itself.
    Native,
    /// Another key is created, and the old one is revoked at the end of the overlap.
    Replace,
}

impl RotationMethod {
    /// Returns the lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Replace => "replace",
        }
    }
}

/// The state of a [`Rotation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RotationState {
    /// The new secret has not been issued, or the call that issues it was interrupted.
    Planned,
    /// The new secret has been issued; its delivery is not recorded.
    Issued {
        /// The key with the new secret.
        new: KeyId,
        /// The time of the response.
        at: Timestamp,
    },
    /// The new secret has been delivered, and the old one is valid.
    Delivered {
        /// The key with the new secret.
        new: KeyId,
        /// The time of the delivery.
        at: Timestamp,
        /// The end of the overlap.
        due: Timestamp,
    },
    /// The old secret is invalid.
    Completed {
        /// The key with the new secret.
        new: KeyId,
        /// The time of completion.
        at: Timestamp,
    },
    /// The old key remains in use, without a successor.
    Aborted {
        /// The time of the abort.
        at: Timestamp,
    },
}

impl RotationState {
    /// Returns the lowercase name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Issued { .. } => "issued",
            Self::Delivered { .. } => "delivered",
            Self::Completed { .. } => "completed",
            Self::Aborted { .. } => "aborted",
        }
    }
}

fn is_not_saved(superseded: &[KeyId]) -> bool {
    superseded.is_empty() || Defect::LostJournalWrite.is_active()
}

impl Rotation {
    /// Returns the id of the key with the new secret, once it has been issued.
    pub fn new_id(&self) -> Option<&KeyId> {
        match &self.state {
            RotationState::Issued { new, .. }
            | RotationState::Delivered { new, .. }
            | RotationState::Completed { new, .. } => Some(new),
            RotationState::Planned | RotationState::Aborted { .. } => None,
        }
    }

    /// Returns the end of the overlap, once the new secret has been delivered.
    pub fn due(&self) -> Option<Timestamp> {
        match self.state {
            RotationState::Delivered { due, .. } => Some(due),
            _ => None,
        }
    }

    /// Returns whether the new secret has been delivered, and the overlap has ended.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Returns whether the rotation is neither completed nor aborted.
    pub fn is_pending(&self) -> bool {
        !matches!(self.state, RotationState::Completed { .. } | RotationState::Aborted { .. })
    }

    /// Declares that keys are not interrupted successors of this rotation, such as the successors of other rotations.
    pub fn exclude(&mut self, ids: impl IntoIterator<Item = KeyId>) {
        for id in ids {
            if !self.known.contains(&id) {
                self.known.push(id);
            }
        }
    }

    /// Records the delivery of the new secret, from which on the overlap counts. Has no effect in other states than
    /// [`Issued`](RotationState::Issued).
    pub fn mark_delivered(&mut self, now: Timestamp) {
        if let RotationState::Issued { new, .. } = &self.state {
            let ends_now = self.revoked_first || Defect::OverlapIgnored.is_active();
            let overlap = if ends_now { Duration::ZERO } else { self.options.overlap };
            let due = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
            self.state = RotationState::Delivered { new: new.clone(), at: now, due };
        }
    }
}
