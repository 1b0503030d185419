//! What can be typed.

mod demo;
mod keys;
mod shared;
mod tools;
pub(crate) mod value;

use clap::{Parser, Subcommand};

pub(crate) use demo::DemoArgs;
pub(crate) use keys::{
    BulkArgs, CreateArgs, GetArgs, KeysArgs, ListArgs, OrphansArgs, RevealArgs, RevokeArgs, RotateArgs,
    UpdateArgs, VerifyArgs,
};
pub(crate) use shared::{ConfirmArgs, Format, SecretArgs, TargetArgs};
pub(crate) use tools::{AuditArgs, AuditFormat, CompletionsArgs, EmulateArgs, ManArgs, ProvidersArgs};

const EXIT_STATUS: &str = "\
Exit status:
  0    done
  1    the vendor refused or could not be reached; nothing is left to clean up
  2    not done: wrong call, wrong configuration, or not confirmed; nothing was changed
  3    done for some of several providers or keys, not for others
  4    the vendor acted or may have acted, and something is left for you to do: the message says what
  5    the answer is no: an invalid secret, a finding of the audit, an orphan
  130  ended by Ctrl-C";

/// One command for the API keys of many vendors.
#[derive(Debug, Parser)]
#[command(name = "api-keys", version, arg_required_else_help = true, after_help = EXIT_STATUS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Providers(ProvidersArgs),
    List(ListArgs),
    Get(GetArgs),
    Create(CreateArgs),
    Update(UpdateArgs),
    Rotate(RotateArgs),
    Revoke(RevokeArgs),
    /// Switch keys on again
    Enable(KeysArgs),
    /// Switch keys off, so that they can be switched on again
    Disable(KeysArgs),
    /// Remove keys and their records
    Delete(KeysArgs),
    Reveal(RevealArgs),
    Verify(VerifyArgs),
    Orphans(OrphansArgs),
    Audit(AuditArgs),
    Emulate(EmulateArgs),
    Demo(DemoArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}
