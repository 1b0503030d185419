//! Arguments of the commands for keys.

use std::path::PathBuf;
use std::time::Duration;

use api_keys::{Expiry, KeyId, Timestamp};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, value_parser};
use serde_json::Value;

use super::shared::{ConfirmArgs, OutputArgs, SecretArgs, TargetArgs};
use super::value;

/// List keys
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Only keys whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// Include revoked, expired and disabled keys that the vendor lists
    #[arg(long, short)]
    pub(crate) all: bool,

    /// Maximum number of keys of each provider
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Show one key
#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// ID of the key
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Create a key
///
/// The secret is shown once if the standard output is a terminal. Otherwise, pass a destination: --secret-file,
/// --secret-command, --secret-stdout, or --output json for a document with the secret. The destination is checked
/// before the key is created. If it fails afterwards, the secret is saved to a file that the message names; if that
/// fails, too, the key is revoked.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Name of the key
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,

    /// Description of the key
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Owner of the key, as the vendor identifies owners
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Scope that the key grants; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,

    /// Expiration: `never`, a duration such as 90d, a date or a time
    #[arg(long, value_name = "WHEN", value_parser = value::expiry)]
    pub(crate) expires: Option<Expiry>,

    /// JSON value to store with the key
    #[arg(long, value_name = "JSON", value_parser = value::json)]
    pub(crate) metadata: Option<Value>,

    /// Vendor-specific field; can be repeated
    #[arg(long = "extra", value_name = "NAME=VALUE", value_parser = value::field)]
    pub(crate) extra: Vec<(String, Value)>,

    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Change a key's metadata
#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// ID of the key
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) changes: Changes,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Changes of `update`.
#[derive(Debug, Args)]
#[group(id = "changes", required = true, multiple = true)]
pub(crate) struct Changes {
    /// New name
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// New description
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Remove the description
    #[arg(long, conflicts_with = "description")]
    pub(crate) clear_description: bool,

    /// New owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Scope that replaces the current scopes; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,

    /// Remove all scopes
    #[arg(long, conflicts_with = "scopes")]
    pub(crate) no_scopes: bool,

    /// New expiration: `never`, a duration from now such as 90d, a date or a time
    #[arg(long, value_name = "WHEN", value_parser = value::expiry)]
    pub(crate) expires: Option<Expiry>,

    /// JSON value that replaces the metadata
    #[arg(long, value_name = "JSON", value_parser = value::json)]
    pub(crate) metadata: Option<Value>,

    /// Remove the metadata
    #[arg(long, conflicts_with = "metadata")]
    pub(crate) clear_metadata: bool,

    /// Vendor-specific field; can be repeated
    #[arg(long = "extra", value_name = "NAME=VALUE", value_parser = value::field)]
    pub(crate) extra: Vec<(String, Value)>,
}

/// Issue a new secret for a key; the old one is invalid immediately
///
/// The destination of the new secret is chosen as for `create`. --older-than rotates all keys of this age and runs the
/// command of --secret-command once for each key.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// ID of the key
    #[arg(required_unless_present = "older_than", conflicts_with = "older_than")]
    pub(crate) id: Option<KeyId>,

    #[command(flatten)]
    pub(crate) bulk: RotateBulkArgs,
    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Selection of keys to rotate.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct RotateBulkArgs {
    /// Rotate all active keys that are at least this old, such as 90d
    #[arg(long, value_name = "DURATION", value_parser = value::duration, requires = "secret_command")]
    pub(crate) older_than: Option<Duration>,

    #[command(flatten)]
    pub(crate) options: BulkArgs,
}

/// Revoke keys; they no longer authenticate
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// IDs of the keys
    #[arg(required_unless_present = "unused", conflicts_with = "unused")]
    pub(crate) ids: Vec<KeyId>,

    /// Reason, for the vendor's record
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) bulk: RevokeBulkArgs,
    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Selection of keys to revoke.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct RevokeBulkArgs {
    /// Revoke all active keys that have not been used for at least this long, such as 180d. Keys without a reported use
    /// are omitted
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub(crate) unused: Option<Duration>,

    #[command(flatten)]
    pub(crate) options: BulkArgs,
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

/// Show the secret of a key again, if the vendor stores it
#[derive(Debug, Args)]
pub(crate) struct RevealArgs {
    /// ID of the key
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Verify a secret and show its key
///
/// The secret is read from a prompt on a terminal, without echo, and from the standard input otherwise.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Find keys that a failed create may have created
#[derive(Debug, Args)]
pub(crate) struct OrphansArgs {
    /// Name that was passed to create
    #[arg(long)]
    pub(crate) name: String,

    /// Time at which the create started, or a duration before now such as 10m
    #[arg(long, value_name = "WHEN", value_parser = value::past)]
    pub(crate) since: Timestamp,

    /// Owner that was passed to create
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// ID of a key with this name that is not an orphan; can be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) keep: Vec<KeyId>,

    /// Revoke the orphans
    #[arg(long)]
    pub(crate) revoke: bool,

    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
