//! The conformance suite, on the emulators.

use std::sync::Arc;
use std::time::Duration;

use api_keys::better_auth::BetterAuthConfig;
use api_keys::clerk::ClerkConfig;
use api_keys::fastapi::FastApiConfig;
use api_keys::keyshield::KeyshieldConfig;
use api_keys::latitude_sh::LatitudeShConfig;
use api_keys::mcp::{CredentialPlace, McpConfig};
use api_keys_conformance::{Options, run};
use api_keys_core::{ApiKeyProvider, KeyId, Verification};
use api_keys_emulator::{Emulator, Vendor, better_auth, fastapi, mcp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs the suite. The emulator's store reports the valid secrets and the number of requests.
async fn conforms(emulator: Emulator, provider: &dyn ApiKeyProvider, options: Options) {
    let emulator = Arc::new(emulator);
    let store = emulator.store().clone();
    let counted = Arc::clone(&emulator);
    let options = options.request_counter(move || counted.requests()).secret_is_live(move |secret| {
        let store = store.clone();
        async move { matches!(store.verify(&secret).await, Ok(Verification::Valid(_))) }
    });
    run(provider, options).await.assert_passed();
}

fn id(id: &str) -> KeyId {
    id.parse().expect("an id")
}

async fn better_auth_conforms(version: better_auth::Version) {
    let emulator = Emulator::builder(version).start().await.unwrap();
    let provider = BetterAuthConfig::new(emulator.base_url(), emulator.token().clone()).build().unwrap();
    let options = Options::new()
        .min_expiry(DAY)
        .create_extra("prefix", "abc_")
        .unknown_id(id("BVb2BlG8Tco3n5WsTB9UnLRs0k7C5hXq"));
    conforms(emulator, &provider, options).await;
}

#[tokio::test]
async fn better_auth_1_3() {
    better_auth_conforms(better_auth::Version::V1_3).await;
}

#[tokio::test]
async fn better_auth_1_4() {
    better_auth_conforms(better_auth::Version::V1_4).await;
}

#[tokio::test]
async fn better_auth_1_5() {
    better_auth_conforms(better_auth::Version::V1_5).await;
}

#[tokio::test]
async fn better_auth_1_7() {
    better_auth_conforms(better_auth::Version::V1_7).await;
}

#[tokio::test]
async fn clerk() {
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    let provider = ClerkConfig::new(emulator.token().clone()).base_url(emulator.base_url()).build().unwrap();
    let user = "user_2sQq2dTg5ZxW9rB1nC4vK7mL0pH";
    let options = Options::new()
        .owner(user)
        .other_owner("org_2sQq2dTg5ZxW9rB1nC4vK7mL0pJ")
        .create_extra("created_by", user)
        .unknown_id(id("ak_0123456789abcdef0123456789abcdef"))
        .min_expiry(Duration::from_secs(1))
        .skip("create_rejects_a_lifetime_below_minimum", "Clerk takes any span over zero")
        .wait(tokio::time::sleep);
    conforms(emulator, &provider, options).await;
}

async fn mcp_conforms(generation: mcp::Generation, place: CredentialPlace) {
    let emulator = Emulator::builder(generation).start().await.unwrap();
    let config = McpConfig::new(emulator.base_url(), emulator.token().clone()).credential_place(place);
    let provider = config.build().unwrap();
    conforms(emulator, &provider, Options::new().min_expiry(DAY)).await;
}

#[tokio::test]
async fn mcp_with_the_token_in_the_header() {
    mcp_conforms(mcp::Generation::Bearer, CredentialPlace::Header).await;
}

#[tokio::test]
async fn mcp_with_the_token_in_the_body() {
    mcp_conforms(mcp::Generation::BodyCredentials, CredentialPlace::Body).await;
}

#[tokio::test]
async fn latitude_sh() {
    let emulator = Emulator::start(Vendor::LatitudeSh).await.unwrap();
    let provider =
        LatitudeShConfig::new(emulator.token().clone()).base_url(emulator.base_url()).build().unwrap();
    let options = Options::new().create_extra("read_only", true).update_extra("read_only", false);
    conforms(emulator, &provider, options).await;
}

async fn fastapi_conforms(mode: fastapi::Mode) {
    let emulator = Emulator::builder(mode).start().await.unwrap();
    let provider = FastApiConfig::new(emulator.base_url(), emulator.token().clone()).build().unwrap();
    let options = Options::new()
        .scopes("ORG-ADMIN", "ORG-AUDITOR")
        .unknown_id(id("00000000-0000-4000-8000-000000000000"));
    conforms(emulator, &provider, options).await;
}

#[tokio::test]
async fn fastapi_as_observed() {
    fastapi_conforms(fastapi::Mode::Observed).await;
}

#[tokio::test]
async fn fastapi_as_documented() {
    fastapi_conforms(fastapi::Mode::Documented).await;
}

#[tokio::test]
async fn keyshield() {
    let emulator = Emulator::start(Vendor::Keyshield).await.unwrap();
    let provider = KeyshieldConfig::new(emulator.base_url(), emulator.token().clone()).build().unwrap();
    let options = Options::new()
        .scopes("files:read", "files:write")
        .unknown_id(id("00000000000040008000000000000000"))
        .min_expiry(Duration::from_secs(1))
        .skip("create_rejects_a_lifetime_below_minimum", "the router takes any time that lies ahead")
        .wait(tokio::time::sleep);
    conforms(emulator, &provider, options).await;
}
