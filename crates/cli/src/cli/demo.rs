//! The arguments of `api-keys demo`.

use std::convert::Infallible;

use api_keys::SecretKey;
use api_keys_emulator::Vendor;
use clap::Args;

use super::value::vendor;

/// Run the conformance checks on local emulators of all vendors, or the lifecycle of a key on a server
///
/// Without options, all checks run on emulators and on the in-memory provider. With --provider, about twenty keys are
/// created on a server and removed again. Vendors without `delete` keep the records of revoked keys.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if all checks passed, 1 if a check failed or keys remain, 2 if the command could \
                  not run, 130 after Ctrl-C."
)]
pub(crate) struct DemoArgs {
    /// Use a real server of this vendor
    #[arg(long, value_name = "VENDOR", value_parser = vendor())]
    pub(crate) provider: Option<Vendor>,

    /// Base URL of the server. Optional for vendors with a public address
    #[arg(long, value_name = "URL", requires = "provider")]
    pub(crate) base_url: Option<String>,

    /// Credential that manages keys, or `-` to read it from the standard input. Prefer the environment variable
    /// API_KEYS_TOKEN: other users can see the arguments of processes
    #[arg(long, value_name = "TOKEN", requires = "provider", value_parser = secret)]
    pub(crate) token: Option<SecretKey>,

    /// Owner of the keys
    #[arg(long, requires = "provider")]
    pub(crate) owner: Option<String>,

    /// Print a JSON document instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

fn secret(text: &str) -> Result<SecretKey, Infallible> {
    Ok(SecretKey::new(text))
}
