//! The arguments of `api-keys demo`.

use std::convert::Infallible;

use api_keys::SecretKey;
use api_keys_emulator::Vendor;
use clap::Args;

use super::value::vendor;

/// Run the same lifecycle on every vendor and compare it with what the vendor is said to be able to do
///
/// Without options, five emulated vendors on loopback and the embedded provider. With --provider, one real server:
/// a few keys are created on it and removed again.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 when every outcome is as promised, 1 when one is not, 2 when the command \
                        could not run, 130 after Ctrl-C."
)]
pub(crate) struct DemoArgs {
    /// Use a real server of this vendor
    #[arg(long, value_name = "VENDOR", value_parser = vendor())]
    pub(crate) provider: Option<Vendor>,

    /// Where the server is; some vendors have a public address that needs no telling
    #[arg(long, value_name = "URL", requires = "provider")]
    pub(crate) base_url: Option<String>,

    /// The credential that manages keys, or `-` to read it from the standard input. Better set in the environment
    /// variable API_KEYS_TOKEN: arguments can be seen by other users of the machine
    #[arg(long, value_name = "TOKEN", requires = "provider", value_parser = secret)]
    pub(crate) token: Option<SecretKey>,

    /// Who the keys shall belong to, in the vendor's terms
    #[arg(long, requires = "provider")]
    pub(crate) owner: Option<String>,

    /// Print a JSON document instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

fn secret(text: &str) -> Result<SecretKey, Infallible> {
    Ok(SecretKey::new(text))
}
