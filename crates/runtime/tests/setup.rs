//! Construction of a client: validation, and the headers of every request.

mod support;

use std::time::Duration;

use api_keys_core::ErrorKind;
use api_keys_runtime::{Authentication, BuildError, Client, HttpConfig, Request, Timeouts};
use serde_json::json;
use support::{CREATE, SECRET, Vendor, respond};

fn build_error(builder: api_keys_runtime::ClientBuilder) -> String {
    builder.build().expect_err("an invalid builder").to_string()
}

#[test]
fn invalid_base_url_is_rejected() {
    for (base_url, because) in [
        ("", "must start with https://"),
        ("api.example.com", "must start with https://"),
        ("localhost:3000", "must start with https://"),
        ("ftp://example.com", "must start with https://"),
        ("file:///etc/passwd", "must start with https://"),
        ("https:/example.com", "must start with https://"),
        ("https://", "missing host"),
        ("https:///v1", "missing host"),
        ("https://?a", "missing host"),
        ("https://:443", "missing host"),
        ("https://exa mple.com", "white space"),
        (" https://example.com", "white space"),
        ("https://example.com\n", "white space"),
        ("https:\\\\example.com", "backslash"),
        ("https://example.com:99999", "not a URL"),
        ("https://example.com:", "not a URL"),
        ("https://exam%70le.com", "not a URL"),
        ("https://a,b", "not a URL"),
        ("https://127.1", "not a URL"),
        ("https://0x7f000001", "not a URL"),
        ("https://1.2.3.256", "not a URL"),
        ("https://[127.0.0.1]", "not a URL"),
        ("https://müller.example", "xn--"),
        ("https://example.com/a/../b", "relative path segment"),
        ("https://example.com/a/%2E%2e", "relative path segment"),
        ("https://[::1", "not a URL"),
        ("https://user@example.com", "user name or password"),
        ("https://user:password@example.com", "user name or password"),
        ("https://example.com/v1?a=b", "contains a query"),
        ("https://example.com/v1?", "contains a query"),
        ("https://example.com/v1#top", "contains a fragment"),
    ] {
        let build_error = build_error(Vendor::new([]).builder_at(base_url));
        assert!(
            build_error.starts_with("invalid base URL: ") && build_error.contains(because),
            "{base_url}: {build_error}"
        );
        assert!(!build_error.contains("password@"));
    }
}

#[test]
fn http_is_for_loopback_only() {
    for base_url in [
        "http://127.0.0.1:3000",
        "http://127.8.9.1",
        "http://[::1]:3000",
        "http://localhost/v1",
        "HTTP://LOCALHOST",
    ] {
        Vendor::new([]).builder_at(base_url).build().unwrap();
    }
    for base_url in [
        "http://example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://localhost.example.com",
        "http://[::2]",
    ] {
        let vendor = Vendor::new([]);
        assert!(matches!(vendor.builder_at(base_url).build(), Err(BuildError::InsecureHttp)), "{base_url}");
        vendor.builder_at(base_url).allow_http(true).build().unwrap();
    }
}

#[test]
fn invalid_credential_is_not_printed() {
    for (secret, because) in [
        (String::new(), "empty"),
        (format!("{SECRET}\n"), "control character"),
        (format!("{SECRET}\r\nEvil: 1"), "control character"),
        (format!(" {SECRET}"), "white space"),
        (format!("{SECRET}\0"), "control character"),
        (format!("{SECRET}ü"), "non-ASCII"),
    ] {
        for authentication in
            [Authentication::bearer(&*secret), Authentication::header("x-api-key", &*secret)]
        {
            let error = Vendor::new([]).builder().authentication(authentication).build().unwrap_err();
            assert!(error.to_string().contains(because), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"));

            let error = error.into_error("clerk");
            assert_eq!((error.kind(), error.vendor()), (ErrorKind::Configuration, "clerk"));
        }
    }
}

#[test]
fn invalid_settings_are_named() {
    let builder = || Vendor::new([]).builder();
    assert!(build_error(builder().header("bad name", "x")).contains("`bad name`"));
    assert!(build_error(builder().header("x", "a\nb")).contains("`x`"));
    assert!(build_error(builder().user_agent("a\nb")).contains("`user-agent`"));
    assert!(
        build_error(builder().authentication(Authentication::header("bad name", "x"))).contains("`bad name`")
    );
    let timeouts = Timeouts::default();
    assert!(build_error(builder().timeouts(timeouts.attempt(Duration::ZERO))).contains("attempt timeout"));
    assert!(build_error(builder().timeouts(timeouts.total(Duration::MAX))).contains("total timeout"));
    for (from, to) in [
        ("api", "/x"),
        ("/api", "x"),
        ("/api", "/a/../b"),
        ("/api", "//evil.example"),
        ("/api", "/a?b"),
        ("/api", "/{id}"),
    ] {
        assert!(build_error(builder().mount(from, to)).contains("mount path"), "{from} {to}");
    }
}

#[tokio::test]
async fn requests_have_the_client_headers() {
    let vendor = Vendor::new([respond(200, "")]);
    let client = vendor
        .builder()
        .vendor("clerk")
        .authentication(Authentication::bearer(SECRET))
        .header("Clerk-API-Version", "2026-05-12")
        .user_agent("my-app/1.2")
        .build()
        .unwrap();
    client.send_empty::<()>(Request::new(&CREATE).body_json(&json!({})).header("X-Extra", 1)).await.unwrap();

    let requests = vendor.requests.lock().unwrap();
    let headers = &requests[0].headers;
    assert_eq!(headers["authorization"], format!("Bearer {SECRET}"));
    assert!(headers["authorization"].is_sensitive());
    assert_eq!(headers["accept"], "application/json, */*;q=0.9");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["clerk-api-version"], "2026-05-12");
    assert_eq!(headers["x-extra"], "1");
    assert_eq!(headers["user-agent"], format!("my-app/1.2 api-keys/{} (clerk)", env!("CARGO_PKG_VERSION")));
    assert_eq!(requests[0].context.vendor, "clerk");
    assert_eq!(requests[0].context.operation.id, "createApiKey");
    assert_eq!(headers["host"], "api.example.com");
    assert_eq!(headers.len(), 7);
}

#[tokio::test]
async fn request_header_replaces_client_header() {
    let vendor = Vendor::new([respond(200, "")]);
    let client = vendor.builder().header("Clerk-API-Version", "old").build().unwrap();
    let request = Request::new(&CREATE)
        .header("Clerk-API-Version", "new")
        .body_json(&json!({}))
        .header("Content-Type", "application/vnd.api+json")
        .header_opt("X-None", None::<&str>);
    client.send_empty::<()>(request).await.unwrap();

    let requests = vendor.requests.lock().unwrap();
    assert_eq!(requests[0].headers["clerk-api-version"], "new");
    assert_eq!(
        requests[0].headers.get_all("content-type").iter().collect::<Vec<_>>(),
        ["application/vnd.api+json"]
    );
    assert!(!requests[0].headers.contains_key("x-none"));
}

#[tokio::test]
async fn request_without_body_has_no_content_type() {
    let vendor = Vendor::new([respond(200, "")]);
    vendor.client().send_empty::<()>(Request::new(&CREATE).body_json_opt(None::<&u8>)).await.unwrap();
    let requests = vendor.requests.lock().unwrap();
    assert!(requests[0].body.is_none() && !requests[0].headers.contains_key("content-type"));
}

#[tokio::test]
async fn unserializable_body_is_rejected() {
    let vendor = Vendor::new([]);
    let body = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = vendor.client().send_empty::<()>(Request::new(&CREATE).body_json(&body)).await.unwrap_err();
    assert_eq!(error.to_string(), "createApiKey: failed to serialize the body as JSON");
}

#[tokio::test(start_paused = true)]
async fn config_overrides_defaults() {
    let config: HttpConfig = serde_json::from_value(json!({
        "timeout": 2, "attempt_timeout": 0.5, "max_attempts": 2, "allow_http": true, "user_agent": "app",
    }))
    .unwrap();
    let vendor = Vendor::new([support::Step::Hang, support::Step::Hang]);
    let client = config.apply(vendor.builder_at("http://example.com")).build().unwrap();

    let started = tokio::time::Instant::now();
    let delete = Request::new(&support::DELETE).path_parameter("id", "k1");
    assert_eq!(client.send_empty::<()>(delete).await.unwrap_err().attempts(), 2);
    assert!((1000..1300).contains(&started.elapsed().as_millis()));
    assert!(vendor.requests.lock().unwrap()[0].headers["user-agent"].to_str().unwrap().starts_with("app "));

    let nothing: HttpConfig = serde_json::from_str("{}").unwrap();
    assert!(matches!(
        nothing.apply(vendor.builder_at("http://example.com")).build(),
        Err(BuildError::InsecureHttp)
    ));
}

#[test]
fn invalid_config_is_rejected() {
    for config in [
        json!({ "timout": 1 }),
        json!({ "timeout": -1 }),
        json!({ "timeout": "1s" }),
        json!({ "timeout": 1e300 }),
    ] {
        serde_json::from_value::<HttpConfig>(config.clone()).expect_err(&config.to_string());
    }
    let zero: HttpConfig = serde_json::from_value(json!({ "timeout": 0 })).unwrap();
    assert!(matches!(zero.apply(Vendor::new([]).builder()).build(), Err(BuildError::Timeout("total"))));
}

#[cfg(not(feature = "reqwest"))]
#[test]
fn client_needs_a_transport() {
    assert!(matches!(Client::builder("https://example.com").build(), Err(BuildError::NoTransport)));
}

#[cfg(feature = "reqwest")]
#[test]
fn custom_transport_is_used() {
    Client::builder("https://example.com").build().unwrap();
}

#[tokio::test]
async fn transport_can_be_wrapped() {
    let (original, replacement) = (Vendor::new([]), Vendor::new([respond(200, "1")]));
    let wrapper = replacement.clone();
    let config = HttpConfig::new().transport(original.clone()).wrap_transport(move |transport| {
        assert!(format!("{transport:?}").contains("Vendor"));
        wrapper.clone()
    });
    let client = config.apply(Client::builder("https://api.example.com")).build().unwrap();
    client.send_json::<u8, ()>(Request::new(&CREATE)).await.unwrap();
    assert_eq!((original.sent(), replacement.sent()), (0, 1));
}
