//! Arguments shared by commands.

pub(crate) mod value;

use std::path::PathBuf;
use std::time::Duration;

use api_keys::KeyId;
use clap::{Args, ValueEnum, value_parser};
use clap_complete::ArgValueCandidates;

use crate::config::{key_ids, provider_names};

/// Selection of the provider.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Provider")]
pub(crate) struct TargetArgs {
    /// Name of a configured provider, `env` for the provider of the API_KEYS_* variables, or `all` for commands that
    /// accept several [default: the only provider]
    #[arg(long, short, value_name = "NAME", env = "API_KEYS_PROVIDER", hide_env_values = true)]
    #[arg(add = ArgValueCandidates::new(provider_names))]
    pub(crate) provider: Option<String>,

    /// Configuration file [default: api-keys/config.toml in $XDG_CONFIG_HOME or ~/.config]
    #[arg(long, value_name = "FILE", env = "API_KEYS_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}

/// Output options.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Output format [default: table]
    #[arg(long, short, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,

    /// In CSV, print values exactly, even if a terminal or a spreadsheet would interpret them
    #[arg(long)]
    pub(crate) raw: bool,
}

impl OutputArgs {
    pub(crate) fn format(&self) -> Format {
        match self.output.unwrap_or_default() {
            Format::Csv if self.raw => Format::RawCsv,
            format => format,
        }
    }
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Table, as wide as the terminal
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values with a header
    Csv,
    /// The same with exact values
    #[value(skip)]
    RawCsv,
}

/// Destination of a secret.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Secret")]
#[group(id = "destination", multiple = false)]
pub(crate) struct SecretArgs {
    /// New file for the secret, readable only by its owner; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,

    /// Shell command that reads the secret from its standard input; API_KEYS_PROVIDER, API_KEYS_KEY_ID and
    /// API_KEYS_KEY_NAME are set in its environment
    #[arg(long, value_name = "COMMAND")]
    pub(crate) secret_command: Option<String>,

    /// Print only the secret to the standard output
    #[arg(long)]
    pub(crate) secret_stdout: bool,
}

/// Confirmation options.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfirmArgs {
    /// Skip the confirmation prompt
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Print the planned changes without making them
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

/// Selection of keys: by their ids, or by all of the given conditions.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Selection")]
#[group(id = "selection", required = true, multiple = true)]
pub(crate) struct SelectArgs {
    /// IDs of the keys; `-` reads them from standard input, one per line
    #[arg(add = ArgValueCandidates::new(key_ids))]
    #[arg(value_name = "ID", conflicts_with_all = ["older_than", "unused", "expired", "owner", "name"])]
    pub(crate) ids: Vec<KeyId>,

    /// Keys that were created, or rotated by this command, at least this long ago, such as 90d
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub(crate) older_than: Option<Duration>,

    /// Keys that have not been used for at least this long, such as 180d. Keys without a reported use are omitted
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub(crate) unused: Option<Duration>,

    /// Expired keys
    #[arg(long)]
    pub(crate) expired: bool,

    /// Keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Keys whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
}

impl SelectArgs {
    /// Returns the id if exactly one is given.
    pub(crate) fn single(&self) -> Option<&KeyId> {
        match &self.ids[..] {
            [id] if id.as_str() != "-" => Some(id),
            _ => None,
        }
    }
}

/// Arguments of commands that change keys.
#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) bulk: BulkArgs,
    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Options for operations on many keys.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct BulkArgs {
    /// Number of keys to process concurrently
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = value_parser!(u8).range(1..=32))]
    pub(crate) concurrency: u8,
}
