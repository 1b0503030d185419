//! The arguments of the commands on keys.

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

    /// Only keys with this text in their name
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// Also keys that no longer authenticate, as far as the vendor lists them
    #[arg(long, short)]
    pub(crate) all: bool,

    /// At most this many keys of each provider
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
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Mint a key
///
/// On a terminal its secret is shown, once. Elsewhere say where it shall go: --secret-file, --secret-command,
/// --secret-stdout, or --output json with the secret in the document. As far as that can be known, it is checked before
/// anything is minted that the place can take it; if it cannot all the same, the secret is kept in a file that the
/// message names, or else the key is revoked.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,

    /// A description beside the name
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Who the key shall belong to, in the vendor's terms
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// What the key may do; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,

    /// When the key ends: `never`, a span such as 90d, a date or a time
    #[arg(long, value_name = "WHEN", value_parser = value::expiry)]
    pub(crate) expires: Option<Expiry>,

    /// JSON to be stored with the key
    #[arg(long, value_name = "JSON", value_parser = value::json)]
    pub(crate) metadata: Option<Value>,

    /// A field of the vendor's own; can be repeated
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
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) changes: Changes,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What `update` changes.
#[derive(Debug, Args)]
#[group(id = "changes", required = true, multiple = true)]
pub(crate) struct Changes {
    /// A new name
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// A new description
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Remove the description
    #[arg(long, conflicts_with = "description")]
    pub(crate) clear_description: bool,

    /// A new owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Scopes in place of the old ones; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,

    /// Take every scope away
    #[arg(long, conflicts_with = "scopes")]
    pub(crate) no_scopes: bool,

    /// A new end: `never`, a span from now on such as 90d, a date or a time
    #[arg(long, value_name = "WHEN", value_parser = value::expiry)]
    pub(crate) expires: Option<Expiry>,

    /// JSON in place of the old
    #[arg(long, value_name = "JSON", value_parser = value::json)]
    pub(crate) metadata: Option<Value>,

    /// Remove the metadata
    #[arg(long, conflicts_with = "metadata")]
    pub(crate) clear_metadata: bool,

    /// A field of the vendor's own; can be repeated
    #[arg(long = "extra", value_name = "NAME=VALUE", value_parser = value::field)]
    pub(crate) extra: Vec<(String, Value)>,
}

/// Give a key a new secret; the old one is dead at once
///
/// What becomes of the new secret is chosen as with `create`. With --older-than, every key that old: the secrets go to
/// the command of --secret-command, one call a key.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
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

/// Which keys to rotate, instead of one.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct RotateBulkArgs {
    /// Every active key that was created this long ago, such as 90d
    #[arg(long, value_name = "SPAN", value_parser = value::span, requires = "secret_command")]
    pub(crate) older_than: Option<Duration>,

    #[command(flatten)]
    pub(crate) how: BulkArgs,
}

/// Make keys useless at once, whatever the vendor
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    #[arg(required_unless_present = "unused", conflicts_with = "unused")]
    pub(crate) ids: Vec<KeyId>,

    /// Why, for the vendor's record
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

/// Which keys to revoke, instead of named ones.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct RevokeBulkArgs {
    /// Every active key that was last used this long ago, such as 180d. Keys of which the vendor tells no use are left
    /// alone
    #[arg(long, value_name = "SPAN", value_parser = value::span)]
    pub(crate) unused: Option<Duration>,

    #[command(flatten)]
    pub(crate) how: BulkArgs,
}

/// How to act on many keys.
#[derive(Debug, Args)]
pub(crate) struct BulkArgs {
    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// How many keys to act on at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = value_parser!(u8).range(1..=32))]
    pub(crate) concurrency: u8,

    /// Where to note what was done, so that the same call goes on after an interruption; by default
    /// api-keys/journal.jsonl in $XDG_STATE_HOME or ~/.local/state
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
}

/// Keys to switch on or off, or to delete.
#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[arg(required = true)]
    pub(crate) ids: Vec<KeyId>,

    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Show a key's secret again, where the vendor keeps it
#[derive(Debug, Args)]
pub(crate) struct RevealArgs {
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Ask whether a secret is good, and whose it is
///
/// The secret is asked for on a terminal, without showing it, and read from the standard input elsewhere.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Find keys that a failed create may have left behind
#[derive(Debug, Args)]
pub(crate) struct OrphansArgs {
    /// The name that the key was to have
    #[arg(long)]
    pub(crate) name: String,

    /// When the create was begun: a time, or a span before now such as 10m
    #[arg(long, value_name = "WHEN", value_parser = value::past)]
    pub(crate) since: Timestamp,

    /// The owner that the key was to have
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// A key of this name that is not an orphan; can be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) keep: Vec<KeyId>,

    /// Revoke what is found
    #[arg(long)]
    pub(crate) revoke: bool,

    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
