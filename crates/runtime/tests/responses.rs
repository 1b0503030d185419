//! Responses: decoding, limits and tolerance.

mod support;

use api_keys_core::{Effect, ErrorKind, Operation};
use api_keys_runtime::{
    BodyLimits, Bytes, Category, DocumentedError, Error, ErrorDetails, FailureKind, Json, Request, Response,
    decode_json,
};
use serde::Deserialize;
use support::{CREATE, DELETE, GET, LIST, SECRET, Step, Vendor, respond, respond_with};

#[derive(Debug, Deserialize, PartialEq)]
struct Key {
    id: String,
    claims: Option<Json>,
    #[serde(default)]
    limits: Vec<Limit>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Limit {
    most: u32,
}

#[derive(Debug, PartialEq)]
enum GetError {
    BadRequest(Message),
    NotFound,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Message {
    message: String,
}

impl DocumentedError for GetError {
    fn decode(status: u16, body: &[u8]) -> Option<Self> {
        match status {
            400 => decode_json(body).map(Self::BadRequest),
            404 => Some(Self::NotFound),
            _ => None,
        }
    }
}

fn get() -> Request {
    Request::new(&GET).path_parameter("id", "k1")
}

fn delete() -> Request {
    Request::new(&DELETE).path_parameter("id", "k1")
}

async fn get_with(step: Step) -> Result<Response<Key>, Error<GetError>> {
    Vendor::new([step]).client().send_json(get()).await
}

async fn create_with(step: Step) -> Error<()> {
    Vendor::new([step]).client().send_json::<Key, ()>(Request::new(&CREATE)).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn any_success_that_decodes_is_a_success() {
    for status in [200, 201, 202, 203, 299] {
        let body = r#"{ "id": "k1", "unknown": [1, {}], "limits": [] }"#;
        let response =
            get_with(respond_with(status, &[("x-request-id", "r1"), ("a", "b")], body)).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.attempts(), response.request_id()),
            (status, 1, Some("r1"))
        );
        assert_eq!(response.headers()["a"], "b");
        assert_eq!(response.into_body(), Key { id: "k1".to_owned(), claims: None, limits: vec![] });
    }
}

#[tokio::test(start_paused = true)]
async fn content_type_is_ignored() {
    let response =
        get_with(respond_with(200, &[("content-type", "text/plain")], r#"{"id":"k1"}"#)).await.unwrap();
    assert_eq!(response.body().id, "k1");
}

#[tokio::test(start_paused = true)]
async fn undocumented_body_is_ignored() {
    for step in [respond(200, "{}"), respond(200, "<html>"), Step::Broken { status: 200, part: "{".into() }] {
        Vendor::new([step]).client().send_empty::<()>(delete()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn web_page_is_an_error() {
    let page =
        || respond_with(200, &[("content-type", "Text/HTML; charset=utf-8")], "\n<!doctype html><h1>Hi</h1>");
    let error = Vendor::new([page()]).client().send_empty::<()>(delete()).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::WebPage, Effect::Unknown));
    assert!(!error.is_acknowledged(), "it is unknown whether the key was removed");

    let error = create_with(page()).await;
    assert_eq!((error.kind(), error.effect(), error.attempts()), (&FailureKind::WebPage, Effect::Unknown, 1));
    assert!(error.to_string().contains("the response is a web page"), "{error}");

    let error = get_with(page()).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::WebPage, Effect::NotApplied));
}

#[tokio::test(start_paused = true)]
async fn html_content_type_alone_is_accepted() {
    let html = [("content-type", "text/html")];
    assert_eq!(get_with(respond_with(200, &html, r#"{"id":"k1"}"#)).await.unwrap().body().id, "k1");
    for body in ["", "OK"] {
        Vendor::new([respond_with(204, &html, body)]).client().send_empty::<()>(delete()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn optional_body_can_be_missing() {
    for (body, expected) in [("", None), (" \n", None), ("null", None), ("7", Some(7))] {
        let response =
            Vendor::new([respond(200, body)]).client().send_json_opt::<u8, ()>(delete()).await.unwrap();
        assert_eq!(response.into_body(), expected, "{body:?}");
    }
    let error =
        Vendor::new([respond(200, "{")]).client().send_json_opt::<u8, ()>(delete()).await.unwrap_err();
    assert!(matches!(error.kind(), FailureKind::Decode { .. }));
}

#[tokio::test(start_paused = true)]
async fn missing_body_has_effect_applied() {
    for step in [respond(204, ""), respond(200, ""), respond(200, "  \r\n")] {
        let error = create_with(step).await;
        assert_eq!((error.kind(), error.effect()), (&FailureKind::EmptyBody, Effect::Applied));
        assert!(error.is_acknowledged());
    }
}

#[tokio::test(start_paused = true)]
async fn raw_body_is_kept_and_not_printed() {
    let body = Bytes::from_static(b"\xff\x00 anything");
    let response = Vendor::new([respond(200, body.clone())]).client().send_bytes::<()>(get()).await.unwrap();
    assert_eq!(response.body().expose(), body);
    assert!(!format!("{response:?}").contains("anything"));
}

#[tokio::test(start_paused = true)]
async fn decode_error_has_a_path_and_no_content() {
    let body = format!(
        "{{\"id\": \"k1\", \"claims\": {{}},\n \"limits\": [{{\"most\": 1}}, {{\"most\": \"{SECRET}\"}}]}}"
    );
    let error = create_with(respond(201, body.clone())).await;

    let FailureKind::Decode { path, line: 2, category: Category::Data, .. } = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(path, "limits[1].most");
    assert_eq!((error.effect(), error.attempts()), (Effect::Applied, 1));
    assert_eq!(error.body().expose(), body.as_bytes(), "the body is kept for rescue");
    assert!(!format!("{error} {error:?}").contains(SECRET));
    assert_eq!(
        error.to_string(),
        "createApiKey: the response body does not match the OpenAPI document at `limits[1].most` (line 2, column 56); effect applied"
    );
}

#[tokio::test(start_paused = true)]
async fn invalid_utf8_in_ignored_fields_is_accepted() {
    let latin1 = Bytes::from_static(b"{\"id\":\"k1\",\"note\":\"gr\xfcn\",\"limits\":[]}");
    let response = get_with(respond(200, latin1)).await.unwrap();
    assert_eq!(response.into_body(), Key { id: "k1".to_owned(), claims: None, limits: vec![] });
}

#[tokio::test(start_paused = true)]
async fn invalid_json_is_a_decode_error() {
    for (body, expected) in [
        (&b"<!DOCTYPE html><h1>Welcome</h1>"[..], Category::Syntax),
        (br#"{"id":"k1""#, Category::Eof),
        (br#"{"id":"k"#, Category::Eof),
        (b"{\"id\":\"\xff\xfe\"}", Category::Syntax),
        (br#"{"id":"k1"} trailing"#, Category::Syntax),
        (b"[]", Category::Data),
        (b"null", Category::Data),
        (br#"{"limits":[]}"#, Category::Data),
    ] {
        let error = create_with(respond(200, Bytes::from_static(body))).await;
        let FailureKind::Decode { category, .. } = error.kind() else { panic!("{error:?}") };
        assert_eq!(*category, expected, "{}", String::from_utf8_lossy(body));
        assert_eq!(error.body().expose(), body);
    }
}

#[tokio::test(start_paused = true)]
async fn encoded_body_is_an_error() {
    for (header, expected) in [
        ("gzip", "gzip"),
        ("identity, Br", "br"),
        ("x-gzip", "x-gzip"),
        (SECRET, "unknown"),
        ("a very long value with a secret", "unknown"),
    ] {
        let body = Bytes::from_static(b"\x1f\x8b\x08");
        let error = create_with(respond_with(201, &[("content-encoding", header)], body.clone())).await;
        assert_eq!(error.kind(), &FailureKind::ContentEncoding { encoding: expected.to_owned() });
        assert_eq!((error.effect(), error.attempts()), (Effect::Applied, 1));
        assert_eq!(error.body().expose(), body, "the body is kept for rescue");
        assert!(error.is_acknowledged());
        assert_eq!(
            error.to_string(),
            format!("createApiKey: unexpected content encoding `{expected}`; effect applied")
        );
        let error = error.into_error("clerk", Operation::Create, ErrorDetails::default());
        assert_eq!(error.kind(), ErrorKind::UnexpectedResponse);
    }
    for header in ["identity", "Identity", "", "identity, identity"] {
        let response = get_with(respond_with(200, &[("content-encoding", header)], r#"{"id":"k1"}"#)).await;
        assert_eq!(response.unwrap().body().id, "k1", "{header:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn ignored_body_can_be_encoded() {
    let encoded = |status| respond_with(status, &[("content-encoding", "gzip")], &b"\x1f\x8b"[..]);
    Vendor::new([encoded(200)]).client().send_empty::<()>(delete()).await.unwrap();
    let empty = respond_with(204, &[("content-encoding", "gzip")], "");
    let response = Vendor::new([empty]).client().send_json_opt::<u8, ()>(delete()).await.unwrap();
    assert_eq!(response.into_body(), None);
}

#[tokio::test(start_paused = true)]
async fn encoded_error_body_keeps_the_status() {
    for (status, kind) in [(404, ErrorKind::NotFound), (403, ErrorKind::PermissionDenied)] {
        let body = r#"{"message":"not decoded"}"#;
        let error = get_with(respond_with(status, &[("content-encoding", "gzip")], body)).await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (&FailureKind::Status, status));
        assert!(error.body_as::<Message>().is_none() && error.body().is_empty());
        let error = error.into_error("clerk", Operation::Get, ErrorDetails::default());
        assert_eq!(error.kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn incomplete_body_is_kept() {
    let part = format!(r#"{{"secret":"{SECRET}","#);
    let error = create_with(Step::Broken { status: 201, part: part.clone().into() }).await;
    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (&FailureKind::Transport, Effect::Applied, 1)
    );
    assert_eq!(error.body().expose(), part.as_bytes());
}

#[tokio::test(start_paused = true)]
async fn oversized_body_is_not_read_completely() {
    let limits = BodyLimits::default().object(10).list(20);
    for (request, size, fits) in [
        (get(), 10, true),
        (get(), 11, false),
        (Request::new(&LIST), 20, true),
        (Request::new(&LIST), 21, false),
    ] {
        let vendor = Vendor::new([respond(200, vec![b'x'; size])]);
        let result = vendor.builder().limits(limits).build().unwrap().send_bytes::<()>(request).await;
        match result {
            Ok(response) => assert!(fits && response.body().len() == size),
            Err(error) => {
                assert_eq!((error.kind(), fits), (&FailureKind::BodyTooLarge { limit: size - 1 }, false));
                assert_eq!(error.body().len(), size - 1, "what fits is kept");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn announced_oversized_body_is_not_read() {
    let error = create_with(respond_with(201, &[("content-length", "1048577")], "{}")).await;
    assert_eq!(
        (error.kind(), error.effect()),
        (&FailureKind::BodyTooLarge { limit: 1 << 20 }, Effect::Applied)
    );
    assert!(error.body().is_empty());
}

#[tokio::test(start_paused = true)]
async fn documented_error_is_typed() {
    let error = get_with(respond(400, r#"{"message":"no such subject"}"#)).await.unwrap_err();
    let expected = GetError::BadRequest(Message { message: "no such subject".to_owned() });
    assert_eq!(error.documented(), Some(expected));

    let error = get_with(respond(404, "")).await.unwrap_err();
    assert_eq!(error.documented(), Some(GetError::NotFound));
}

#[tokio::test(start_paused = true)]
async fn undocumented_error_body_keeps_the_status() {
    for body in ["<html>502</html>", "", "{", "\u{feff}{}", "plain"] {
        let error = get_with(respond(400, body)).await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (&FailureKind::Status, 400));
        assert!(error.documented().is_none());
        assert_eq!(error.body().expose(), body.as_bytes());
    }
}

#[tokio::test(start_paused = true)]
async fn undocumented_status_keeps_its_body() {
    let error = get_with(respond(418, r#"{"message":"teapot"}"#)).await.unwrap_err();
    assert!(error.documented().is_none());
    assert_eq!(error.body_as::<Message>().unwrap().message, "teapot");
}

#[tokio::test(start_paused = true)]
async fn error_body_is_truncated() {
    for headers in [&[][..], &[("content-length", "99999999")]] {
        let error = get_with(respond_with(403, headers, vec![b'x'; 100_000])).await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (&FailureKind::Status, 403));
        assert_eq!(error.body().len(), 64 << 10);
    }
}

#[tokio::test(start_paused = true)]
async fn incomplete_error_body_keeps_the_status() {
    let error = get_with(Step::Broken { status: 403, part: "because".into() }).await.unwrap_err();
    assert_eq!((error.kind(), error.body().expose()), (&FailureKind::Status, &b"because"[..]));
}

#[tokio::test(start_paused = true)]
async fn request_id_headers_are_recognized() {
    for name in [
        "x-request-id",
        "Request-Id",
        "x-amzn-requestid",
        "cf-ray",
        "x-correlation-id",
        "x-trace-id",
        "clerk-trace-id",
    ] {
        let error = get_with(respond_with(400, &[("date", "x"), (name, "r1")], "")).await.unwrap_err();
        assert_eq!(error.request_id(), Some("r1"), "{name}");
        assert!(error.to_string().ends_with("; request r1"), "{error}");
    }
    let long = "x".repeat(1000);
    let error =
        get_with(respond_with(400, &[("x-request-id", &long), ("cf-ray", "r2")], "")).await.unwrap_err();
    assert_eq!(error.request_id(), Some("r2"));
}

#[tokio::test(start_paused = true)]
async fn redirect_is_explained_and_not_followed() {
    for (location, explanation) in [
        ("/v1/api_keys/k1/", "to another path"),
        ("https://api.example.com/elsewhere?token=x", "to another path"),
        ("http://api.example.com/v1/api_keys/k1/", "to http://api.example.com;"),
        ("https://evil.example/v1?token=x", "to https://evil.example;"),
        ("//evil.example", "to https://evil.example;"),
        ("https://api.example.com:token@Evil.example:8443/", "to https://evil.example:8443;"),
        ("HTTPS://API.example.com:443/elsewhere", "to another path"),
        ("::not a location::", "to another path"),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let error = create_with(respond_with(status, &[("location", location)], "moved")).await;
            assert!(matches!(error.kind(), FailureKind::Redirect { .. }), "{error:?}");
            assert_eq!((error.effect(), error.attempts()), (Effect::NotApplied, 1));
            assert!(error.to_string().contains(explanation), "{location}: {error}");
            assert!(!format!("{error} {error:?}").contains("token"));
        }
    }
}
