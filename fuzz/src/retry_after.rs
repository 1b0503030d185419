//! How long a vendor may make a client wait.

use std::time::Duration;

use api_keys::runtime::{
    Error, HeaderValue, Method, Operation, OperationClass, Request, StatusCode, Timeouts,
};

use crate::answer::Answer;
use crate::run;
use crate::server::{Server, TestClock};

static GET: Operation = Operation {
    id: "getApiKey",
    method: Method::GET,
    path: "/api_keys",
    class: OperationClass::Safe,
    list: false,
};

const TOTAL: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The bytes as the value of `Retry-After` with a 429.
pub fn retry_after(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let mut answer = Answer::parse(b"429");
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    answer.headers.insert("retry-after", value);
    let server = Server::new(answer);
    let clock = TestClock::new();
    let client = server
        .builder("https://api.example.com")
        .timeouts(Timeouts::default().total(TOTAL))
        .clock(clock.clone())
        .build()
        .expect("a client");
    let result: Result<_, Error<()>> = run(client.empty(Request::new(&GET)));

    let error = result.expect_err("a 429 is no success");
    let asked = error.retry_after();
    let waits = clock.waits();
    assert!(asked.is_none_or(|asked| asked <= DAY), "a wait that no caller expects: {asked:?}");
    assert!(
        waits.iter().all(|wait| *wait >= asked.unwrap_or_default()),
        "{waits:?} is shorter than {asked:?}"
    );
    assert!(waits.iter().sum::<Duration>() < TOTAL, "{waits:?} is longer than the whole call may take");
    assert_eq!(error.attempts() as usize, waits.len() + 1);
    assert_eq!(error.attempts() as usize, server.take().len());
    if let Some(seconds) = whole_seconds(data) {
        assert_eq!(asked, Some(Duration::from_secs(seconds).min(DAY)));
    }
}

/// The only form besides dates that the standard knows.
fn whole_seconds(data: &[u8]) -> Option<u64> {
    let text = str::from_utf8(data).ok()?;
    // Beyond 15 digits the value is over the longest wait, however it is rounded.
    (text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}
