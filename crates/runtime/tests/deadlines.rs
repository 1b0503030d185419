//! Timeouts, and dropped calls.

mod support;

use std::time::Duration;

use api_keys_core::Effect;
use api_keys_runtime::{FailureKind, Request, Timeouts, TransportErrorKind};
use support::{CREATE, DELETE, GET, Step, Vendor, respond};
use tokio::time::Instant;

fn get() -> Request {
    Request::new(&GET).path_parameter("id", "k1")
}

#[tokio::test(start_paused = true)]
async fn default_timeouts_apply() {
    let vendor = Vendor::new([Step::Hang, Step::Hang, Step::Hang]);
    let started = Instant::now();
    let error = vendor.client().send_empty::<()>(get()).await.unwrap_err();

    assert_eq!((error.kind(), error.attempts()), (&FailureKind::Timeout, 2));
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn stalled_body_ends_the_attempt() {
    let vendor = Vendor::new([Step::Stalled { status: 200, part: r#"{"secret":"sk_"#.into() }]);
    let error = vendor.client().send_json::<serde_json::Value, ()>(Request::new(&CREATE)).await.unwrap_err();

    assert_eq!((error.kind(), error.effect()), (&FailureKind::Timeout, Effect::Applied));
    assert!(error.is_acknowledged());
    assert_eq!(error.body().expose(), br#"{"secret":"sk_"#, "what arrived is kept");
}

#[tokio::test(start_paused = true)]
async fn stalled_error_body_keeps_the_status() {
    let vendor = Vendor::new([Step::Stalled { status: 403, part: "go away".into() }]);
    let error = vendor.client().send_empty::<()>(get()).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (&FailureKind::Status, 403));
    assert_eq!(error.body().expose(), b"go away");
}

#[tokio::test(start_paused = true)]
async fn timeout_is_per_client_clone_and_call() {
    let hang = || Vendor::new([Step::Hang, Step::Hang, Step::Hang]);
    let limit = Duration::from_secs(2);

    for (client, request) in [
        (hang().builder().timeouts(Timeouts::default().total(limit)).build().unwrap(), get()),
        (hang().client().with_timeout(limit), get()),
        (hang().client(), get().timeout(limit)),
    ] {
        let started = Instant::now();
        assert_eq!(client.send_empty::<()>(request).await.unwrap_err().kind(), &FailureKind::Timeout);
        assert_eq!(started.elapsed().as_millis(), 2000);
    }
}

#[tokio::test(start_paused = true)]
async fn zero_timeout_sends_nothing() {
    let vendor = Vendor::new([]);
    let error =
        vendor.client().send_empty::<()>(Request::new(&CREATE).timeout(Duration::ZERO)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (&FailureKind::Timeout, Effect::NotApplied, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn maximum_timeout_is_valid() {
    let vendor = Vendor::new([Step::Fail(TransportErrorKind::Connect), respond(200, "")]);
    vendor.client().send_empty::<()>(get().timeout(Duration::MAX)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn delay_past_the_deadline_is_skipped() {
    let vendor = Vendor::new([respond(503, "")]);
    let delete = Request::new(&DELETE).path_parameter("id", "k1").timeout(Duration::from_nanos(1));
    let error = vendor.client().send_empty::<()>(delete).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), vendor.waits()), (503, vec![]));
}

#[tokio::test(start_paused = true)]
async fn client_works_after_a_dropped_call() {
    let vendor = Vendor::new([
        Step::Hang,
        Step::Stalled { status: 200, part: "{".into() },
        respond(503, ""),
        respond(200, "1"),
    ]);
    let client = vendor.client();
    for _ in 0..2 {
        let abandoned = tokio::time::timeout(Duration::from_millis(5), client.send_json::<u8, ()>(get()));
        assert!(abandoned.await.is_err());
    }
    let between_attempts = tokio::time::timeout(Duration::from_nanos(1), client.send_json::<u8, ()>(get()));
    assert!(between_attempts.await.is_err());

    assert_eq!(client.send_json::<u8, ()>(get()).await.unwrap().into_body(), 1);
}
