//! Requests that do not reach an operation, and the behavior of older versions.

mod http;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api_keys_core::Timestamp;
use api_keys_emulator::better_auth::{Options, Version};
use api_keys_emulator::{Emulator, Vendor};
use http::{Response, request, send};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const VERSIONS: [Version; 4] = [Version::V1_3, Version::V1_4, Version::V1_5, Version::V1_7];

async fn start() -> Emulator {
    Emulator::start(Vendor::BetterAuth).await.unwrap()
}

async fn start_version(version: Version) -> Emulator {
    Emulator::builder(version).start().await.unwrap()
}

/// A request by the user.
fn signed_in(emulator: &Emulator, method: Method, path: &str) -> RequestBuilder {
    request(emulator, method, path).bearer_auth(emulator.token().expose())
}

async fn get(emulator: &Emulator, path: &str) -> Response {
    send(signed_in(emulator, Method::GET, path)).await
}

async fn post(emulator: &Emulator, path: &str, body: Value) -> Response {
    send(signed_in(emulator, Method::POST, path).json(&body)).await
}

/// Sends a create with a raw body.
async fn create_raw(emulator: &Emulator, content_type: &str, body: &'static str) -> Response {
    let request = signed_in(emulator, Method::POST, "/api-key/create").header("content-type", content_type);
    send(request.body(body)).await
}

fn code(response: &Response, status: u16) -> String {
    assert_eq!(
        (response.status, response.header("content-type")),
        (status, Some("application/json")),
        "{response:?}"
    );
    response.json()["code"].as_str().expect("a code").to_owned()
}

#[tokio::test]
async fn body_is_validated_before_the_session() {
    let emulator = start().await;
    let post = async |path, body: Value| send(request(&emulator, Method::POST, path).json(&body)).await;
    assert_eq!(code(&post("/api-key/create", json!({})).await, 401), "UNAUTHORIZED_SESSION");
    assert_eq!(code(&post("/api-key/update", json!({ "keyId": "x" })).await, 401), "UNAUTHORIZED_SESSION");
    assert_eq!(code(&post("/api-key/delete", json!({ "keyId": "x" })).await, 401), "UNAUTHORIZED");
    assert_eq!(code(&post("/api-key/delete", json!({})).await, 400), "VALIDATION_ERROR");
    assert_eq!(code(&post("/api-key/create", json!({ "remaining": 5 })).await, 400), "SERVER_ONLY_PROPERTY");
    let response = send(request(&emulator, Method::GET, "/api-key/list")).await;
    assert_eq!(response.json(), json!({ "code": "UNAUTHORIZED", "message": "Unauthorized" }));
    assert_eq!(response.header("set-cookie"), None);
}

#[tokio::test]
async fn invalid_session_clears_cookies() {
    let emulator = start().await;
    let response = send(request(&emulator, Method::GET, "/api-key/list").bearer_auth("nope")).await;
    assert_eq!(code(&response, 401), "UNAUTHORIZED");
    let cookies: Vec<_> = response.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 3);
    assert_eq!(cookies[0], "better-auth.session_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax");
    // A token with an invalid signature is not looked up.
    let response = send(request(&emulator, Method::GET, "/api-key/list").bearer_auth("no.pe")).await;
    assert_eq!((response.status, response.header("set-cookie")), (401, None));
}

#[tokio::test]
async fn bearer_scheme_ignores_case() {
    let emulator = start().await;
    let credential = format!("bEARER {}", emulator.token().expose());
    let response =
        send(request(&emulator, Method::GET, "/api-key/list").header("authorization", credential)).await;
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn post_with_a_cookie_needs_an_origin() {
    let emulator = start().await;
    let own = emulator.base_url().strip_suffix("/api/auth").unwrap().to_owned();
    let create = async |headers: &[(&str, &str)]| {
        let request = signed_in(&emulator, Method::POST, "/api-key/create").json(&json!({}));
        send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    };
    assert_eq!(code(&create(&[("cookie", "a=b")]).await, 403), "MISSING_OR_NULL_ORIGIN");
    assert_eq!(code(&create(&[("cookie", "a=b"), ("origin", "null")]).await, 403), "MISSING_OR_NULL_ORIGIN");
    for foreign in ["https://evil.example", &format!("{own}.evil")] {
        assert_eq!(code(&create(&[("cookie", "a=b"), ("origin", foreign)]).await, 403), "INVALID_ORIGIN");
    }
    assert_eq!(create(&[("cookie", "a=b"), ("origin", &own)]).await.status, 200);
    assert_eq!(create(&[("cookie", "a=b"), ("referer", &format!("{own}/keys"))]).await.status, 200);
    assert_eq!(create(&[("origin", "https://evil.example")]).await.status, 200);
    let response = send(signed_in(&emulator, Method::GET, "/api-key/list").header("cookie", "a=b")).await;
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn only_json_is_accepted() {
    let emulator = start().await;
    let response = create_raw(&emulator, "Text/Plain; charset=utf-8", "{}").await;
    assert_eq!(code(&response, 415), "UNSUPPORTED_MEDIA_TYPE");
    let expected =
        "Content-Type \"Text/Plain; charset=utf-8\" is not allowed. Allowed types: application/json";
    assert_eq!(response.json()["message"], expected);
    assert_eq!(
        code(&create_raw(&emulator, "application/vnd.api+json", "{}").await, 415),
        "UNSUPPORTED_MEDIA_TYPE"
    );
    assert_eq!(create_raw(&emulator, "APPLICATION/JSON; charset=utf-8", "{}").await.status, 200);
    assert_eq!(code(&create_raw(&emulator, "application/json", "{\"name\":").await, 400), "BAD_REQUEST");
    // Without a content type the body is ignored.
    let response = send(signed_in(&emulator, Method::POST, "/api-key/create").body("{}")).await;
    assert_eq!(response.json()["message"], "[body] Invalid input: expected object, received undefined");
}

#[tokio::test]
async fn unknown_routes_are_empty_404s() {
    let emulator = start().await;
    for (method, path) in [
        (Method::GET, "/api-key/nope"),
        (Method::POST, "/api-key/verify"),
        (Method::POST, "/api-key/delete-all-expired-api-keys"),
        (Method::POST, "/api-key/list"),
        (Method::GET, "/api-key/create"),
        (Method::PATCH, "/api-key/update"),
        (Method::DELETE, "/api-key/delete"),
        (Method::HEAD, "/api-key/list"),
        (Method::OPTIONS, "/api-key/create"),
        (Method::GET, "/api-key/list/"),
        (Method::GET, "//api-key/list"),
    ] {
        let response = send(signed_in(&emulator, method.clone(), path)).await;
        let got = (response.status, response.body.as_str(), response.header("content-type"));
        assert_eq!(got, (404, "", None), "{method} {path}");
    }
}

/// Starts a server with a rate limit, and returns its clock in seconds.
async fn start_limited(version: Version, requests: u32, window: Duration) -> (Emulator, Arc<AtomicU64>) {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let emulator = Emulator::builder(Options::new(version).rate_limit(requests, window))
        .clock(move || start + Duration::from_secs(clock.load(Ordering::SeqCst)));
    (emulator.start().await.unwrap(), seconds)
}

#[tokio::test]
async fn requests_are_limited_per_address_and_path() {
    let (emulator, seconds) = start_limited(Version::V1_7, 2, Duration::from_secs(10)).await;
    assert_eq!(get(&emulator, "/api-key/list").await.status, 200);
    assert_eq!(get(&emulator, "/api-key/list?limit=1").await.status, 200);
    seconds.store(3, Ordering::SeqCst);
    let response = get(&emulator, "/api-key/list").await;
    assert_eq!((response.status, response.header("content-type")), (429, Some("text/plain;charset=UTF-8")));
    assert_eq!(response.json(), json!({ "message": "Too many requests. Please try again later." }));
    assert_eq!((response.header("x-retry-after"), response.header("retry-after")), (Some("7"), None));

    assert_eq!(post(&emulator, "/api-key/create", json!({})).await.status, 200);
    let elsewhere =
        signed_in(&emulator, Method::GET, "/api-key/list").header("x-forwarded-for", "203.0.113.9");
    assert_eq!(send(elsewhere).await.status, 200);
}

#[tokio::test]
async fn rate_limit_window_restarts() {
    let (emulator, seconds) = start_limited(Version::V1_4, 2, Duration::from_secs(10)).await;
    let list = async |at| {
        seconds.store(at, Ordering::SeqCst);
        let request = signed_in(&emulator, Method::GET, "/api-key/list");
        send(request.header("x-forwarded-for", "203.0.113.9, 10.0.0.1")).await.status
    };
    for (at, status) in [(0, 200), (9, 200), (11, 429), (18, 429), (20, 200), (21, 200), (22, 429)] {
        assert_eq!(list(at).await, status, "after {at} seconds");
    }
    // Before 1.7, clients without an address are not counted.
    for _ in 0..3 {
        assert_eq!(get(&emulator, "/api-key/list").await.status, 200);
    }
}

#[tokio::test]
async fn standalone_plugin_has_pages_and_owners() {
    for version in VERSIONS {
        let emulator = start_version(version).await;
        let key = post(&emulator, "/api-key/create", json!({ "name": "k" })).await.json();
        let list = get(&emulator, "/api-key/list?limit=0").await.json();
        if version < Version::V1_5 {
            assert_eq!(list[0]["id"], key["id"], "{version:?}");
            assert_eq!((key.get("configId"), key.get("referenceId")), (None, None), "{version:?}");
            assert!(key["userId"].is_string(), "{version:?}");
        } else {
            assert_eq!(list, json!({ "apiKeys": [], "total": 1, "limit": 0 }), "{version:?}");
            assert_eq!((&key["configId"], key.get("userId")), (&json!("default"), None), "{version:?}");
            assert!(key["referenceId"].is_string(), "{version:?}");
        }
    }
}

#[tokio::test]
async fn old_codes_derive_from_messages() {
    let unknown = json!({ "keyId": "x", "name": "n" });
    for version in VERSIONS {
        let emulator = start_version(version).await;
        let codes = [
            code(&post(&emulator, "/api-key/update", unknown.clone()).await, 404),
            code(&post(&emulator, "/api-key/create", json!({ "remaining": 5 })).await, 400),
            code(&send(request(&emulator, Method::POST, "/api-key/create").json(&json!({}))).await, 401),
            code(&post(&emulator, "/api-key/create", json!({ "name": 5 })).await, 400),
        ];
        let expected = if version < Version::V1_5 {
            [
                "API_KEY_NOT_FOUND",
                "THE_PROPERTY_YOURE_TRYING_TO_SET_CAN_ONLY_BE_SET_FROM_THE_SERVER_AUTH_INSTANCE_ONLY",
                "UNAUTHORIZED_OR_INVALID_SESSION",
                "VALIDATION_ERROR",
            ]
        } else {
            ["KEY_NOT_FOUND", "SERVER_ONLY_PROPERTY", "UNAUTHORIZED_SESSION", "VALIDATION_ERROR"]
        };
        assert_eq!(codes, expected, "{version:?}");
    }
}

#[tokio::test]
async fn built_in_plugin_omits_session_errors() {
    for version in [Version::V1_3, Version::V1_4] {
        let emulator = start_version(version).await;
        let response = send(request(&emulator, Method::GET, "/api-key/list").bearer_auth("nope")).await;
        assert_eq!((response.status, response.body.as_str()), (401, ""));
        assert_eq!(
            (response.header("content-type"), response.header("set-cookie")),
            (Some("application/json"), None)
        );
    }
}

#[tokio::test]
async fn own_user_id_is_accepted_before_1_5() {
    for (version, status) in VERSIONS.into_iter().zip([200, 200, 401, 401]) {
        let emulator = start_version(version).await;
        let key = post(&emulator, "/api-key/create", json!({})).await.json();
        let user = if version < Version::V1_5 { &key["userId"] } else { &key["referenceId"] };
        let response = post(&emulator, "/api-key/create", json!({ "userId": user })).await;
        assert_eq!(response.status, status, "{version:?}");
    }
}

#[tokio::test]
async fn invalid_json_differs_by_version() {
    let text = [400, 415, 415, 415];
    let form = [200, 415, 415, 415];
    let broken = [500, 500, 500, 400];
    for (i, version) in VERSIONS.into_iter().enumerate() {
        let emulator = start_version(version).await;
        assert_eq!(create_raw(&emulator, "text/plain", "{}").await.status, text[i], "{version:?}");
        let response = create_raw(&emulator, "application/x-www-form-urlencoded", "name=a%20form").await;
        assert_eq!(response.status, form[i], "{version:?}");
        if response.status == 200 {
            assert_eq!(response.json()["name"], "a form");
        }
        assert_eq!(
            create_raw(&emulator, "application/json", "{\"name\":").await.status,
            broken[i],
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn version_1_3_is_lenient_and_terse() {
    let emulator = start_version(Version::V1_3).await;
    let response = post(&emulator, "/api-key/create", json!({ "name": 5 })).await;
    assert_eq!(response.json(), json!({ "code": "VALIDATION_ERROR", "message": "Invalid body parameters" }));
    let response = get(&emulator, "/api-key/get").await;
    assert_eq!(response.json(), json!({ "code": "VALIDATION_ERROR", "message": "Invalid query parameters" }));
    // A cookie does not require an origin, and extra slashes are ignored.
    let request =
        signed_in(&emulator, Method::POST, "/api-key/create").header("cookie", "a=b").json(&json!({}));
    let key = send(request).await.json();
    assert_eq!(get(&emulator, "//api-key/list/").await.json()[0]["id"], key["id"]);
    // An update counts as a use.
    let response = post(&emulator, "/api-key/update", json!({ "keyId": key["id"], "name": "n" })).await;
    assert!(response.json()["lastRequest"].is_string(), "{response:?}");
}
