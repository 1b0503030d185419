//! Encoding of ids, and preservation of the base URL.

mod support;

use api_keys_core::Effect;
use api_keys_runtime::{FailureKind, Method, Operation, OperationClass, Request, TrailingSlash};
use proptest::prelude::*;
use support::{CREATE, GET, LIST, Vendor, respond};

static NESTED: Operation = Operation {
    id: "revokeApiKey",
    method: Method::POST,
    path: "/auth/api_keys/{user}/{id}/revoke",
    class: OperationClass::Idempotent,
    list: false,
};

async fn url_at(base_url: &str, request: Request) -> String {
    let vendor = Vendor::new([respond(200, "")]);
    vendor.builder_at(base_url).build().unwrap().send_empty::<()>(request).await.unwrap();
    vendor.urls().remove(0)
}

async fn url(request: Request) -> String {
    url_at("https://h", request).await
}

#[tokio::test]
async fn id_is_encoded_as_one_segment() {
    for (id, segment) in [
        ("k1", "k1"),
        ("a/b", "a%2Fb"),
        ("../..", "..%2F.."),
        ("%2e%2e", "%252e%252e"),
        ("%2F", "%252F"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\\b", "a%5Cb"),
        ("a b+c", "a%20b%2Bc"),
        (";&=@:$,!'()*[]{}|", "%3B%26%3D%40%3A%24%2C%21%27%28%29%2A%5B%5D%7B%7D%7C"),
        ("ключ-🔑", "%D0%BA%D0%BB%D1%8E%D1%87-%F0%9F%94%91"),
        ("...", "..."),
        ("-._~", "-._~"),
    ] {
        let request = Request::new(&GET).path_parameter("id", id);
        assert_eq!(url(request).await, format!("https://h/api_keys/{segment}"), "{id}");
    }
}

#[tokio::test]
async fn invalid_id_is_rejected_before_sending() {
    for id in ["", ".", "..", "a\nb", "\r\n", "a\0b", "\t", "a\u{7f}", "a\u{85}b"] {
        let vendor = Vendor::new([]);
        let request = Request::new(&GET).path_parameter("id", id);
        let error = vendor.client().send_empty::<()>(request).await.unwrap_err();

        let FailureKind::InvalidRequest(problem) = error.kind() else { panic!("{error:?}") };
        assert!(problem.starts_with("path parameter `id` "), "{problem}");
        assert_eq!((vendor.sent(), error.attempts(), error.effect()), (0, 0, Effect::NotApplied));
    }
}

#[tokio::test]
async fn missing_path_parameter_is_rejected() {
    let vendor = Vendor::new([]);
    let error = vendor.client().send_empty::<()>(Request::new(&GET)).await.unwrap_err();
    assert_eq!(error.to_string(), "getApiKey: path parameter `id` is missing");
}

#[tokio::test]
async fn path_parameters_are_matched_by_name() {
    let request = Request::new(&NESTED).path_parameter("id", "{user}").path_parameter("user", "u/1");
    assert_eq!(url(request).await, "https://h/auth/api_keys/u%2F1/%7Buser%7D/revoke");
}

#[tokio::test]
async fn base_path_is_kept() {
    for base in ["https://h/a/v1", "https://h/a/v1/", "https://h/a/v1//", "HTTPS://H:443/a/v1"] {
        assert_eq!(url_at(base, Request::new(&CREATE)).await, "https://h/a/v1/api_keys", "{base}");
    }
    assert_eq!(url_at("https://h:8443", Request::new(&CREATE)).await, "https://h:8443/api_keys");
    assert_eq!(url_at("https://h/a%2Fb/ü", Request::new(&CREATE)).await, "https://h/a%2Fb/%C3%BC/api_keys");
}

#[tokio::test]
async fn relative_segments_of_a_template_are_rejected() {
    const fn keys(path: &'static str) -> Operation {
        let (method, class) = (Method::GET, OperationClass::Safe);
        Operation { id: "getKeys", method, path, class, list: false }
    }
    static HIDDEN: Operation = keys("/.{name}/keys");
    assert_eq!(url(Request::new(&HIDDEN).path_parameter("name", "well")).await, "https://h/.well/keys");

    static RELATIVE: [Operation; 4] =
        [keys("/../keys"), keys("/a/%2e%2E"), keys("/a/."), keys("/a\\..\\keys")];
    for operation in &RELATIVE {
        let vendor = Vendor::new([]);
        assert!(vendor.client().send_empty::<()>(Request::new(operation)).await.is_err(), "{operation:?}");
        assert_eq!(vendor.sent(), 0);
    }
}

#[tokio::test]
async fn trailing_slash_is_configurable() {
    assert_eq!(url(Request::new(&LIST)).await, "https://h/api_keys/");

    let vendor = Vendor::new([respond(200, "")]);
    let client = vendor.builder_at("https://h").trailing_slash(TrailingSlash::Never).build().unwrap();
    client.send_empty::<()>(Request::new(&LIST)).await.unwrap();
    assert_eq!(vendor.urls(), ["https://h/api_keys"]);
}

#[tokio::test]
async fn mount_replaces_the_prefix() {
    for (from, to, expected) in [
        ("/auth/api_keys", "/keys", "https://h/v2/keys/u/k/revoke"),
        ("/auth/api_keys/", "/keys/", "https://h/v2/keys/u/k/revoke"),
        ("/auth", "", "https://h/v2/api_keys/u/k/revoke"),
        ("", "/x", "https://h/v2/x/auth/api_keys/u/k/revoke"),
        ("/auth/api", "/keys", "https://h/v2/auth/api_keys/u/k/revoke"),
        ("/other", "/keys", "https://h/v2/auth/api_keys/u/k/revoke"),
    ] {
        let vendor = Vendor::new([respond(200, "")]);
        let client = vendor.builder_at("https://h/v2").mount(from, to).build().unwrap();
        let request = Request::new(&NESTED).path_parameter("user", "u").path_parameter("id", "k");
        client.send_empty::<()>(request).await.unwrap();
        assert_eq!(vendor.urls(), [expected], "{from} -> {to}");
    }
}

#[tokio::test]
async fn query_parameters_are_encoded_and_repeated() {
    let request = Request::new(&CREATE)
        .query("subject", "user_1&admin=true #+ü")
        .query("limit", 10)
        .query_opt("offset", None::<i64>)
        .query_opt("all", Some(&true))
        .query_all("tag[]", ["a", "b c"])
        .query_all("none", [""; 0]);
    assert_eq!(
        url(request).await,
        "https://h/api_keys?subject=user_1%26admin%3Dtrue%20%23%2B%C3%BC&limit=10&all=true&tag%5B%5D=a&tag%5B%5D=b%20c"
    );
}

#[tokio::test]
async fn invalid_header_is_rejected_before_sending() {
    let vendor = Vendor::new([]);
    let request = Request::new(&CREATE).header("X-Trace", "a\r\nEvil: 1");
    let error = vendor.client().send_empty::<()>(request).await.unwrap_err();
    assert_eq!(error.to_string(), "createApiKey: header `X-Trace` contains a control character");
}

#[tokio::test]
async fn first_problem_is_reported() {
    let vendor = Vendor::new([]);
    let request = Request::new(&GET).path_parameter("id", "").header("x", "\n");
    let error = vendor.client().send_empty::<()>(request).await.unwrap_err();
    assert_eq!(error.kind(), &FailureKind::InvalidRequest("path parameter `id` is empty".to_owned()));
}

proptest! {
    #[test]
    fn no_id_leaves_its_segment(id in any::<String>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let vendor = Vendor::new([respond(200, "")]);
        let client = vendor.builder_at("https://h/v1").build().unwrap();
        let result = runtime.block_on(client.send_empty::<()>(Request::new(&GET).path_parameter("id", &id)));

        let unfit = id.is_empty() || id == "." || id == ".." || id.chars().any(char::is_control);
        prop_assert_eq!(result.is_err(), unfit);
        for request in vendor.requests.lock().unwrap().iter() {
            let segments: Vec<_> = request.uri.path().split('/').skip(1).collect();
            prop_assert_eq!(&segments[..2], ["v1", "api_keys"]);
            prop_assert_eq!(segments.len(), 3);
            let decoded = percent_encoding::percent_decode_str(segments[2]).decode_utf8().unwrap();
            prop_assert_eq!(decoded.as_ref(), id.as_str());
            prop_assert!(request.uri.query().is_none());
        }
    }
}
