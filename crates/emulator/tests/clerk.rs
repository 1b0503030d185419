//! HTTP behavior of the Clerk emulator.

mod http;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api_keys_core::{ApiKeyProvider, KeyId, KeyStatus, Timestamp};
use api_keys_emulator::{Emulator, Vendor, clerk};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};

const SUBJECT: &str = "user_2xhFjEI5X2qWRvtV13BzSj8H6Dk";
const UNKNOWN: &str = "/api_keys/ak_00000000000000000000000000000000";

async fn start() -> Emulator {
    Emulator::start(Vendor::Clerk).await.unwrap()
}

/// Starts an emulator, and returns its clock in seconds since the start of 2026.
async fn start_with_clock() -> (Emulator, Arc<AtomicU64>) {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let now = move || start + Duration::from_secs(clock.load(Ordering::SeqCst));
    (Emulator::builder(Vendor::Clerk).clock(now).start().await.unwrap(), seconds)
}

async fn call(emulator: &Emulator, method: Method, path: &str, body: Option<Value>) -> Response {
    let request = request(emulator, method, path).bearer_auth(emulator.token().expose());
    send(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

async fn get(emulator: &Emulator, path: &str) -> Response {
    call(emulator, Method::GET, path, None).await
}

async fn post(emulator: &Emulator, path: &str, body: Value) -> Response {
    call(emulator, Method::POST, path, Some(body)).await
}

/// Creates a key of the subject with additional fields.
async fn create(emulator: &Emulator, name: &str, fields: Value) -> Value {
    let mut body = json!({ "name": name, "subject": SUBJECT });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let response = post(emulator, "/api_keys", body).await;
    assert_eq!(response.status, 200, "{response:?}");
    response.json()
}

fn path(key: &Value) -> String {
    format!("/api_keys/{}", key["id"].as_str().unwrap())
}

/// Checks the envelope of an error, and returns the codes and the long messages.
fn errors(response: &Response, status: u16) -> Vec<(String, String)> {
    assert_eq!(
        (response.status, response.header("content-type")),
        (status, Some("application/json")),
        "{response:?}"
    );
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let body = response.json();
    let errors = body["errors"].as_array().expect("errors").iter();
    errors
        .map(|error| {
            text(&error["message"]);
            (text(&error["code"]), text(&error["long_message"]))
        })
        .collect()
}

fn bad(response: &Response) -> Vec<String> {
    let errors = errors(response, 400);
    assert!(errors.iter().all(|(code, _)| code == "bad_request"), "{errors:?}");
    errors.into_iter().map(|(_, message)| message).collect()
}

#[tokio::test]
async fn create_returns_the_secret() {
    let (emulator, _) = start_with_clock().await;
    let fields = json!({
        "description": "for CI", "claims": { "a": 1 }, "scopes": ["read"], "created_by": SUBJECT,
        "seconds_until_expiration": 90.5,
    });
    let mut key = create(&emulator, "ci key", fields).await;

    let id = key["id"].as_str().unwrap().strip_prefix("ak_").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|c| c.is_ascii_hexdigit()), "{id}");
    let secret = key.as_object_mut().unwrap().remove("secret").unwrap();
    assert_eq!(secret.as_str().map(str::len), Some(35));
    let expected = json!({
        "object": "api_key", "id": key["id"], "type": "api_key", "subject": SUBJECT, "name": "ci key",
        "description": "for CI", "claims": { "a": 1 }, "scopes": ["read"], "created_by": SUBJECT,
        "revoked": false, "revocation_reason": null, "expired": false, "last_used_at": null,
        "created_at": 1_767_225_600_000.0, "updated_at": 1_767_225_600_000.0, "expiration": 1_767_225_690_500.0,
    });
    assert_eq!(key, expected);
    let response = get(&emulator, &path(&key)).await;
    assert_eq!(response.json(), expected);
    assert!(response.body.contains("\"created_at\":1767225600000.0"), "a float: {}", response.body);
    assert_eq!(get(&emulator, &format!("{}/secret", path(&key))).await.json(), json!({ "secret": secret }));
}

#[tokio::test]
async fn absent_fields_are_empty() {
    let emulator = start().await;
    let key = create(&emulator, "bare", json!({ "description": null, "claims": null })).await;
    for (name, value) in [
        ("description", Value::Null),
        ("claims", Value::Null),
        ("scopes", json!([])),
        ("expiration", Value::Null),
        ("created_by", Value::Null),
    ] {
        assert_eq!(key[name], value, "{name}");
    }
}

#[tokio::test]
async fn create_status_can_be_201() {
    let emulator = Emulator::builder(clerk::Options::new().created(true)).start().await.unwrap();
    let response = post(&emulator, "/api_keys", json!({ "name": "key", "subject": SUBJECT })).await;
    assert_eq!(response.status, 201);
    assert!(response.json()["secret"].is_string());
}

#[tokio::test]
async fn invalid_fields_are_named() {
    let emulator = start().await;
    let invalid = |field: &str, problem: &str| vec![format!("Invalid 'body.{field}': {problem}")];
    let with = |field: &str, value: Value| {
        let mut body = json!({ "name": "key", "subject": SUBJECT });
        body[field] = value;
        body
    };
    for (field, value, problem) in [
        ("name", json!("ab"), "Must be at least 3 characters"),
        ("name", json!(" abc"), "Failed regex check"),
        ("name", json!("a\nb"), "Failed regex check"),
        ("name", Value::Null, "Expected a string"),
        ("type", json!("ab"), "Must be at least 3 characters"),
        ("type", json!("t".repeat(26)), "Must be at most 25 characters"),
        ("description", json!("d".repeat(256)), "Must be at most 255 characters"),
        ("subject", json!("user_short"), "Failed regex check"),
        ("subject", json!("team_2xhFjEI5X2qWRvtV13BzSj8H6Dk"), "Failed regex check"),
        ("created_by", json!("org_2xhFjEI5X2qWRvtV13BzSj8H6Dk"), "Failed regex check"),
        ("scopes", json!(["a", 1]), "Expected an array of strings"),
        ("scopes", Value::Null, "Expected an array of strings"),
        ("seconds_until_expiration", json!(0), "Must be greater than 0"),
        ("seconds_until_expiration", json!("60"), "Expected a number"),
        ("expires_in", json!(60), "Unrecognized key"),
    ] {
        assert_eq!(bad(&post(&emulator, "/api_keys", with(field, value)).await), invalid(field, problem));
    }
    let problems = bad(&post(&emulator, "/api_keys", json!({})).await);
    assert_eq!(problems, [invalid("name", "Required"), invalid("subject", "Required")].concat());
    assert_eq!(bad(&post(&emulator, "/api_keys", json!([])).await).len(), 1);
    assert_eq!(bad(&call(&emulator, Method::POST, "/api_keys", None).await).len(), 1);
    create(&emulator, "abc", json!({ "description": "d".repeat(255), "type": "t".repeat(25) })).await;
}

#[tokio::test]
async fn list_is_per_subject_and_paged() {
    let emulator = start().await;
    for i in 0..12 {
        create(&emulator, &format!("key {i}"), json!({})).await;
    }
    create(&emulator, "other kind", json!({ "type": "machine" })).await;
    let other = json!({ "name": "other owner", "subject": "org_2xhFjEI5X2qWRvtV13BzSj8H6Dk" });
    assert_eq!(post(&emulator, "/api_keys", other).await.status, 200);

    let list = async |query: &str| {
        let response = get(&emulator, &format!("/api_keys?subject={SUBJECT}{query}")).await;
        assert_eq!(response.status, 200, "{response:?}");
        let body = response.json();
        let names: Vec<_> = body["data"].as_array().unwrap().iter().map(|key| key["name"].clone()).collect();
        assert!(response.body.contains(".0}"), "the total is a float: {}", response.body);
        (names, body["total_count"].as_f64().unwrap())
    };
    let (names, total) = list("").await;
    assert_eq!((names.len(), total), (10, 12.0));
    // Integers, and floats as sent by the vendor's SDK.
    for query in ["&limit=2&offset=10", "&limit=2.0&offset=10.0"] {
        assert_eq!(list(query).await, (vec![json!("key 10"), json!("key 11")], 12.0));
    }
    assert_eq!(list("&offset=12").await, (vec![], 12.0));
    assert_eq!(list("&query=y%2011").await, (vec![json!("key 11")], 1.0));
    assert_eq!(list("&type=machine").await, (vec![json!("other kind")], 1.0));
}

#[tokio::test]
async fn list_parameters_are_validated() {
    let emulator = start().await;
    let invalid = |name: &str, problem: &str| vec![format!("Invalid 'query_parameter.{name}': {problem}")];
    assert_eq!(bad(&get(&emulator, "/api_keys").await), invalid("subject", "Required"));
    let response = get(&emulator, "/api_keys?subject=nobody").await;
    assert_eq!(bad(&response), invalid("subject", "Failed regex check"));
    for (query, name, problem) in [
        ("limit=0", "limit", "Expected a number from 1 to 100"),
        ("limit=101", "limit", "Expected a number from 1 to 100"),
        ("limit=many", "limit", "Expected a number from 1 to 100"),
        ("offset=-1", "offset", "Expected a number from 0"),
        ("include_invalid=1", "include_invalid", "Expected 'true' or 'false'"),
    ] {
        let response = get(&emulator, &format!("/api_keys?subject={SUBJECT}&{query}")).await;
        assert_eq!(bad(&response), invalid(name, problem));
    }
}

#[tokio::test]
async fn inactive_keys_are_listed_on_request() {
    let (emulator, seconds) = start_with_clock().await;
    create(&emulator, "live", json!({})).await;
    create(&emulator, "expiring", json!({ "seconds_until_expiration": 60 })).await;
    let revoked = create(&emulator, "revoked", json!({})).await;
    assert_eq!(post(&emulator, &format!("{}/revoke", path(&revoked)), json!({})).await.status, 200);
    seconds.store(61, Ordering::SeqCst);

    let names = async |query: &str| -> Vec<Value> {
        let list = get(&emulator, &format!("/api_keys?subject={SUBJECT}{query}")).await.json();
        list["data"].as_array().unwrap().iter().map(|key| key["name"].clone()).collect()
    };
    assert_eq!(names("").await, ["live"]);
    assert_eq!(names("&include_invalid=false").await, ["live"]);
    assert_eq!(names("&include_invalid=true").await, ["live", "expiring", "revoked"]);
}

#[tokio::test]
async fn update_keeps_clears_and_sets() {
    let (emulator, seconds) = start_with_clock().await;
    let fields =
        json!({ "description": "d", "claims": [1], "scopes": ["a"], "seconds_until_expiration": 60 });
    let key = create(&emulator, "key", fields).await;
    let patch = async |body: Value| call(&emulator, Method::PATCH, &path(&key), Some(body)).await;

    let same = patch(json!({})).await;
    assert_eq!((same.status, &same.json()["updated_at"]), (200, &key["updated_at"]));
    seconds.store(10, Ordering::SeqCst);
    let other = "org_2xhFjEI5X2qWRvtV13BzSj8H6Dk";
    let set =
        patch(json!({ "subject": other, "scopes": ["b"], "seconds_until_expiration": 1.5 })).await.json();
    assert_eq!((&set["subject"], &set["scopes"]), (&json!(other), &json!(["b"])));
    assert_eq!((&set["description"], &set["claims"]), (&json!("d"), &json!([1])));
    assert_eq!(set["expiration"], json!(1_767_225_611_500.0));
    assert_eq!(set["updated_at"], json!(1_767_225_610_000.0));
    let cleared =
        patch(json!({ "description": null, "claims": null, "seconds_until_expiration": null })).await;
    let cleared = cleared.json();
    for name in ["description", "claims", "expiration"] {
        assert_eq!(cleared[name], Value::Null, "{name}");
    }
    assert_eq!(cleared["scopes"], json!(["b"]));
    assert_eq!(bad(&patch(json!({ "name": "new" })).await), ["Invalid 'body.name': Unrecognized key"]);
    assert_eq!(bad(&patch(json!({ "scopes": null })).await).len(), 1);
}

#[tokio::test]
async fn revoked_key_keeps_its_reason() {
    let emulator = start().await;
    let key = create(&emulator, "key", json!({})).await;
    let revoke = format!("{}/revoke", path(&key));
    let revoked = post(&emulator, &revoke, json!({ "revocation_reason": "leaked" })).await.json();
    assert_eq!((&revoked["revoked"], &revoked["revocation_reason"]), (&json!(true), &json!("leaked")));
    assert_eq!(get(&emulator, &path(&key)).await.json(), revoked);
    let id = KeyId::new(key["id"].as_str().unwrap()).unwrap();
    assert_eq!(emulator.store().get(&id).await.unwrap().status, KeyStatus::Revoked);

    assert_eq!(post(&emulator, &revoke, json!({ "revocation_reason": null })).await.json(), revoked);
    assert_eq!(bad(&post(&emulator, &revoke, json!({ "reason": "x" })).await).len(), 1);
    assert_eq!(bad(&call(&emulator, Method::POST, &revoke, None).await).len(), 1);
    let body = json!({ "description": "x" });
    assert_eq!(
        bad(&call(&emulator, Method::PATCH, &path(&key), Some(body)).await),
        ["The API key is revoked"]
    );
}

#[tokio::test]
async fn inactive_secret_verifies_with_200() {
    let (emulator, seconds) = start_with_clock().await;
    let expiring = create(&emulator, "expiring", json!({ "seconds_until_expiration": 60 })).await;
    let revoked = create(&emulator, "revoked", json!({})).await;
    let verify =
        async |secret: &Value| post(&emulator, "/api_keys/verify", json!({ "secret": secret })).await;

    let good = verify(&expiring["secret"]).await;
    assert_eq!(good.status, 200);
    let good = good.json();
    assert_eq!(
        (&good["id"], &good["expired"], &good["revoked"]),
        (&expiring["id"], &json!(false), &json!(false))
    );
    assert_eq!((&good["last_used_at"], good.get("secret")), (&json!(1_767_225_600_000.0), None));

    post(&emulator, &format!("{}/revoke", path(&revoked)), json!({})).await;
    seconds.store(61, Ordering::SeqCst);
    for (key, sign) in [(&expiring, "expired"), (&revoked, "revoked")] {
        let response = verify(&key["secret"]).await;
        assert_eq!(response.status, 200);
        assert_eq!((&response.json()["id"], &response.json()[sign]), (&key["id"], &json!(true)));
    }
    assert_eq!(errors(&verify(&json!("ak_unknown")).await, 404)[0].0, "resource_not_found");
    assert_eq!(bad(&verify(&json!(5)).await), ["Invalid 'body.secret': Expected a string"]);
}

#[tokio::test]
async fn deleted_key_is_not_found() {
    let emulator = start().await;
    let key = create(&emulator, "key", json!({})).await;
    let response = call(&emulator, Method::DELETE, &path(&key), None).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.json(), json!({ "object": "api_key", "id": key["id"], "deleted": true }));
    assert_eq!(errors(&get(&emulator, &path(&key)).await, 404)[0].0, "resource_not_found");
    let verified = post(&emulator, "/api_keys/verify", json!({ "secret": key["secret"] })).await;
    assert_eq!(verified.status, 404);
}

#[tokio::test]
async fn unknown_and_malformed_ids_differ() {
    let emulator = start().await;
    let operations = [
        (Method::GET, "", None),
        (Method::PATCH, "", Some(json!({}))),
        (Method::DELETE, "", None),
        (Method::GET, "/secret", None),
        (Method::POST, "/revoke", Some(json!({}))),
    ];
    for (method, suffix, body) in operations {
        let response = call(&emulator, method.clone(), &format!("{UNKNOWN}{suffix}"), body.clone()).await;
        assert_eq!(errors(&response, 404)[0].0, "resource_not_found", "{method} {suffix}");
        let response = call(&emulator, method, &format!("/api_keys/ak_a%2Fb{suffix}"), body).await;
        assert_eq!(bad(&response), ["Invalid 'url_parameter.apiKeyID': Failed regex check"]);
    }
    assert_eq!(errors(&get(&emulator, "/users").await, 404)[0].0, "resource_not_found");
    assert_eq!(
        errors(&call(&emulator, Method::PUT, "/api_keys", None).await, 404)[0].0,
        "resource_not_found"
    );
}

#[tokio::test]
async fn every_route_needs_the_secret_key() {
    let emulator = start().await;
    for path in ["/api_keys", UNKNOWN, "/users"] {
        let response = send(request(&emulator, Method::GET, path)).await;
        assert_eq!(errors(&response, 401)[0].0, "authentication_invalid");
        let response = send(request(&emulator, Method::GET, path).bearer_auth("sk_test_wrong")).await;
        assert_eq!(errors(&response, 401)[0].0, "clerk_key_invalid");
    }
}

#[tokio::test]
async fn create_beyond_the_quota_is_a_conflict() {
    let emulator = Emulator::builder(Vendor::Clerk).max_active(1).start().await.unwrap();
    create(&emulator, "key", json!({})).await;
    let response = post(&emulator, "/api_keys", json!({ "name": "key", "subject": SUBJECT })).await;
    assert_eq!(errors(&response, 409)[0].0, "api_key_quota_exceeded");
}
