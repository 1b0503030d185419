//! Rules and levels.

use clap::ValueEnum;
use serde::Serialize;

/// A rule that a key can violate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rule {
    /// Scopes are broad
    BroadScope,
    /// Key never expires
    NeverExpires,
    /// Key expires soon
    ExpiresSoon,
    /// Key has not been used for a long time
    Unused,
    /// Key was created long ago
    Old,
    /// Rotation was interrupted, or its old key is due to be revoked
    OverdueRotation,
    /// Another active key of the same owner has the same name
    DuplicateName,
    /// Owner is missing or unknown
    UnknownOwner,
    /// Key is disabled but not revoked
    Disabled,
    /// Key differs from its declaration; reported by `plan`
    Drift,
    /// Key is not declared; reported by `plan`
    Unmanaged,
}

impl Rule {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::BroadScope => "broad-scope",
            Self::NeverExpires => "never-expires",
            Self::ExpiresSoon => "expires-soon",
            Self::Unused => "unused",
            Self::Old => "old",
            Self::OverdueRotation => "overdue-rotation",
            Self::DuplicateName => "duplicate-name",
            Self::UnknownOwner => "unknown-owner",
            Self::Disabled => "disabled",
            Self::Drift => "drift",
            Self::Unmanaged => "unmanaged",
        }
    }

    /// Returns the description as a sentence.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::BroadScope => "The scopes of an API key are broad.",
            Self::NeverExpires => "An API key never expires.",
            Self::ExpiresSoon => "An API key expires soon.",
            Self::Unused => "An API key has not been used for a long time.",
            Self::Old => "An API key was created long ago.",
            Self::OverdueRotation => "The rotation of an API key is not finished.",
            Self::DuplicateName => "Several active API keys of an owner have the same name.",
            Self::UnknownOwner => "The owner of an API key is missing or unknown.",
            Self::Disabled => "An API key is disabled but not revoked.",
            Self::Drift => "An API key differs from its declaration.",
            Self::Unmanaged => "An API key is not declared.",
        }
    }

    pub(crate) const fn level(self) -> Level {
        match self {
            Self::BroadScope => Level::Error,
            Self::NeverExpires
            | Self::ExpiresSoon
            | Self::Unused
            | Self::Old
            | Self::OverdueRotation
            | Self::DuplicateName
            | Self::Drift => Level::Warning,
            Self::UnknownOwner | Self::Disabled | Self::Unmanaged => Level::Note,
        }
    }
}

/// Severity, as in SARIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}
