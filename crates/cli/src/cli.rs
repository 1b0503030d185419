//! The command line, and the dispatch of its commands.

use clap::{ArgAction, CommandFactory as _, Parser, Subcommand};

use crate::args::KeysArgs;
use crate::commands as c;
use crate::commands::adopt::AdoptArgs;
use crate::commands::apply::ApplyArgs;
use crate::commands::audit::AuditArgs;
use crate::commands::completions::CompletionsArgs;
use crate::commands::create::CreateArgs;
use crate::commands::demo::DemoArgs;
use crate::commands::doctor::DoctorArgs;
use crate::commands::emulate::EmulateArgs;
use crate::commands::events::EventsArgs;
use crate::commands::get::GetArgs;
use crate::commands::import::ImportArgs;
use crate::commands::init::InitArgs;
use crate::commands::list::ListArgs;
use crate::commands::login::LoginArgs;
use crate::commands::man::ManArgs;
use crate::commands::orphans::OrphansArgs;
use crate::commands::plan::PlanArgs;
use crate::commands::providers::ProvidersArgs;
use crate::commands::reveal::RevealArgs;
use crate::commands::revoke::RevokeArgs;
use crate::commands::rotate::RotateArgs;
use crate::commands::rotations::RotationsArgs;
use crate::commands::update::UpdateArgs;
use crate::commands::verify::VerifyArgs;
use crate::console::Console;
use crate::failure::Failure;

const EXIT_STATUS: &str = "\
Exit status:
  0    success
  1    the vendor rejected the request or could not be reached; no cleanup is needed
  2    invalid arguments or configuration, or not confirmed; nothing was changed
  3    partial success: some of several providers or keys failed
  4    the vendor acted or may have acted; the message describes what to do
  5    negative result: an invalid secret, a finding of audit or doctor, an orphan
  130  interrupted by Ctrl-C";

/// Manage the API keys of many vendors
#[derive(Debug, Parser)]
#[command(name = "api-keys", version, arg_required_else_help = true, after_help = EXIT_STATUS)]
pub(crate) struct Cli {
    /// Print each request to standard error, without secrets; -vv also prints retries
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Login(LoginArgs),
    Providers(ProvidersArgs),
    List(ListArgs),
    Get(GetArgs),
    Create(CreateArgs),
    Update(UpdateArgs),
    Rotate(RotateArgs),
    Rotations(RotationsArgs),
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
    Plan(PlanArgs),
    Apply(ApplyArgs),
    Adopt(AdoptArgs),
    Events(EventsArgs),
    Import(ImportArgs),
    Audit(AuditArgs),
    Doctor(DoctorArgs),
    Emulate(EmulateArgs),
    Demo(DemoArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

impl Command {
    /// Runs the command. Returns the exit status.
    pub(crate) async fn run(self, console: &mut Console<'_>) -> Result<u8, Failure> {
        match self {
            Self::Init(args) => c::init::run(args, console).await,
            Self::Login(args) => c::login::run(args, console),
            Self::Providers(args) => c::providers::run(args, console).await,
            Self::List(args) => c::list::run(args, console).await,
            Self::Get(args) => c::get::run(args, console).await,
            Self::Create(args) => c::create::run(args, console).await,
            Self::Update(args) => c::update::run(args, console).await,
            Self::Rotate(args) => c::rotate::run(args, console).await,
            Self::Rotations(args) => c::rotations::run(args, console).await,
            Self::Revoke(args) => c::revoke::run(args, console).await,
            Self::Enable(args) => c::set_enabled::run(args, true, console).await,
            Self::Disable(args) => c::set_enabled::run(args, false, console).await,
            Self::Delete(args) => c::delete::run(args, console).await,
            Self::Reveal(args) => c::reveal::run(args, console).await,
            Self::Verify(args) => c::verify::run(args, console).await,
            Self::Orphans(args) => c::orphans::run(args, console).await,
            Self::Plan(args) => c::plan::run(args, console).await,
            Self::Apply(args) => c::apply::run(args, console).await,
            Self::Adopt(args) => c::adopt::run(args, console).await,
            Self::Events(args) => c::events::run(args, console).await,
            Self::Import(args) => c::import::run(args, console).await,
            Self::Audit(args) => c::audit::run(args, console).await,
            Self::Doctor(args) => c::doctor::run(args, console).await,
            Self::Emulate(args) => c::emulate::run(args, console).await,
            Self::Demo(args) => c::demo::run(args, console).await,
            Self::Completions(args) => c::completions::run(args, console),
            Self::Man(args) => c::man::run(args, Cli::command(), console),
        }
    }
}

#[cfg(test)]
mod tests {
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
