//! Conversion of failed calls to errors of the provider interface.

mod support;

use api_keys_core::{Effect, ErrorKind, Operation, Violation};
use api_keys_runtime::{Error, ErrorDetails, Request, TransportErrorKind};
use support::{CREATE, GET, Step, Vendor, respond, respond_with};

async fn fault(step: Step) -> Error {
    Vendor::new([step]).client().send_json::<u8, ()>(Request::new(&CREATE)).await.unwrap_err().erase()
}

async fn kind(step: Step) -> ErrorKind {
    fault(step).await.into_error("clerk", Operation::Create, ErrorDetails::default()).kind()
}

#[tokio::test(start_paused = true)]
async fn each_failure_has_its_kind() {
    for (status, expected) in [
        (400, ErrorKind::InvalidInput),
        (422, ErrorKind::InvalidInput),
        (401, ErrorKind::Unauthenticated),
        (402, ErrorKind::LimitReached),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::NotFound),
        (410, ErrorKind::NotFound),
        (408, ErrorKind::Timeout),
        (409, ErrorKind::Conflict),
        (418, ErrorKind::UnexpectedResponse),
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (307, ErrorKind::Configuration),
        (200, ErrorKind::UnexpectedResponse),
    ] {
        assert_eq!(kind(respond(status, "")).await, expected, "{status}");
    }
    assert_eq!(kind(respond_with(429, &[("retry-after", "60")], "")).await, ErrorKind::RateLimited);
    assert_eq!(kind(respond(200, "{")).await, ErrorKind::UnexpectedResponse);
    assert_eq!(kind(Step::Hang).await, ErrorKind::Timeout);
    assert_eq!(kind(Step::Fail(TransportErrorKind::Io)).await, ErrorKind::Transport);
}

#[tokio::test(start_paused = true)]
async fn error_contains_all_details() {
    let headers = [("retry-after", "60"), ("x-request-id", "r1")];
    let fault = fault(respond_with(429, &headers, "the body")).await;
    let details = ErrorDetails {
        code: Some("quota".to_owned()),
        message: Some("too many keys".to_owned()),
        violations: vec![Violation::new("name", "is taken")],
        kind: Some(ErrorKind::LimitReached),
        retry_after: None,
    };
    let error = fault.into_error("clerk", Operation::Create, details);

    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (ErrorKind::LimitReached, Effect::NotApplied, 1)
    );
    assert_eq!((error.vendor(), error.operation()), ("clerk", Some(Operation::Create)));
    assert_eq!(
        (error.status(), error.vendor_code(), error.vendor_message()),
        (Some(429), Some("quota"), Some("too many keys"))
    );
    assert_eq!(error.violations(), [Violation::new("name", "is taken")]);
    assert_eq!(error.retry_after().unwrap().as_secs(), 60);
    assert_eq!(error.request_id(), Some("r1"));
    assert_eq!(error.body().unwrap().expose(), b"the body");
}

#[tokio::test(start_paused = true)]
async fn invalid_request_is_invalid_input() {
    let error = Vendor::new([])
        .client()
        .send_empty::<()>(Request::new(&GET).path_parameter("id", ".."))
        .await
        .unwrap_err();
    let error = error.erase().into_error("clerk", Operation::Get, ErrorDetails::default());

    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (ErrorKind::InvalidInput, Effect::NotApplied, 0)
    );
    assert_eq!(error.message(), Some("path parameter `id` is a relative path"));
    assert!(error.status().is_none() && error.body().is_none());
}

#[tokio::test(start_paused = true)]
async fn source_is_not_in_the_message() {
    let error = fault(Step::Fail(TransportErrorKind::Io)).await;
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "simulated failure");
    assert_eq!(error.to_string(), "createApiKey: connection broke; effect unknown");

    let error = error.into_error("clerk", Operation::Create, ErrorDetails::default());
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), source);
    assert!(!error.to_string().contains(&source));
}

#[tokio::test(start_paused = true)]
async fn unusable_response_is_annotated() {
    let unusable: api_keys_core::Result<()> =
        Err(api_keys_core::Error::new(ErrorKind::UnexpectedResponse, "clerk", Operation::Get)
            .with_effect(Effect::Applied));
    let steps = [respond(503, ""), respond_with(200, &[("x-request-id", "r1")], "7")];
    let client = Vendor::new(steps).client();
    let response = client.send_json::<u8, ()>(Request::new(&GET).path_parameter("id", "k1")).await.unwrap();
    let (_, meta) = response.into_parts();
    let error = meta.check(unusable).unwrap_err();
    assert_eq!((error.attempts(), error.status(), error.request_id()), (2, Some(200), Some("r1")));
    assert_eq!(error.effect(), Effect::Applied);
}
