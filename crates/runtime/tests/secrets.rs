//! Redaction of secrets in all output.

mod support;

use std::sync::Arc;

use api_keys_core::{self as core, SecretKey};
use api_keys_runtime::{Authentication, Client, DocumentedError, ErrorDetails, Request, decode_json, secret};
use serde::{Deserialize, Serialize};
use support::{CREATE, SECRET, Step, Vendor, respond, respond_with};

const VERIFIED: &str = "ak_canary_verified/with+odd=characters";

#[derive(Serialize)]
struct Verify {
    #[serde(serialize_with = "secret::expose")]
    key: SecretKey,
}

#[derive(Debug, Deserialize)]
struct ErrorBody {
    detail: String,
}

impl DocumentedError for ErrorBody {
    fn decode(_: u16, body: &[u8]) -> Option<Self> {
        decode_json(body)
    }
}

fn client(vendor: &Arc<Vendor>) -> Client {
    vendor.builder().authentication(Authentication::header("x-api-key", SECRET)).build().unwrap()
}

fn request() -> Request {
    Request::new(&CREATE).body_json(&Verify { key: SecretKey::new(VERIFIED) })
}

/// Returns the printed forms of an error.
fn shown(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("{error} {error:?}"));
        cause = error.source();
    }
    text
}

#[tokio::test(start_paused = true)]
async fn echoed_secrets_are_redacted() {
    let echo =
        format!(r#"{{"detail":"{SECRET} may not verify {VERIFIED} or {}"}}"#, VERIFIED.replace('/', "\\/"));
    let vendor =
        Vendor::new([respond_with(400, &[("x-request-id", SECRET), ("www-authenticate", SECRET)], echo)]);
    let error = client(&vendor).send_json::<u8, ErrorBody>(request()).await.unwrap_err();

    let body = error.documented().unwrap();
    assert_eq!(body.detail, "[redacted] may not verify [redacted] or [redacted]");
    assert_eq!(error.request_id(), Some("[redacted]"));
    assert_eq!(error.headers()["www-authenticate"], "[redacted]");
    assert!(!String::from_utf8_lossy(error.body().expose()).contains("canary"));

    let details = ErrorDetails { message: Some(body.detail.clone()), ..ErrorDetails::default() };
    assert!(!shown(&error).contains("canary"));
    let error = error.erase().into_error("clerk", core::Operation::Verify, details);
    assert!(!shown(&error).contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_a_secret() {
    let new = format!(r#"{{"secret":"{SECRET}"}}"#);
    for step in [
        respond(200, new.clone()),
        respond(200, format!("{new} trailing")),
        respond(500, new.clone()),
        respond_with(
            200,
            &[("set-cookie", SECRET), ("set-auth-token", SECRET), ("content-length", "99999999")],
            "",
        ),
        respond_with(307, &[("location", &format!("https://elsewhere.example/{SECRET}?{SECRET}"))], SECRET),
        Step::Broken { status: 200, part: new.clone().into() },
        Step::Hang,
    ] {
        let vendor = Vendor::new([step.clone()]);
        let error = client(&vendor).send_json::<u8, ()>(request()).await.unwrap_err();
        assert!(!shown(&error).contains("canary"), "{step:?}");
        let error = error.erase().into_error("clerk", core::Operation::Create, ErrorDetails::default());
        assert!(!shown(&error).contains("canary"), "{step:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_debug_output_shows_a_secret() {
    let vendor = Vendor::new([respond_with(200, &[("set-cookie", SECRET), ("set-auth-token", SECRET)], "1")]);
    let authentication = Authentication::bearer(SECRET);
    let builder = Client::builder(format!("https://user:{SECRET}@example.com"))
        .authentication(authentication.clone())
        .header("x-other", SECRET);
    let client = client(&vendor);
    let request = request().path_parameter("id", SECRET).query("q", SECRET).header("x", "y");
    let mut shown = format!("{authentication:?} {builder:?} {client:?} {request:?}");
    let response = client.send_json::<u8, ()>(request).await.unwrap();
    shown.push_str(&format!("{response:?} {:?}", vendor.requests.lock().unwrap()[0]));

    assert!(!shown.contains("canary"), "{shown}");
}
