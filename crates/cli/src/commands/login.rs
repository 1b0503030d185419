//! `api-keys login`.

use clap::Args;

use crate::config::Config;
use crate::console::Console;
use crate::credential_store;
use crate::failure::Failure;
use crate::human::clean;
use crate::secret::read;
use crate::status;

/// Store the credential of a provider in the credential store of the operating system
///
/// The configuration of the provider must contain token = { keyring = "ACCOUNT" }. The credential is read without echo,
/// or from standard input.
#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// Name of the provider
    #[arg(add = clap_complete::ArgValueCandidates::new(crate::config::provider_names))]
    name: String,

    /// Configuration file [default: api-keys/config.toml in $XDG_CONFIG_HOME or ~/.config]
    #[arg(long, value_name = "FILE", env = "API_KEYS_CONFIG", hide_env_values = true)]
    config: Option<std::path::PathBuf>,
}

pub(crate) fn run(args: LoginArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let entry = Config::load(args.config.as_deref(), console)?.one(Some(&args.name))?;
    let Some(account) = entry.keyring_account() else {
        return Err(Failure::new(format!(
            "provider `{}` does not use the credential store",
            clean(&args.name)
        ))
        .help(format!("set token = {{ keyring = \"{}\" }} in its configuration", clean(&args.name))));
    };
    let secret = read("Credential (not shown): ")
        .map_err(|error| Failure::new("failed to read the credential").caused_by(&error))?;
    let secret = secret.expose();
    if secret.is_empty() {
        return Err(Failure::new("the credential is empty"));
    }
    credential_store::store(credential_store::SERVICE, account, secret).map_err(|error| {
        Failure::new(format!("failed to store the credential of provider `{}`", clean(&args.name)))
            .detail(error)
            .status(status::FAILED)
    })?;
    console.note(format_args!("Stored. `api-keys doctor --provider {}` checks it.", clean(&args.name)));
    Ok(status::OK)
}
