//! Differences between the vendors: connection and requests.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use api_keys::better_auth::BetterAuthConfig;
use api_keys::clerk::ClerkConfig;
use api_keys::fastapi::FastApiConfig;
use api_keys::keyshield::KeyshieldConfig;
use api_keys::latitude_sh::LatitudeShConfig;
use api_keys::mcp::{CredentialPlace, McpConfig};
use api_keys::{ApiKeyProvider, NewApiKey, SecretKey, UpdateApiKey};
use api_keys_emulator::{Dialect, Emulator, Vendor, better_auth, clerk, fastapi, mcp};
use api_keys_runtime::HttpConfig;
use serde_json::json;

use crate::record::Record;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the versions and options of a vendor's server in turn.
pub fn dialect(vendor: Vendor, number: usize) -> Dialect {
    use better_auth::Version as V;
    use fastapi::Mode as M;
    use mcp::Generation as G;
    match vendor {
        Vendor::BetterAuth => [V::V1_7, V::V1_5, V::V1_4, V::V1_3][number % 4].into(),
        Vendor::Clerk => clerk::Options::new().created(number % 2 == 1).into(),
        Vendor::Mcp => [G::Bearer, G::BodyCredentials][number % 2].into(),
        Vendor::FastApi => [M::Observed, M::Documented][number % 2].into(),
        other => other.into(),
    }
}

/// Starts a vendor's server without a limit of keys.
///
/// # Errors
/// Returns an error if no port can be bound.
pub async fn emulator(dialect: Dialect) -> io::Result<Emulator> {
    let emulator = Emulator::builder(dialect).max_active(u32::MAX).start().await?;
    Record::get().secret(emulator.token().expose());
    Record::get().value(&emulator);
    Ok(emulator)
}

/// Builds the vendor's provider for a server at this base URL.
///
/// # Errors
/// Returns an error if the provider cannot be built.
pub fn connect(
    dialect: &Dialect,
    base_url: String,
    token: &SecretKey,
    http: HttpConfig,
) -> api_keys::Result<Arc<dyn ApiKeyProvider>> {
    let token = token.clone();
    let record = Record::get();
    macro_rules! provider {
        ($config:expr) => {{
            let config = $config.http(http);
            record.value(&config);
            Arc::new(config.build()?)
        }};
    }
    let provider: Arc<dyn ApiKeyProvider> = match dialect.vendor() {
        Vendor::BetterAuth => provider!(BetterAuthConfig::new(base_url, token)),
        Vendor::Clerk => provider!(ClerkConfig::new(token).base_url(base_url)),
        Vendor::Mcp => {
            let place = match dialect {
                Dialect::Mcp(mcp::Generation::BodyCredentials) => CredentialPlace::Body,
                _ => CredentialPlace::Header,
            };
            provider!(McpConfig::new(base_url, token).credential_place(place))
        }
        Vendor::LatitudeSh => provider!(LatitudeShConfig::new(token).base_url(base_url)),
        Vendor::FastApi => provider!(FastApiConfig::new(base_url, token).time_zone("UTC")),
        Vendor::Keyshield => provider!(KeyshieldConfig::new(base_url, token)),
        other => panic!("{other} has no provider here"),
    };
    record.value(&provider);
    record.value(&provider.capabilities());
    Ok(provider)
}

/// Creates a request with a restriction that the vendor supports, so that a response can reveal that it was ignored.
pub fn new_key(vendor: Vendor, name: String) -> NewApiKey {
    let new = NewApiKey::new(name);
    match vendor {
        Vendor::BetterAuth => new.metadata(json!({ "purpose": "test" })).expires_in(30 * DAY),
        Vendor::Clerk => {
            let new = new
                .owner("user_2NiWoBkkh1X8NEaCvMTNrmqOTcY")
                .scopes(["deploy"])
                .metadata(json!({ "purpose": "test" }));
            new.expires_in(30 * DAY)
        }
        Vendor::Mcp => new.expires_in(30 * DAY),
        Vendor::LatitudeSh => new.extra("read_only", true),
        Vendor::FastApi => new.scopes(["TASK-ADMIN"]),
        Vendor::Keyshield => new.scopes(["deploy"]).expires_in(30 * DAY),
        other => panic!("{other} has no keys here"),
    }
}

/// Returns a change that the vendor supports; `None` without an update operation.
pub fn changes(vendor: Vendor, number: u64) -> UpdateApiKey {
    let changes = UpdateApiKey::new();
    match vendor {
        Vendor::BetterAuth => changes.metadata(json!({ "number": number })),
        Vendor::LatitudeSh => {
            changes.extra("allowed_ips", json!([format!("10.1.{}.{}", number >> 8 & 255, number & 255)]))
        }
        _ => changes.description(format!("number {number}")),
    }
}
