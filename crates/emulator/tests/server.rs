//! Behavior that all emulators share: binding, counting, stopping.

mod http;

use std::time::Duration;

use api_keys_core::{ApiKeyProvider, ListQuery};
use api_keys_emulator::{Emulator, Vendor, better_auth};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::json;

async fn get(emulator: &Emulator, path: &str) -> Response {
    send(request(emulator, Method::GET, path).bearer_auth(emulator.token().expose())).await
}

#[tokio::test]
async fn every_vendor_starts_with_no_keys() {
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.unwrap();
        assert_eq!(emulator.vendor(), vendor);
        assert!(emulator.base_url().starts_with("http://127.0.0.1:"), "{}", emulator.base_url());
        let keys = emulator.store().list(ListQuery::new().include_inactive(true)).await.unwrap();
        assert!(keys.items.is_empty());
    }
}

#[tokio::test]
async fn every_request_counts() {
    let emulator = Emulator::start(Vendor::BetterAuth).await.unwrap();
    assert_eq!(emulator.requests(), 0);
    assert_eq!(get(&emulator, "/ok").await.json(), json!({ "ok": true }));
    assert_eq!(get(&emulator, "/nope").await.header("content-type"), None);
    assert_eq!(emulator.requests(), 2);
}

#[tokio::test]
async fn token_is_configurable() {
    let chosen = Emulator::builder(Vendor::BetterAuth).token("chosen").start().await.unwrap();
    assert_eq!(chosen.token().expose(), "chosen");
    assert_eq!(get(&chosen, "/api-key/list").await.status, 200);
    let (one, other) =
        (Emulator::start(Vendor::Clerk).await.unwrap(), Emulator::start(Vendor::Clerk).await.unwrap());
    assert_ne!(one.token().expose(), other.token().expose());
}

#[tokio::test]
async fn port_is_in_use_until_stop() {
    let first = Emulator::start(Vendor::BetterAuth).await.unwrap();
    let port = first.base_url().rsplit(':').next().and_then(|rest| rest.split('/').next()).unwrap();
    let port: u16 = port.parse().unwrap();
    let again = || Emulator::builder(better_auth::Version::V1_4).port(port).start();
    assert_eq!(again().await.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    first.stop().await;
    let second = again().await.unwrap();
    assert_eq!(get(&second, "/ok").await.status, 200);
}

#[tokio::test]
async fn drop_stops_the_server() {
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    let url = emulator.base_url().to_owned();
    drop(emulator);
    let stopped = async { while reqwest::get(&url).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(10), stopped).await.expect("no more responses");
}

#[test]
fn vendors_parse_from_names() {
    for vendor in Vendor::ALL.iter().copied() {
        assert_eq!(vendor.as_str().parse(), Ok(vendor));
    }
    let error = "Clerk".parse::<Vendor>().unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown emulated vendor \"Clerk\" (emulated: better-auth, clerk, mcp, latitude-sh, fastapi, keyshield)"
    );
}

#[tokio::test]
async fn debug_does_not_contain_the_token() {
    let builder = Emulator::builder(Vendor::Clerk).token("sk_hidden");
    assert!(!format!("{builder:?}").contains("sk_hidden"));
    let emulator = builder.start().await.unwrap();
    assert!(!format!("{emulator:?}").contains("sk_hidden"));
}
