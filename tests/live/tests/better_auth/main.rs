//! The better-auth provider and emulator against each tested version of better-auth.

use std::time::Duration;

use api_keys::better_auth::{BetterAuth, BetterAuthConfig};
use api_keys_core::SecretKey;
use api_keys_live_tests::better_auth::Server;
use api_keys_live_tests::exchange::ask;

/// Turns functions of a [`Version`](api_keys_live_tests::better_auth::Version) into tests, one for each version.
macro_rules! on_every_version {
    ($($test:ident,)+) => {
        on_every_version!(@ v1_3_9, V1_3_9: $($test,)+);
        on_every_version!(@ v1_4_22, V1_4_22: $($test,)+);
        on_every_version!(@ v1_5_6, V1_5_6: $($test,)+);
        on_every_version!(@ v1_6_33, V1_6_33: $($test,)+);
        on_every_version!(@ v1_7_5, V1_7_5: $($test,)+);
    };
    (@ $module:ident, $version:ident: $($test:ident,)+) => {
        mod $module {
            $(#[tokio::test]
            async fn $test() {
                super::$test(api_keys_live_tests::better_auth::Version::$version).await;
            })+
        }
    };
}

mod command;
mod credentials;
mod demo;
mod fields;
mod lifecycle;
mod limits;
mod listing;
mod organizations;
mod probes;
mod rejections;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn config(server: &Server) -> BetterAuthConfig {
    BetterAuthConfig::new(server.base_url(), server.token())
}

fn connect(server: &Server) -> BetterAuth {
    config(server).build().unwrap()
}

/// Returns whether the server accepts a secret, which uses the key once.
async fn is_live(server: &Server, secret: &SecretKey) -> bool {
    is_live_of(server.value("/verify_url"), secret).await
}

async fn is_live_of(verify_url: &str, secret: &SecretKey) -> bool {
    ask("GET", verify_url, &[("x-api-key", secret.expose())]).await.unwrap().status() == 200
}
