//! The emulator responds like better-auth.

use std::time::Duration;

use api_keys::better_auth::BetterAuthConfig;
use api_keys_core::{ApiKeyProvider, NewApiKey};
use api_keys_emulator::{Emulator, better_auth};
use api_keys_live_tests::better_auth::{Server, Version};
use api_keys_live_tests::probe::{Outcome, Probes};
use serde_json::{Value, json};

on_every_version! {
    emulator_matches,
    emulator_matches_since_1_5,
    emulator_matches_on_invalid_json,
    emulator_matches_without_metadata,
    emulator_matches_rate_limits,
}

fn emulated(version: Version) -> better_auth::Options {
    better_auth::Options::new(match version {
        Version::V1_3_9 => better_auth::Version::V1_3,
        Version::V1_4_22 => better_auth::Version::V1_4,
        Version::V1_5_6 => better_auth::Version::V1_5,
        Version::V1_6_33 | Version::V1_7_5 => better_auth::Version::V1_7,
    })
}

async fn emulator_matches(version: Version) {
    compare(include_str!("../../probes/better-auth.json"), version, json!({}), emulated(version)).await;
}

async fn emulator_matches_since_1_5(version: Version) {
    if version >= Version::V1_5_6 {
        let probes = include_str!("../../probes/better-auth-since-1.5.json");
        compare(probes, version, json!({}), emulated(version)).await;
    }
}

async fn emulator_matches_on_invalid_json(version: Version) {
    // 1.3.9 does not respond: its process exits.
    if version > Version::V1_3_9 {
        let probes = include_str!("../../probes/better-auth-malformed.json");
        compare(probes, version, json!({}), emulated(version)).await;
    }
}

async fn emulator_matches_without_metadata(version: Version) {
    let probes = include_str!("../../probes/better-auth-without-metadata.json");
    let options = json!({ "keys": { "enableMetadata": false } });
    compare(probes, version, options, emulated(version).metadata(false)).await;
}

async fn emulator_matches_rate_limits(version: Version) {
    let probes = include_str!("../../probes/better-auth-limited.json");
    let options = json!({ "server": { "rateLimit": { "enabled": true, "max": 2, "window": 60 } } });
    compare(probes, version, options, emulated(version).rate_limit(2, Duration::from_secs(60))).await;
}

/// Sends the same requests to both, and compares the responses of the server with the known ones.
async fn compare(json: &str, version: Version, options: Value, emulated: better_auth::Options) {
    let probes = Probes::parse(json);
    let Some(server) = Server::start(version, &options).await else { return };
    let (token, organization) = (server.token(), server.value("/organizations/0"));
    let emulator = Emulator::builder(emulated.organization(organization)).token(token).start().await.unwrap();

    let real = outcomes(&probes, server.base_url(), token, organization).await;
    let emulated = outcomes(&probes, emulator.base_url(), token, organization).await;
    let mut found = probes.differences(("server", &real), ("emulator", &emulated));
    found.extend(probes.surprises(&real));
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}

async fn outcomes(probes: &Probes, base_url: &str, token: &str, organization: &str) -> Vec<Outcome> {
    let provider = BetterAuthConfig::new(base_url, token).build().unwrap();
    let key = provider.create(NewApiKey::new("probe")).await.unwrap().key;
    provider.delete(&key.id).await.unwrap();
    let (user, origin) = (key.owner.unwrap(), base_url.trim_end_matches("/api/auth"));
    let values = [("token", token), ("organization", organization), ("user", &user), ("origin", origin)];
    probes.run(base_url, values).await
}
