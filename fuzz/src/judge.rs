//! The promises about one call.

use std::error::Error as _;
use std::fmt::Debug;

use api_keys::Effect;
use api_keys::runtime::{Error, FaultKind, OperationClass, OutgoingRequest, Response, StatusCode};

use crate::answer::Answer;
use crate::server::Server;
use crate::{FRESH, TOKEN, holds};

/// A refusal is read up to here.
const MOST_OF_ERROR: usize = 64 << 10;

/// Checks a call of a typed client. `secret_at` says where in this vendor's answers a new secret stands.
pub(crate) fn call<T: Debug, E: Debug>(
    server: &Server,
    secret_at: &[&str],
    result: &Result<Response<T>, Error<E>>,
) {
    let answer = &server.answer;
    let requests = server.take();
    sent_with_care(answer, &requests);
    match result {
        Ok(response) => {
            assert_eq!(response.status(), answer.status);
            assert!(answer.status.is_success(), "{} is no success", answer.status);
            assert_eq!(response.attempts() as usize, requests.len());
            fresh_secret_is_hidden(answer, secret_at, &format!("{response:?}"));
        }
        Err(error) => {
            assert_eq!(error.status(), Some(answer.status));
            assert_eq!(error.attempts() as usize, requests.len());
            assert_eq!(
                error.effect(),
                effect(error.operation().class, answer.status, error.kind() == &FaultKind::WebPage),
                "{error:?}"
            );
            let shown = format!("{error} {error:?} {:?} {:?}", error.source(), error.documented());
            assert!(!error.to_string().chars().any(char::is_control), "not one line: {error:?}");
            fresh_secret_is_hidden(answer, secret_at, &shown);
            if answer.status.is_success() {
                assert!(error.documented().is_none());
                // It may hold a secret that nobody else has.
                if !answer.headers.contains_key("content-length") {
                    assert_eq!(error.body().expose(), answer.body);
                }
            } else {
                assert!(error.body().len() <= MOST_OF_ERROR.max(answer.body.len() * 2));
                token_is_hidden(answer, error.body().expose(), &shown);
                for value in error.headers().values() {
                    assert!(!holds(value.as_bytes(), TOKEN), "a header holds the credential");
                }
            }
        }
    }
}

/// No operation that mints is sent twice, unless the vendor said that it did nothing.
pub(crate) fn sent_with_care(answer: &Answer, requests: &[OutgoingRequest]) {
    for request in requests {
        if request.context.operation.class == OperationClass::Unsafe {
            let refused = answer.status == StatusCode::TOO_MANY_REQUESTS;
            assert!(
                request.context.attempt == 1 || refused,
                "{} was sent again",
                request.context.operation.id
            );
        }
        assert!(request.context.attempt <= 3);
    }
}

/// What the vendor may have done, by the class of the operation and the answer of a call that failed.
pub(crate) fn effect(class: OperationClass, status: StatusCode, web_page: bool) -> Effect {
    if class == OperationClass::Safe {
        return Effect::NotApplied;
    }
    match status.as_u16() {
        200..=299 if web_page => Effect::Unknown,
        200..=299 => Effect::Applied,
        408 | 425 => Effect::Unknown,
        300..=499 => Effect::NotApplied,
        _ => Effect::Unknown,
    }
}

/// What is printed of a success never shows the new secret.
pub(crate) fn fresh_secret_is_hidden(answer: &Answer, secret_at: &[&str], shown: &str) {
    if answer.status.is_success() && answer.has_fresh_secret(secret_at) {
        assert!(!shown.contains(FRESH), "the new secret is shown: {shown}");
    }
}

/// What is kept and printed of a refusal never holds the credential, even if the vendor echoes it.
pub(crate) fn token_is_hidden(answer: &Answer, kept: &[u8], shown: &str) {
    assert!(!holds(kept, TOKEN), "the kept body holds the credential");
    // A vendor that writes the credential with `\u` escapes is not looked for.
    if !holds(&answer.body, "\\u") {
        assert!(!shown.contains(TOKEN), "the credential is shown: {shown}");
    }
}
