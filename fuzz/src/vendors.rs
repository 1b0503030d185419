//! One target per vendor: every operation of its client and of its provider, whatever the answer.

use crate::answer::Answer;
use crate::provider::{SecretAt, every_operation};
use crate::server::Server;
use crate::{TOKEN, run};

mod better_auth;
mod clerk;
mod fastapi;
mod keyshield;
mod latitude_sh;
mod mcp;

pub use better_auth::better_auth;
pub use clerk::clerk;
pub use fastapi::fastapi;
pub use keyshield::keyshield;
pub use latitude_sh::latitude_sh;
pub use mcp::mcp;

const BASE_URL: &str = "https://api.example.com";

/// The id that the typed clients are asked for.
const ID: &str = "ak_0123456789abcdef0123456789abcdef";

/// Calls operations and checks each: `each!(server, SECRET_AT, client.get(..), client.list(..))`.
macro_rules! each {
    ($server:expr, $secret_at:expr, $($call:expr),+ $(,)?) => {{
        let places = [$secret_at.create, $secret_at.rotate];
        $( $crate::judge::call($server, &places, &$call.await); )+
    }};
}
use each;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Otherwise the promises about new secrets would never be put to the test.
    #[test]
    fn every_corpus_has_new_secrets_where_they_are_looked_for() {
        let vendors = [
            ("better_auth", better_auth::SECRET_AT),
            ("clerk", clerk::SECRET_AT),
            ("fastapi", fastapi::SECRET_AT),
            ("keyshield", keyshield::SECRET_AT),
            ("latitude_sh", latitude_sh::SECRET_AT),
            ("mcp", mcp::SECRET_AT),
        ];
        for (name, secret_at) in vendors {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
            let seeds: Vec<_> = fs::read_dir(folder)
                .unwrap()
                .map(|entry| Answer::parse(&fs::read(entry.unwrap().path()).unwrap()))
                .collect();
            for place in [secret_at.create, secret_at.rotate] {
                assert!(seeds.iter().any(|seed| seed.has_fresh_secret(&[place])), "{name}: none at {place}");
            }
        }
    }
}
