//! The arguments of the commands about providers and about the command itself.

use std::path::PathBuf;
use std::time::Duration;

use api_keys_emulator::Vendor;
use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::shared::{OutputArgs, TargetArgs};
use super::value;
use crate::audit::{Level, Rule};

/// List the providers, what they can do, and whether they answer
#[derive(Debug, Args)]
pub(crate) struct ProvidersArgs {
    /// Send nothing
    #[arg(long)]
    pub(crate) no_check: bool,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Take stock of the keys of every provider, and find what is wrong with them
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Find keys that end within this span
    #[arg(long, value_name = "SPAN", value_parser = value::span, default_value = "30d")]
    pub(crate) expires_within: Duration,

    /// Find keys that were not used for this long
    #[arg(long, value_name = "SPAN", value_parser = value::span, default_value = "90d")]
    pub(crate) unused_for: Duration,

    /// Find keys that were created longer ago than this; not looked for by default
    #[arg(long, value_name = "SPAN", value_parser = value::span)]
    pub(crate) max_age: Option<Duration>,

    /// A scope that is too broad, where `*` stands for any text; can be repeated
    #[arg(
        long = "broad-scope",
        value_name = "PATTERN",
        default_values = ["\\*", "*:\\*", "*.\\*", "all", "admin", "*:admin", "root", "superuser", "owner"]
    )]
    pub(crate) broad_scopes: Vec<String>,

    /// An owner that may have keys; can be repeated. Unless given, any is known
    #[arg(long = "known-owner", value_name = "OWNER")]
    pub(crate) known_owners: Vec<String>,

    /// Do not look for this; can be repeated
    #[arg(long = "ignore", value_name = "RULE")]
    pub(crate) ignored: Vec<Rule>,

    /// End with status 5 when there is a finding of this level or above
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub(crate) fail_on: FailOn,

    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// What to print; a table by default
    #[arg(long, short, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    pub(crate) output: AuditFormat,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// What `audit` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people, as wide as the terminal
    Table,
    /// One JSON document, with the inventory
    Json,
    /// One finding a line, as JSON
    Jsonl,
    /// Comma-separated findings with a header
    Csv,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// The least level that counts.
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

/// Run a server on loopback that speaks a vendor's dialect, until Ctrl-C
#[derive(Debug, Args)]
pub(crate) struct EmulateArgs {
    #[arg(value_parser = value::vendor())]
    pub(crate) vendor: Vendor,

    /// The port; 0 is any free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Keys to begin with: a JSON array of objects with `name` and, if wanted, `description`, `owner`, `scopes`,
    /// `expires`, `metadata`, `age`, `used`, `disabled`, `revoked`
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Print a script that completes this command in a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    pub(crate) shell: Shell,
}

/// Print the manual page
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write the pages of every command to this directory instead
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
}
