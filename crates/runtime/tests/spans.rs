//! One span per call, one per attempt, and no secret in any of them.
#![cfg(feature = "tracing")]

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use api_keys_runtime::{Authentication, Request};
use support::{CREATE, GET, SECRET, Vendor, respond, respond_with};
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The output of a call, one line for each closed span and each event.
async fn logged(vendor: &Arc<Vendor>, request: Request) -> Vec<String> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let client =
        vendor.builder().vendor("clerk").authentication(Authentication::bearer(SECRET)).build().unwrap();
    let guard = tracing::subscriber::set_default(subscriber);
    let _ = client.send_json::<u8, ()>(request).await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn call_span_contains_attempt_spans() {
    let vendor = Vendor::new([
        respond_with(503, &[("x-request-id", "r1")], ""),
        respond_with(200, &[("x-request-id", "r2")], "1"),
    ]);
    let lines = logged(&vendor, Request::new(&GET).path_parameter("id", "k1").query("q", "me")).await;
    let [first, again, second, call] = &lines[..] else { panic!("{lines:#?}") };

    let child = "api_keys.call{otel.kind=\"internal\" api_keys.vendor=\"clerk\" api_keys.operation=\"getApiKey\"}:api_keys.attempt{";
    assert!(first.contains(child), "{first}");
    assert!(second.contains(child), "{second}");
    for line in [first, second] {
        for field in [
            "otel.name=GET /api_keys/{id}",
            "otel.kind=\"client\"",
            "http.request.method=\"GET\"",
            "url.template=\"/api_keys/{id}\"",
            "server.address=\"api.example.com\"",
            "server.port=443",
        ] {
            assert!(line.contains(field), "{field} in {line}");
        }
        assert!(!line.contains("k1") && !line.contains("me\""), "no URL in {line}");
    }
    assert!(first.contains("http.response.status_code=503") && first.contains("error.type=503"), "{first}");
    assert!(first.contains("otel.status_code=\"ERROR\"") && !first.contains("resend_count"), "{first}");
    assert!(
        second.contains("http.response.status_code=200") && second.contains("http.request.resend_count=1"),
        "{second}"
    );
    assert!(!second.contains("error.type"), "{second}");
    assert!(first.contains("api_keys.request_id=\"r1\""), "{first}");
    assert!(second.contains("api_keys.request_id=\"r2\""), "{second}");
    assert!(again.contains("retrying") && again.contains("attempt=1"), "{again}");
    assert!(again.contains("reason=\"status\" http.response.status_code=503"), "{again}");
    assert!(!again.contains("retry_after_ms"), "{again}");
    assert!(
        call.contains("api_keys.call{") && !call.contains("error.type") && !call.contains("attempt"),
        "{call}"
    );
}

#[tokio::test(start_paused = true)]
async fn call_span_records_decode_errors() {
    let vendor = Vendor::new([respond(200, "not json")]);
    let lines = logged(&vendor, Request::new(&CREATE)).await;
    let call = lines.last().unwrap();
    assert!(call.contains("error.type=\"decode\"") && call.contains("api_keys.effect=\"applied\""), "{call}");
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_logged() {
    let leaky = || respond_with(500, &[("x-request-id", SECRET), ("location", SECRET)], SECRET);
    let success = respond_with(200, &[("x-request-id", SECRET)], SECRET);
    let encoded = respond_with(200, &[("content-encoding", SECRET)], SECRET);
    let vendor = Vendor::new([leaky(), leaky(), success, encoded]);
    for request in [Request::new(&GET).path_parameter("id", SECRET).query("q", SECRET), Request::new(&CREATE)]
    {
        let lines = logged(&vendor, request).await;
        assert!(!lines.is_empty() && !lines.concat().contains("canary"), "{lines:#?}");
    }
}
