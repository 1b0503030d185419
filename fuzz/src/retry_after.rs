//! Waits that a server asks for.

use std::time::Duration;

use api_keys::runtime::{
    Error, HeaderValue, Method, Operation, OperationClass, Request, StatusCode, Timeouts,
};

use crate::response::CannedResponse;
use crate::server::{Server, TestClock};
use crate::target::{operation, run};

static GET: Operation = operation(Method::GET, "/api_keys", OperationClass::Safe);

const TOTAL: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Parses the bytes as the value of `Retry-After` with a 429.
pub fn retry_after(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let mut response = CannedResponse::parse(b"429");
    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    response.headers.insert("retry-after", value);
    let server = Server::new(response);
    let clock = TestClock::new();
    let client = server
        .builder("https://api.example.com")
        .timeouts(Timeouts::default().total(TOTAL))
        .clock(clock.clone())
        .build()
        .expect("a client");
    let result: Result<_, Error<()>> = run(client.send_empty(Request::new(&GET)));

    let error = result.expect_err("a 429 is an error");
    let requested = error.retry_after();
    let waits = clock.waits();
    assert!(requested.is_none_or(|requested| requested <= DAY), "an excessive wait: {requested:?}");
    assert!(
        waits.iter().all(|wait| *wait >= requested.unwrap_or_default()),
        "{waits:?} is shorter than {requested:?}"
    );
    assert!(waits.iter().sum::<Duration>() < TOTAL, "{waits:?} exceed the timeout");
    assert_eq!(error.attempts() as usize, waits.len() + 1);
    assert_eq!(error.attempts() as usize, server.take().len());
    if let Some(seconds) = whole_seconds(data) {
        assert_eq!(requested, Some(Duration::from_secs(seconds).min(DAY)));
    }
}

/// Parses the number of seconds, the only format in addition to dates.
fn whole_seconds(data: &[u8]) -> Option<u64> {
    let text = str::from_utf8(data).ok()?;
    // Values of more than 15 digits exceed the longest wait in any case.
    (text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}
