//! Keys in requests, and responses to rejected ones.

use api_keys_core::ApiKeyProvider as _;
use api_keys_core::{Expiry, NewApiKey, RevokeOptions, Timestamp, UpdateApiKey};
use api_keys_tower::{Authenticator, Rejection};
use http::{HeaderName, HeaderValue, Request, Response};
use serde_json::{Value, json};

use crate::support::{Keys, bearer, send, status};

fn request(headers: &[(&str, &[u8])]) -> Request<()> {
    let mut request = Request::get("/").body(()).expect("a request");
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a name");
        request.headers_mut().append(name, HeaderValue::from_bytes(value).expect("a value"));
    }
    request
}

#[tokio::test]
async fn key_is_read_from_its_header() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let authenticator = keys.authenticator();
    let value = |format: &str| format.replace("KEY", &secret).into_bytes();
    for (name, format) in [
        ("authorization", "Bearer KEY"),
        ("authorization", "bearer KEY"),
        ("authorization", "BEARER \t KEY  "),
        ("x-api-key", "KEY"),
        ("x-api-key", "  KEY "),
    ] {
        let response = send(&authenticator, request(&[(name, &value(format))])).await;
        assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "ci"), "{name}: {format}");
    }
}

#[tokio::test]
async fn ambiguous_or_missing_keys_are_rejected() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let authenticator = keys.authenticator();
    let good = format!("Bearer {secret}").into_bytes();
    let secret = secret.as_bytes();
    let long = vec![b'x'; 1025];
    type Headers<'a> = &'a [(&'a str, &'a [u8])];
    let cases: &[(u16, Headers<'_>)] = &[
        (401, &[]),
        (401, &[("authorization", b"Basic dXNlcjpwYXNz")]),
        (401, &[("authorization", b"")]),
        (401, &[("authorization", b"Bearer")]),
        (401, &[("authorization", b"Bearer ")]),
        (401, &[("x-api-key", b"")]),
        (401, &[("x-api-key", b"two words")]),
        (401, &[("x-api-key", b"key\xe9")]),
        (401, &[("x-api-key", "é".as_bytes())]),
        (401, &[("x-api-key", &long)]),
        (400, &[("x-api-key", secret), ("x-api-key", secret)]),
        (400, &[("authorization", &good), ("authorization", &good)]),
        (400, &[("authorization", &good), ("x-api-key", secret)]),
        (400, &[("authorization", &good), ("x-api-key", b"")]),
        (200, &[("authorization", b"Basic dXNlcjpwYXNz"), ("x-api-key", secret)]),
        (200, &[("authorization", b"Basic dXNlcjpwYXNz"), ("authorization", &good)]),
    ];
    for (status, headers) in cases {
        let response = send(&authenticator, request(headers)).await;
        assert_eq!(response.status(), *status, "{headers:?}: {}", response.body());
    }
    assert_eq!(keys.calls(), 1, "a rejected request was looked up");
}

#[tokio::test]
async fn places_can_be_configured() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let custom = Authenticator::builder(keys.provider())
        .bearer(false)
        .headers([HeaderName::from_static("x-acme-key")])
        .query_parameter("api key")
        .build()
        .expect("built");
    let get = |uri: String| Request::get(uri).body(()).expect("a request");
    assert_eq!(send(&custom, request(&[("x-acme-key", secret.as_bytes())])).await.status(), 200);
    assert_eq!(send(&custom, get(format!("/?a=b&api%20key={secret}"))).await.status(), 200);
    assert_eq!(send(&custom, get(format!("/?api%20key={secret}&api%20key={secret}"))).await.status(), 400);
    assert_eq!(send(&custom, get("/?api%20key=%ff".to_owned())).await.status(), 401);
    assert_eq!(send(&custom, bearer(&secret)).await.status(), 401);
    assert_eq!(send(&keys.authenticator(), get(format!("/?api%20key={secret}"))).await.status(), 401);
    let nowhere = Authenticator::builder(keys.provider()).bearer(false).headers([]).build();
    assert!(nowhere.is_err());
}

fn parts(response: &Response<String>) -> (u16, Vec<(String, String)>, String) {
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()));
    (response.status().as_u16(), headers.collect(), response.body().clone())
}

#[tokio::test]
async fn invalid_keys_cannot_be_told_apart() {
    let keys = Keys::new();
    let (revoked, revoked_secret) = keys.create(NewApiKey::new("revoked")).await;
    let _ = keys.memory.revoke(&revoked, RevokeOptions::new()).await.expect("revoked");
    let (disabled, disabled_secret) = keys.create(NewApiKey::new("disabled")).await;
    keys.memory.update(&disabled, UpdateApiKey::new().enabled(false)).await.expect("disabled");
    let past = NewApiKey::new("expired").expiry(Expiry::At(Timestamp::UNIX_EPOCH));
    let (_, expired_secret) = keys.create(past).await;
    let authenticator = Authenticator::builder(keys.provider()).accepts(|key| key != "malformed").build();
    let authenticator = authenticator.expect("built");
    let expected = parts(&send(&authenticator, bearer("ak_unknown")).await);
    assert_eq!(expected.0, 401);
    for secret in [&*revoked_secret, &*disabled_secret, &*expired_secret, "malformed", &"x".repeat(5_000)] {
        // From the provider, and from the cache.
        for _ in 0..2 {
            assert_eq!(parts(&send(&authenticator, bearer(secret)).await), expected);
        }
    }
}

#[tokio::test]
async fn responses_are_problem_documents() {
    let keys = Keys::new();
    let authenticator = keys.authenticator();
    let (_, used_up) = keys.create(NewApiKey::new("used up").extra("remaining", 0)).await;
    let check = |response: Response<String>, status: u16, challenge: Option<&str>| {
        let headers = response.headers();
        assert_eq!(response.status(), status);
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(headers["cache-control"], "no-store");
        let found = headers.get("www-authenticate").map(|value| value.to_str().expect("text"));
        assert_eq!(found, challenge);
        let body: Value = serde_json::from_str(response.body()).expect("JSON");
        assert_eq!((&body["type"], &body["status"]), (&json!("about:blank"), &json!(status)));
        assert!(body["detail"].is_string() && body["title"].is_string());
        headers.get("retry-after").map(|value| value.to_str().expect("text").to_owned())
    };
    check(send(&authenticator, request(&[])).await, 401, Some("Bearer"));
    check(send(&authenticator, bearer("x")).await, 401, Some("Bearer error=\"invalid_token\""));
    let twice = request(&[("x-api-key", b"a"), ("x-api-key", b"b")]);
    check(send(&authenticator, twice).await, 400, Some("Bearer error=\"invalid_request\""));
    check(send(&authenticator, bearer(&used_up)).await, 429, None);
    keys.fail(true);
    let wait = check(send(&authenticator, bearer("other")).await, 503, None);
    assert_eq!(wait.as_deref(), Some("7"));
}

#[tokio::test]
async fn responses_can_be_replaced() {
    use tower::{Layer as _, ServiceExt as _, service_fn};

    let keys = Keys::new();
    let layer = api_keys_tower::ApiKeyLayer::new(keys.authenticator()).response(|rejection: &Rejection| {
        let mut response = Response::new(bytes::Bytes::from(rejection.as_str()));
        *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
        response
    });
    let service = layer.layer(service_fn(|_: Request<()>| async {
        Ok::<Response<bytes::Bytes>, std::convert::Infallible>(Response::default())
    }));
    let response = service.oneshot(bearer("x")).await.expect("a response");
    assert_eq!((response.status().as_u16(), &response.body()[..]), (418, &b"not_found"[..]));
}

#[tokio::test]
async fn garbage_is_not_looked_up() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let authenticator =
        Authenticator::builder(keys.provider()).accepts(|key| key.starts_with("ak_")).build().expect("built");
    for n in 0..10_000 {
        assert_eq!(status(&authenticator, &format!("garbage{n}")).await, 401);
    }
    assert_eq!(keys.calls(), 0);
    assert_eq!(status(&authenticator, &secret).await, 200);
}

#[tokio::test]
async fn axum_handlers_extract_the_key() {
    use api_keys_tower::{ApiKeyLayer, Authenticated};
    use axum::Router;
    use axum::routing::get;
    use tower::ServiceExt as _;

    let keys = Keys::new();
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    let router = Router::new()
        .route("/", get(async |key: Authenticated| key.id.to_string()))
        .layer(ApiKeyLayer::new(keys.authenticator()))
        .route("/open", get(async |key: Option<Authenticated>| key.is_some().to_string()))
        .route("/forgotten", get(async |key: Authenticated| key.id.to_string()));
    let send = async |path: &str, secret: &str| {
        let request = Request::get(path).header("x-api-key", secret).body(axum::body::Body::empty());
        let response = router.clone().oneshot(request.expect("a request")).await.expect("a response");
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    };
    assert_eq!(send("/", &secret).await, (200, id.to_string()));
    assert_eq!(send("/", "x").await.0, 401);
    assert_eq!(send("/open", &secret).await, (200, "false".to_owned()));
    assert_eq!(send("/forgotten", &secret).await.0, 401);
}

#[tokio::test]
async fn each_key_has_a_rate_limit() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let (_, other) = keys.create(NewApiKey::new("other")).await;
    let limit = 3.try_into().expect("not zero");
    let hour = std::time::Duration::from_secs(3600);
    let authenticator =
        Authenticator::builder(keys.provider()).rate_limit(limit, hour).build().expect("built");
    for _ in 0..3 {
        assert_eq!(status(&authenticator, &secret).await, 200);
    }
    let response = send(&authenticator, bearer(&secret)).await;
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1_190..=1_200).contains(&wait), "{wait}");
    assert_eq!(status(&authenticator, &other).await, 200);
    assert_eq!(status(&authenticator, "unknown").await, 401);
    let zero = Authenticator::builder(keys.provider()).rate_limit(limit, std::time::Duration::ZERO).build();
    assert!(zero.is_err());
}
