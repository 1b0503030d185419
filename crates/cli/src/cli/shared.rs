//! Options that several commands have.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where the keys are.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Provider")]
pub(crate) struct TargetArgs {
    /// Name of a provider in the configuration, `env` for the one of the API_KEYS_* variables, or, where it makes
    /// sense, `all`; by default the only one there is
    #[arg(long, short, value_name = "NAME", env = "API_KEYS_PROVIDER", hide_env_values = true)]
    pub(crate) provider: Option<String>,

    /// The configuration; by default api-keys/config.toml in $XDG_CONFIG_HOME or ~/.config
    #[arg(long, value_name = "FILE", env = "API_KEYS_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}

/// How to print.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// What to print; a table by default
    #[arg(long, short, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
}

impl OutputArgs {
    pub(crate) fn format(&self) -> Format {
        self.output.unwrap_or_default()
    }
}

/// What to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people, as wide as the terminal
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header
    Csv,
}

/// What becomes of a secret.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Secret")]
#[group(id = "hand-over", multiple = false)]
pub(crate) struct SecretArgs {
    /// Write the secret to this new file, readable by its owner only; an existing file is never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,

    /// Pipe the secret to this shell command, which finds API_KEYS_PROVIDER, API_KEYS_KEY_ID and API_KEYS_KEY_NAME in
    /// its environment
    #[arg(long, value_name = "COMMAND")]
    pub(crate) secret_command: Option<String>,

    /// Print the secret, and nothing else, on the standard output
    #[arg(long)]
    pub(crate) secret_stdout: bool,
}

/// How sure the caller is.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfirmArgs {
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}
