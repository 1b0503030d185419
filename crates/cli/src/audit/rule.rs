//! What is looked for.

use clap::ValueEnum;
use serde::Serialize;

/// Something that can be wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rule {
    /// It may do more than one thing should
    BroadScope,
    /// It never expires
    NeverExpires,
    /// It expires soon
    ExpiresSoon,
    /// It was not used for long
    Unused,
    /// It was created long ago
    Old,
    /// Another active key of the same owner has the same name
    DuplicateName,
    /// It has no owner, or one that is not known
    UnknownOwner,
    /// It is switched off, but not revoked
    Disabled,
}

impl Rule {
    pub(crate) const ALL: [Self; 8] = [
        Self::BroadScope,
        Self::NeverExpires,
        Self::ExpiresSoon,
        Self::Unused,
        Self::Old,
        Self::DuplicateName,
        Self::UnknownOwner,
        Self::Disabled,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::BroadScope => "broad-scope",
            Self::NeverExpires => "never-expires",
            Self::ExpiresSoon => "expires-soon",
            Self::Unused => "unused",
            Self::Old => "old",
            Self::DuplicateName => "duplicate-name",
            Self::UnknownOwner => "unknown-owner",
            Self::Disabled => "disabled",
        }
    }

    /// What the rule is about, as a sentence.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::BroadScope => "An API key may do more than one thing should.",
            Self::NeverExpires => "An API key never expires.",
            Self::ExpiresSoon => "An API key expires soon.",
            Self::Unused => "An API key was not used for long.",
            Self::Old => "An API key was created long ago.",
            Self::DuplicateName => "Two active API keys of one owner have the same name.",
            Self::UnknownOwner => "An API key has no owner, or one that is not known.",
            Self::Disabled => "An API key is switched off, but not revoked.",
        }
    }

    pub(crate) const fn level(self) -> Level {
        match self {
            Self::BroadScope => Level::Error,
            Self::NeverExpires | Self::ExpiresSoon | Self::Unused | Self::Old | Self::DuplicateName => {
                Level::Warning
            }
            Self::UnknownOwner | Self::Disabled => Level::Note,
        }
    }
}

/// How bad it is, in the words of SARIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// To be known.
    Note,
    /// To be looked at.
    Warning,
    /// To be changed.
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
