//! Command-line arguments.

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
  0    success
  1    the vendor rejected the request or could not be reached; no cleanup is needed
  2    invalid arguments or configuration, or not confirmed; nothing was changed
  3    partial success: some of several providers or keys failed
  4    the vendor acted or may have acted; the message describes what to do
  5    negative result: an invalid secret, an audit finding, an orphan
  130  interrupted by Ctrl-C";

/// Manage the API keys of many vendors
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
    /// Enable disabled keys
    Enable(KeysArgs),
    /// Disable keys until they are enabled again
    Disable(KeysArgs),
    /// Delete keys and their records
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn everything_has_help() {
        fn check(command: &clap::Command, path: &str) {
            assert!(command.get_about().is_some_and(|about| !about.to_string().is_empty()), "{path}");
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty(), "{path}: {}", argument.get_id());
            }
            for subcommand in command.get_subcommands() {
                check(subcommand, &format!("{path} {}", subcommand.get_name()));
            }
        }
        let mut command = Cli::command();
        command.build();
        check(&command, "api-keys");
    }
}
