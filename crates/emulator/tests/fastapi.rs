//! HTTP behavior of the FastAPI emulator.

mod http;

use api_keys_core::{ApiKeyProvider, KeyStatus, ListQuery, NewApiKey};
use api_keys_emulator::fastapi::{Mode, READ_ONLY_TOKEN};
use api_keys_emulator::{Emulator, Vendor};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};

const KEYS: &str = "/auth/api_keys/";
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

async fn start() -> Emulator {
    Emulator::start(Vendor::FastApi).await.unwrap()
}

async fn start_documented() -> Emulator {
    Emulator::builder(Mode::Documented).start().await.unwrap()
}

async fn call(emulator: &Emulator, method: Method, path: &str) -> Response {
    send(request(emulator, method, path).bearer_auth(emulator.token().expose())).await
}

async fn create(emulator: &Emulator, body: Value) -> Response {
    let request = request(emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
    send(request.json(&body)).await
}

fn id(key: &Value) -> &str {
    key["id"].as_str().unwrap()
}

fn detail(response: &Response, status: u16) -> String {
    assert_eq!(response.status, status, "{response:?}");
    assert_eq!(response.header("content-type"), Some("application/json"));
    response.json()["detail"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn create_returns_the_secret_with_200() {
    let emulator = start().await;
    let response =
        create(&emulator, json!({ "description": "probe", "roles": ["TASK-ADMIN", "TASK-ADMIN"] })).await;
    assert_eq!(response.status, 200);
    let key = response.json();
    assert_eq!((&key["description"], &key["is_active"]), (&json!("probe"), &json!(true)));
    assert_eq!(key["roles"], json!(["TASK-ADMIN", "TASK-ADMIN"]));
    assert_ne!(key["message"], "");
    assert_eq!(key.get("deactivated_at"), None);

    let secret = key["key"].as_str().unwrap();
    assert!(secret.len() == 108 && secret.ends_with('='), "{secret}");
    let decoded = String::from_utf8(BASE64_STANDARD.decode(secret).unwrap()).unwrap();
    let (owner, random) = decoded.split_once(':').unwrap();
    assert_eq!((owner, random.len()), (id(&key), 43));
    // A UUID of version 4.
    assert_eq!((id(&key).len(), &id(&key)[14..15]), (36, "4"));
}

#[tokio::test]
async fn absent_and_null_roles_differ() {
    let emulator = start().await;
    for (body, roles) in [
        (json!({}), json!(["VALIDATION-USER"])),
        (json!({ "roles": null }), json!([])),
        (json!({ "roles": [] }), json!([])),
    ] {
        assert_eq!(create(&emulator, body.clone()).await.json()["roles"], roles, "{body}");
    }
}

#[tokio::test]
async fn missing_and_empty_descriptions_differ() {
    let emulator = start().await;
    for (body, description) in [
        (json!({ "name": "ignored" }), None),
        (json!({ "description": null }), None),
        (json!({ "description": "" }), Some(json!(""))),
    ] {
        let key = create(&emulator, body.clone()).await.json();
        assert_eq!(key.get("description").cloned(), description, "{body}");
        let read = call(&emulator, Method::GET, &format!("{KEYS}{}", id(&key))).await.json();
        assert_eq!(read.get("description").cloned(), description, "{body}");
    }
}

#[tokio::test]
async fn get_has_no_secret_and_message() {
    let emulator = start().await;
    let created = create(&emulator, json!({ "description": "x" })).await.json();
    let read = call(&emulator, Method::GET, &format!("{KEYS}{}", id(&created))).await.json();
    let mut expected = created.clone();
    expected["message"] = json!("");
    expected.as_object_mut().unwrap().remove("key");
    assert_eq!(read, expected);
    assert_eq!(call(&emulator, Method::GET, "/auth/api_keys/?limit=0").await.json(), json!([expected]));
}

#[tokio::test]
async fn creation_time_is_the_start_time() {
    let now = std::sync::Arc::new(std::sync::Mutex::new("2026-01-01T00:00:00.5Z".parse().unwrap()));
    for (mode, expected) in [
        (Mode::Observed, ["2026-01-01T00:00:00.500000", "2026-01-01T00:00:00.500000"]),
        (Mode::Documented, ["2026-01-01T00:00:00.500000", "2026-01-02T00:00:00"]),
    ] {
        *now.lock().unwrap() = "2026-01-01T00:00:00.5Z".parse().unwrap();
        let clock = now.clone();
        let emulator = Emulator::builder(mode).clock(move || *clock.lock().unwrap()).start().await.unwrap();
        let first = create(&emulator, json!({})).await.json();
        *now.lock().unwrap() = "2026-01-02T00:00:00Z".parse().unwrap();
        let second = create(&emulator, json!({})).await.json();
        assert_eq!([&first["created_at"], &second["created_at"]], expected, "{mode:?}");
    }
}

#[tokio::test]
async fn deactivation_is_permanent() {
    let emulator = start().await;
    let key = create(&emulator, json!({})).await.json();
    let path = format!("{KEYS}deactivate/{}", id(&key));
    let mut times = Vec::new();
    for _ in 0..2 {
        let response = call(&emulator, Method::DELETE, &path).await;
        assert_eq!((response.status, response.body.as_str()), (204, ""));
        for absent in ["content-type", "content-length", "transfer-encoding"] {
            assert_eq!(response.header(absent), None, "{absent}");
        }
        let read = call(&emulator, Method::GET, &format!("{KEYS}{}", id(&key))).await.json();
        assert_eq!(read["is_active"], false);
        times.push(read["deactivated_at"].as_str().unwrap().to_owned());
    }
    assert!(times[0] < times[1], "each time counts: {times:?}");
    assert_eq!(call(&emulator, Method::GET, KEYS).await.body, "[]");
    let stored = emulator.store().list(ListQuery::new().include_inactive(true)).await.unwrap().items;
    assert_eq!(stored[0].status, KeyStatus::Revoked);
}

#[tokio::test]
async fn documented_deactivation_returns_the_key() {
    let emulator = start_documented().await;
    let key = create(&emulator, json!({ "description": "x" })).await.json();
    let response = call(&emulator, Method::DELETE, &format!("{KEYS}deactivate/{}", id(&key))).await;
    assert_eq!(response.status, 200);
    assert_eq!((&response.json()["id"], &response.json()["is_active"]), (&key["id"], &json!(false)));
}

#[tokio::test]
async fn id_is_accepted_in_any_uuid_form() {
    let emulator = start().await;
    let key = create(&emulator, json!({})).await.json();
    let plain = id(&key);
    for form in
        [plain.to_uppercase(), plain.replace('-', ""), format!("urn:uuid:{plain}"), format!("%7B{plain}%7D")]
    {
        let response = call(&emulator, Method::GET, &format!("{KEYS}{form}")).await;
        assert_eq!((response.status, response.json()["id"].as_str()), (200, Some(plain)), "{form}");
    }
    for (method, path) in [(Method::GET, ""), (Method::DELETE, "deactivate/")] {
        let response = call(&emulator, method, &format!("{KEYS}{path}{UNKNOWN}")).await;
        assert_eq!(detail(&response, 404), "API Key not found");
    }
}

#[tokio::test]
async fn id_must_be_a_uuid() {
    let emulator = start().await;
    for path in ["nope", "100%25", "%E9%8D%B5", "deactivate", "%00", "deactivate/nope"] {
        let method = if path == "deactivate/nope" { Method::DELETE } else { Method::GET };
        let text = detail(&call(&emulator, method, &format!("{KEYS}{path}")).await, 400);
        assert!(text.starts_with("1 validation error:\n  {'type': 'uuid_parsing', "), "{text}");
        assert!(text.contains("'loc': ('path', 'api_key_id')") && text.contains("File \""), "{text}");
    }
    let documented = start_documented().await;
    let response = call(&documented, Method::GET, &format!("{KEYS}nope")).await;
    assert_eq!(response.status, 422);
    let fault = response.json()["detail"][0].clone();
    assert_eq!((&fault["type"], &fault["input"]), (&json!("uuid_parsing"), &json!("nope")));
    assert_eq!(fault["loc"], json!(["path", "api_key_id"]));
    let error = fault["ctx"]["error"].as_str().unwrap();
    assert_eq!(fault["msg"], format!("Input should be a valid UUID, {error}"));
}

#[tokio::test]
async fn validation_errors_differ_by_mode() {
    let body = json!({ "description": 5, "roles": ["task-admin", "TASK-ADMIN", null] });
    let observed = start().await;
    let text = detail(&create(&observed, body.clone()).await, 400);
    assert!(
        text.starts_with("3 validation errors:\n  {'type': 'string_type', 'loc': ('body', 'description'), ")
    );
    assert!(
        text.contains(r#""Input should be 'DEFAULT-RULE-ADMIN', "#) && text.contains("'input': None"),
        "{text}"
    );
    assert!(text.ends_with("in create_api_key\n    POST /auth/api_keys/"), "{text}");

    let documented = start_documented().await;
    let response = create(&documented, body).await;
    assert_eq!(response.status, 422);
    let faults = response.json()["detail"].as_array().unwrap().clone();
    let reported: Vec<(&Value, &Value)> =
        faults.iter().map(|fault| (&fault["type"], &fault["loc"])).collect();
    let expected = [
        (json!("string_type"), json!(["body", "description"])),
        (json!("enum"), json!(["body", "roles", 0])),
        (json!("enum"), json!(["body", "roles", 2])),
    ];
    assert_eq!(reported, expected.iter().map(|(kind, loc)| (kind, loc)).collect::<Vec<_>>());
}

#[tokio::test]
async fn body_must_be_a_json_object() {
    let emulator = start_documented().await;
    let bare = |body: &'static str| request(&emulator, Method::POST, KEYS).body(body);
    for (content_type, body, kind) in [
        (Some("application/json"), "[]", "model_attributes_type"),
        (Some("application/json"), "null", "missing"),
        (Some("application/json"), "", "missing"),
        (Some("application/json"), r#"{"roles":"TASK-ADMIN"}"#, "list_type"),
        (Some("application/json"), r#"{"description":"#, "json_invalid"),
        (Some("text/plain"), "{}", "model_attributes_type"),
        (None, "{}", "model_attributes_type"),
    ] {
        let mut request = bare(body).bearer_auth(emulator.token().expose());
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let response = send(request).await;
        assert_eq!(response.status, 422, "{content_type:?} {body}");
        assert_eq!(response.json()["detail"][0]["type"], kind, "{content_type:?} {body}");
    }
    let vendor =
        bare("{}").bearer_auth(emulator.token().expose()).header("content-type", "application/vnd.api+json");
    assert_eq!(send(vendor).await.status, 200);
}

#[tokio::test]
async fn unstorable_string_is_a_server_error() {
    for (mode, content_type, body) in [
        (Mode::Observed, "application/json", r#"{"detail":"Something went wrong."}"#),
        (Mode::Documented, "text/plain; charset=utf-8", "Internal Server Error"),
    ] {
        let emulator = Emulator::builder(mode).start().await.unwrap();
        let request = request(&emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
        let request = request.header("content-type", "application/json").body(r#"{"description":"\ud800"}"#);
        let response = send(request).await;
        assert_eq!((response.status, response.header("content-type")), (500, Some(content_type)));
        assert_eq!(response.body, body);
    }
}

#[tokio::test]
async fn active_keys_and_roles_are_limited() {
    let emulator = Emulator::builder(Vendor::FastApi).max_active(2).start().await.unwrap();
    let first = create(&emulator, json!({})).await.json();
    create(&emulator, json!({})).await;
    let full = create(&emulator, json!({})).await;
    assert_eq!(detail(&full, 400), "Maximum number of active keys reached");
    // The role is checked first.
    let tenant = create(&emulator, json!({ "roles": ["TASK-ADMIN", "TENANT-USER"] })).await;
    assert!(detail(&tenant, 400).starts_with("Roles ['TENANT-USER'] cannot be assigned"));

    call(&emulator, Method::DELETE, &format!("{KEYS}deactivate/{}", id(&first))).await;
    assert_eq!(create(&emulator, json!({})).await.status, 200);
}

#[tokio::test]
async fn credentials_are_checked_in_two_steps() {
    let emulator = start().await;
    let token = emulator.token().expose();
    let key = create(&emulator, json!({ "roles": ["ORG-ADMIN"] })).await.json();
    for (header, reported) in [
        (None, "Requires authentication"),
        (Some("Basic YTpi".to_owned()), "Bad credentials"),
        (Some(token.to_owned()), "Bad credentials"),
        (Some("Bearer ".to_owned()), "Bad credentials"),
        (Some("Bearer a b".to_owned()), "Bad credentials"),
        (Some("Bearer wrong".to_owned()), "Unauthorized"),
        // An administrator's key is not accepted on these routes.
        (Some(format!("Bearer {}", key["key"].as_str().unwrap())), "Unauthorized"),
    ] {
        for (method, path) in [(Method::GET, ""), (Method::GET, UNKNOWN), (Method::DELETE, "deactivate/nope")]
        {
            let mut request = request(&emulator, method, &format!("{KEYS}{path}")).header("x-api-key", token);
            if let Some(header) = &header {
                request = request.header("authorization", header);
            }
            let response = send(request).await;
            if reported == "Unauthorized" && path == "deactivate/nope" {
                // An invalid value takes precedence over an invalid credential.
                detail(&response, 400);
            } else {
                assert_eq!(detail(&response, 401), reported, "{header:?}");
                assert_eq!(response.header("www-authenticate"), None);
            }
        }
    }
    let broken = request(&emulator, Method::POST, KEYS).header("content-type", "application/json").body("{");
    detail(&send(broken).await, 400);
    let lower = request(&emulator, Method::GET, KEYS).header("authorization", format!("bearer {token}"));
    assert_eq!(send(lower).await.status, 200);
}

#[tokio::test]
async fn cookie_precedes_the_header() {
    let emulator = start().await;
    let token = emulator.token().expose();
    let cookie = request(&emulator, Method::GET, KEYS);
    let cookie = cookie.header("cookie", format!("a=b; ACCESS_TOKEN=\"Bearer {token}\""));
    assert_eq!(send(cookie).await.status, 200);
    let both = request(&emulator, Method::GET, KEYS)
        .bearer_auth(token)
        .header("cookie", "ACCESS_TOKEN=\"Bearer x\"");
    assert_eq!(detail(&send(both).await, 401), "Unauthorized");
}

#[tokio::test]
async fn reader_cannot_write() {
    let emulator = start().await;
    let key = create(&emulator, json!({})).await.json();
    let reader = |method, path: &str| {
        request(&emulator, method, &format!("{KEYS}{path}")).bearer_auth(READ_ONLY_TOKEN).json(&json!({}))
    };
    assert_eq!(send(reader(Method::GET, "")).await.status, 200);
    assert_eq!(send(reader(Method::GET, id(&key))).await.status, 200);
    assert_eq!(detail(&send(reader(Method::POST, "")).await, 403), "Forbidden");
    let deactivate = format!("deactivate/{}", id(&key));
    assert_eq!(detail(&send(reader(Method::DELETE, &deactivate)).await, 403), "Forbidden");
}

#[tokio::test]
async fn slashes_and_methods_matter() {
    let emulator = start().await;
    for (method, path, to) in [
        (Method::GET, "/auth/api_keys", "/auth/api_keys/"),
        (Method::POST, "/auth/api_keys", "/auth/api_keys/"),
        (Method::GET, "/auth/api_keys/abc/", "/auth/api_keys/abc"),
        (Method::DELETE, "/auth/api_keys/deactivate/abc/", "/auth/api_keys/deactivate/abc"),
        (Method::DELETE, "/auth/api_keys/deactivate/", "/auth/api_keys/deactivate"),
    ] {
        let response = send(request(&emulator, method, path)).await;
        assert_eq!((response.status, response.body.as_str()), (307, ""), "{path}");
        assert_eq!(response.header("location"), Some(format!("{}{to}", emulator.base_url()).as_str()));
    }
    for path in ["/auth//api_keys/", "/auth/api_keys/a%2Fb", "/auth/nothing"] {
        assert_eq!(detail(&call(&emulator, Method::GET, path).await, 404), "Not Found");
    }
    for (method, path, allow) in [
        (Method::PUT, "", "POST"),
        (Method::DELETE, UNKNOWN, "GET"),
        (Method::DELETE, "deactivate", "GET"),
        (Method::POST, "deactivate/abc", "DELETE"),
    ] {
        let response = call(&emulator, method, &format!("{KEYS}{path}")).await;
        assert_eq!(detail(&response, 405), "Method Not Allowed");
        assert_eq!(response.header("allow"), Some(allow), "{path}");
    }
}

#[tokio::test]
async fn responses_are_chunked_when_observed() {
    for (mode, chunked) in [(Mode::Observed, true), (Mode::Documented, false)] {
        let emulator = Emulator::builder(mode).start().await.unwrap();
        for path in ["/auth/api_keys/", "/auth/api_keys", "/nowhere"] {
            let response = call(&emulator, Method::GET, path).await;
            assert_eq!(response.header("content-length").is_none(), chunked, "{mode:?} {path}");
            assert_eq!(response.header("transfer-encoding"), chunked.then_some("chunked"), "{mode:?} {path}");
        }
    }
}

#[tokio::test]
async fn keys_of_the_store_show_their_name() {
    let emulator = start().await;
    let _ = emulator.store().create(NewApiKey::new("planted")).await.unwrap();
    let key = call(&emulator, Method::GET, KEYS).await.json()[0].clone();
    assert_eq!((&key["description"], &key["roles"]), (&json!("planted"), &json!(["VALIDATION-USER"])));
}
