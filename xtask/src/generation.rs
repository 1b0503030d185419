//! Options of vendors' clients.

use api_keys_codegen::Options;

/// Returns the options with which the client of a vendor is generated.
pub fn options(vendor: &str) -> Options {
    Options::strict().package(&format!("api-keys-{vendor}"))
}
