//! Arguments shared by commands.

pub(crate) mod value;

use std::path::PathBuf;

use api_keys::KeyId;
use clap::{Args, ValueEnum, value_parser};

/// Selection of the provider.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Provider")]
pub(crate) struct TargetArgs {
    /// Name of a configured provider, `env` for the provider of the API_KEYS_* variables, or `all` for commands that
    /// accept several [default: the only provider]
    #[arg(long, short, value_name = "NAME", env = "API_KEYS_PROVIDER", hide_env_values = true)]
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
}

impl OutputArgs {
    pub(crate) fn format(&self) -> Format {
        self.output.unwrap_or_default()
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

/// Keys to enable, disable or delete.
#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    /// IDs of the keys
    #[arg(required = true)]
    pub(crate) ids: Vec<KeyId>,

    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Options for operations on many keys.
#[derive(Debug, Args)]
pub(crate) struct BulkArgs {
    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Number of keys to process concurrently
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = value_parser!(u8).range(1..=32))]
    pub(crate) concurrency: u8,

    /// Journal of processed keys, with which the same command resumes after an interruption [default:
    /// api-keys/journal.jsonl in $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
}
