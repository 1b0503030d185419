//! Arguments of the commands for providers and for the command itself.

use std::path::PathBuf;
use std::time::Duration;

use api_keys_emulator::Vendor;
use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::shared::{OutputArgs, TargetArgs};
use super::value;
use crate::audit::{Level, Rule};

/// List the providers with their capabilities, and check the connections
#[derive(Debug, Args)]
pub(crate) struct ProvidersArgs {
    /// Skip the connection check
    #[arg(long)]
    pub(crate) no_check: bool,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Check the keys of all providers against a set of rules
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Report keys that expire within this duration
    #[arg(long, value_name = "DURATION", value_parser = value::duration, default_value = "30d")]
    pub(crate) expires_within: Duration,

    /// Report keys that have not been used for this long
    #[arg(long, value_name = "DURATION", value_parser = value::duration, default_value = "90d")]
    pub(crate) unused_for: Duration,

    /// Report keys that are older than this [default: not checked]
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub(crate) max_age: Option<Duration>,

    /// Scope that is too broad, with `*` as a wildcard; can be repeated
    #[arg(
        long = "broad-scope",
        value_name = "PATTERN",
        default_values = ["\\*", "*:\\*", "*.\\*", "all", "admin", "*:admin", "root", "superuser", "owner"]
    )]
    pub(crate) broad_scopes: Vec<String>,

    /// Owner that may have keys; can be repeated [default: any]
    #[arg(long = "known-owner", value_name = "OWNER")]
    pub(crate) known_owners: Vec<String>,

    /// Rule to skip; can be repeated
    #[arg(long = "ignore", value_name = "RULE")]
    pub(crate) ignored: Vec<Rule>,

    /// Exit with status 5 for findings of this level or above
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub(crate) fail_on: FailOn,

    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Output format
    #[arg(long, short, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    pub(crate) output: AuditFormat,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// Output formats of `audit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// Table, as wide as the terminal
    Table,
    /// One JSON document, with the inventory
    Json,
    /// One JSON object per line and finding
    Jsonl,
    /// Comma-separated findings with a header
    Csv,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// Lowest level that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Only errors
    Error,
    /// Errors and warnings
    Warning,
    /// Every finding
    Note,
    /// None
    Never,
}

impl FailOn {
    pub(crate) fn counts(self, level: Level) -> bool {
        match self {
            Self::Error => level >= Level::Error,
            Self::Warning => level >= Level::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

/// Run an emulator of a vendor on loopback until Ctrl-C
#[derive(Debug, Args)]
pub(crate) struct EmulateArgs {
    /// Vendor to emulate
    #[arg(value_parser = value::vendor())]
    pub(crate) vendor: Vendor,

    /// Port; 0 selects a free port
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Initial keys: a JSON array of objects with `name` and, optionally, `description`, `owner`, `scopes`, `expires`,
    /// `metadata`, `age`, `used`, `disabled`, `revoked`
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Print a shell completion script
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Shell to generate the script for
    pub(crate) shell: Shell,
}

/// Print the manual page
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Directory for the pages of all commands
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
}
