//! Guarantees for calls of a generated client.

use std::error::Error as _;
use std::fmt::Debug;

use api_keys::runtime::{
    Error, FailureKind, Method, Operation, OperationClass, OutgoingRequest, Request, Response, StatusCode,
};
use api_keys::{Effect, SecretKey};
use serde::Deserialize;

use crate::response::CannedResponse;
use crate::server::Server;
use crate::target::{TOKEN, contains, operation};

/// Limit of the body of an error response.
const ERROR_BODY_LIMIT: usize = 64 << 10;

/// One operation of each class.
static OPERATIONS: [Operation; 3] = [
    operation(Method::GET, "/api_keys", OperationClass::Safe),
    operation(Method::PUT, "/api_keys", OperationClass::Idempotent),
    operation(Method::POST, "/api_keys", OperationClass::Unsafe),
];

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only printed")]
struct IssuedApiKey {
    id: Option<String>,
    #[serde(alias = "key", alias = "api_key")]
    secret: Option<SecretKey>,
}

/// Sends each operation with each way to read the response.
pub(crate) async fn every_operation(server: &std::sync::Arc<Server>) {
    let authentication = api_keys::runtime::Authentication::bearer(TOKEN);
    let client = server.builder("https://api.example.com").authentication(authentication).build();
    let client = client.expect("a client");
    for operation in &OPERATIONS {
        let request = || Request::new(operation);
        check(server, &client.send_json::<IssuedApiKey, ()>(request()).await);
        check(server, &client.send_json_opt::<IssuedApiKey, ()>(request()).await);
        check(server, &client.send_empty::<()>(request()).await);
        check(server, &client.send_bytes::<()>(request()).await);
    }
}

fn check<T: Debug>(server: &Server, result: &Result<Response<T>, Error<()>>) {
    const SECRETS: [&str; 3] = ["/secret", "/key", "/api_key"];
    let expected = &server.response;
    let requests = server.take();
    assert_no_duplicates(expected, &requests);
    match result {
        Ok(response) => {
            assert_eq!(response.status(), expected.status);
            assert!(expected.status.is_success(), "{} is an error status", expected.status);
            assert_eq!(response.attempts() as usize, requests.len());
            expected.assert_new_secret_hidden(&SECRETS, &format!("{response:?}"));
        }
        Err(error) => {
            assert_eq!(error.status(), Some(expected.status));
            assert_eq!(error.attempts() as usize, requests.len());
            let is_web_page = error.kind() == &FailureKind::WebPage;
            let effect = effect(error.operation().class, expected.status, is_web_page);
            assert_eq!(error.effect(), effect, "{error:?}");
            let shown = format!("{error} {error:?} {:?} {:?}", error.source(), error.documented());
            assert!(!error.to_string().chars().any(char::is_control), "not one line: {error:?}");
            expected.assert_new_secret_hidden(&SECRETS, &shown);
            if expected.status.is_success() {
                assert!(error.documented().is_none());
                // The body may contain the only copy of a secret.
                if !expected.headers.contains_key("content-length") {
                    assert_eq!(error.body().expose(), expected.body);
                }
            } else {
                assert!(error.body().len() <= ERROR_BODY_LIMIT.max(expected.body.len() * 2));
                assert_token_hidden(expected, error.body().expose(), &shown);
                for value in error.headers().values() {
                    assert!(!contains(value.as_bytes(), TOKEN), "a header contains the credential");
                }
            }
        }
    }
}

/// Asserts that unsafe operations are sent once, unless the server rejected them for its rate limit.
pub(crate) fn assert_no_duplicates(response: &CannedResponse, requests: &[OutgoingRequest]) {
    for OutgoingRequest { context, .. } in requests {
        let is_first = context.attempt == 1 || response.status == StatusCode::TOO_MANY_REQUESTS;
        let is_unsafe = context.operation.class == OperationClass::Unsafe;
        assert!(is_first || !is_unsafe, "{} was retried", context.operation.id);
        assert!(context.attempt <= 3);
    }
}

/// Returns the effect of a failed call, by the class of the operation and the response.
pub(crate) fn effect(class: OperationClass, status: StatusCode, is_web_page: bool) -> Effect {
    if class == OperationClass::Safe {
        return Effect::NotApplied;
    }
    match status.as_u16() {
        200..=299 if is_web_page => Effect::Unknown,
        200..=299 => Effect::Applied,
        408 | 425 => Effect::Unknown,
        300..=499 => Effect::NotApplied,
        _ => Effect::Unknown,
    }
}

/// Asserts that the kept and printed parts of an error response do not contain the credential.
pub(crate) fn assert_token_hidden(response: &CannedResponse, kept: &[u8], shown: &str) {
    assert!(!contains(kept, TOKEN), "the kept body contains the credential");
    // A credential with `\u` escapes is not recognized.
    if !contains(&response.body, "\\u") {
        assert!(!shown.contains(TOKEN), "the credential is shown: {shown}");
    }
}
