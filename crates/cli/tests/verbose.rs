//! Requests on standard error.

// Other tests use the other parts.
#[allow(dead_code)]
mod fake;
mod support;

use fake::{FakeClerk, Fault, OWNER, SECRET, TOKEN};
use serde_json::json;
use support::Home;
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn clerk(uri: &str) -> Home {
    let home = Home::new();
    home.configure(&format!(
        "[providers.prod]\nvendor = \"clerk\"\nbase_url = \"{uri}\"\nowner = \"{OWNER}\"\ntoken = \"{TOKEN}\"\n"
    ));
    home
}

/// Replaces every number of milliseconds.
fn stable(stderr: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut words: Vec<_> = line.split(' ').collect();
        for at in 1..words.len() {
            if words[at].starts_with("ms") {
                words[at - 1] = "0";
            }
        }
        words.join(" ")
    };
    stderr.lines().map(line).collect()
}

async fn flaky(request_id: &str) -> MockServer {
    let server = MockServer::start().await;
    let failure = ResponseTemplate::new(503)
        .insert_header("x-request-id", request_id)
        .insert_header("retry-after", "0")
        .set_body_string(TOKEN);
    Mock::given(method("GET")).respond_with(failure).up_to_n_times(1).mount(&server).await;
    let list = ResponseTemplate::new(200)
        .insert_header("x-request-id", request_id)
        .set_body_json(json!({ "data": [], "total_count": 0 }));
    Mock::given(method("GET")).respond_with(list).mount(&server).await;
    server
}

#[tokio::test]
async fn requests_and_retries_are_printed() {
    for (option, expected) in [
        ("", &[][..]),
        (
            "-v",
            &[
                "clerk: GET /api_keys: 503, attempt 1, 0 ms, request r1",
                "clerk: GET /api_keys: 200, attempt 2, 0 ms, request r1",
            ],
        ),
        (
            "-vv",
            &[
                "clerk: GET /api_keys: 503, attempt 1, 0 ms, request r1",
                "clerk: retrying in 0 ms after attempt 1: status 503, delay of 0 ms requested",
                "clerk: GET /api_keys: 200, attempt 2, 0 ms, request r1",
            ],
        ),
    ] {
        let server = flaky("r1").await;
        let home = clerk(&server.uri());
        let mut arguments = vec!["list", "--name", "ci"];
        arguments.extend(Some(option).filter(|option| !option.is_empty()));
        let done = home.run_async(&arguments).await.expect(0);
        let mut lines = stable(&done.stderr);
        assert_eq!(lines.pop().as_deref(), Some("No keys."));
        assert_eq!(lines, expected, "{option}");
    }
}

#[tokio::test]
async fn failed_attempts_have_a_reason() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_string("<"))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let slow = ResponseTemplate::new(200).set_delay(std::time::Duration::from_secs(20));
    Mock::given(any()).respond_with(slow).mount(&server).await;
    let home = Home::new();
    home.configure(&format!(
        "[providers.prod]\nvendor = \"clerk\"\nbase_url = \"{}\"\nowner = \"{OWNER}\"\ntoken = \"{TOKEN}\"\n\
         http = {{ attempt_timeout = 0.2, max_attempts = 2 }}\n",
        server.uri()
    ));
    let done = home.run_async(&["-vv", "list"]).await.expect(1);
    assert_eq!(stable(&done.stderr)[0], "clerk: GET /api_keys: 200, attempt 1, 0 ms", "{}", done.stderr);
    let done = home.run_async(&["list", "-vv"]).await.expect(1);
    let lines = stable(&done.stderr);
    assert_eq!(
        lines[..3],
        [
            "clerk: GET /api_keys: timeout, attempt 1, 0 ms",
            "clerk: retrying in 0 ms after attempt 1: timeout",
            "clerk: GET /api_keys: timeout, attempt 2, 0 ms",
        ],
        "{}",
        done.stderr
    );
}

#[tokio::test]
async fn echoed_token_is_redacted() {
    let server = flaky(TOKEN).await;
    let done = clerk(&server.uri()).run_async(&["list", "-vv"]).await.expect(0);
    assert!(!done.stderr.contains(TOKEN), "{}", done.stderr);
    assert_eq!(done.stderr.matches(", request [redacted]").count(), 2, "{}", done.stderr);
}

#[tokio::test]
async fn secret_of_create_is_not_printed() {
    let (server, _) = FakeClerk::start(Fault::IgnoresUpdates).await;
    let home = clerk(&server.uri());
    let done = home.run_async(&["create", "ci", "-vv", "--secret-file", "secret"]).await.expect(0);
    assert!(done.stderr.contains("clerk: POST /api_keys: 200, attempt 1, "), "{}", done.stderr);
    let output = done.stdout + &done.stderr;
    for hidden in [SECRET, TOKEN, OWNER, &server.uri()] {
        assert_eq!(output.matches(hidden).count(), usize::from(hidden == OWNER), "{hidden}: {output}");
    }
}
