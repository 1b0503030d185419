//! Retries: conditions, delays, and effects.

mod support;

use std::time::Duration;

use api_keys_core::Effect;
use api_keys_runtime::{
    Error, FailureKind, Operation, OutgoingRequest, Request, RequestBody, Response, RetryPolicy,
    TransportErrorKind as Kind,
};
use serde_json::json;
use support::{CREATE, DELETE, GET, Step, Vendor, answer, answer_with};

async fn call(
    vendor: &std::sync::Arc<Vendor>,
    operation: &'static Operation,
) -> Result<Response<()>, Error<()>> {
    vendor.client().send_empty(request(operation)).await
}

fn request(operation: &'static Operation) -> Request {
    let request = Request::new(operation);
    if operation.path.contains("{id}") { request.path_parameter("id", "k1") } else { request }
}

#[tokio::test(start_paused = true)]
async fn safe_operation_is_retried() {
    let vendor = Vendor::new([answer(503, ""), Step::Fail(Kind::Io), answer(200, "")]);
    let response = call(&vendor, &GET).await.unwrap();
    assert_eq!(response.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn third_failure_is_final() {
    let vendor = Vendor::new([answer(500, ""), answer(502, ""), answer(503, "")]);
    let error = call(&vendor, &DELETE).await.unwrap_err();
    assert_eq!((error.attempts(), error.status().unwrap().as_u16()), (3, 503));
    assert_eq!(error.to_string(), "deleteApiKey: status 503 Service Unavailable; 3 attempts; effect unknown");
}

#[tokio::test(start_paused = true)]
async fn create_is_not_retried_after_send() {
    for step in [
        answer(500, ""),
        answer(503, ""),
        answer(408, ""),
        Step::Fail(Kind::Io),
        Step::Fail(Kind::Timeout),
        Step::Hang,
    ] {
        let vendor = Vendor::new([step.clone()]);
        let error = call(&vendor, &CREATE).await.unwrap_err();
        assert_eq!((vendor.sent(), error.effect()), (1, Effect::Unknown), "{step:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn create_is_retried_without_effect() {
    let vendor = Vendor::new([Step::Fail(Kind::Connect), answer(429, ""), answer(201, "")]);
    assert_eq!(call(&vendor, &CREATE).await.unwrap().attempts(), 3);

    let vendor =
        Vendor::new([Step::Fail(Kind::Connect), Step::Fail(Kind::Connect), Step::Fail(Kind::Connect)]);
    let error = call(&vendor, &CREATE).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::Connect, Effect::NotApplied));
}

#[tokio::test(start_paused = true)]
async fn every_attempt_sends_the_same_request() {
    let vendor = Vendor::new([answer(429, ""), answer(200, "")]);
    let request = Request::new(&CREATE).body_json(&json!({ "name": "ci" })).query("a", 1);
    vendor.client().send_empty::<()>(request).await.unwrap();

    let requests = vendor.requests.lock().unwrap();
    let [first, second] = &requests[..] else { panic!("two requests") };
    let body = |request: &OutgoingRequest| request.body.as_ref().and_then(RequestBody::as_bytes).cloned();
    assert_eq!(body(first).as_deref(), Some(&br#"{"name":"ci"}"#[..]));
    assert_eq!((&first.url, &first.headers, body(first)), (&second.url, &second.headers, body(second)));
    assert_eq!((first.context.attempt, second.context.attempt), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn effect_covers_all_attempts() {
    let vendor = Vendor::new([Step::Fail(Kind::Io), answer(401, "")]);
    let error = call(&vendor, &DELETE).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.effect()), (401, Effect::Unknown));
    assert!(!error.is_acknowledged());
}

#[tokio::test(start_paused = true)]
async fn not_found_after_retry_is_acknowledged() {
    let vendor = Vendor::new([answer(502, ""), answer(404, "")]);
    assert!(call(&vendor, &DELETE).await.unwrap_err().is_acknowledged());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_never_there_was_not_deleted() {
    for script in [
        vec![answer(404, "")],
        vec![Step::Fail(Kind::Connect), answer(404, "")],
        vec![answer(429, ""), answer(404, "")],
    ] {
        let error = call(&Vendor::new(script), &DELETE).await.unwrap_err();
        assert!(!error.is_acknowledged());
        assert_eq!(error.effect(), Effect::NotApplied);
    }
}

#[tokio::test(start_paused = true)]
async fn a_safe_operation_never_has_an_effect() {
    let vendor = Vendor::new([Step::Fail(Kind::Io), answer(500, ""), answer(200, "not json")]);
    let error = vendor.client().send_json::<u32, ()>(request(&GET)).await.unwrap_err();
    assert!(matches!(error.kind(), FailureKind::Decode { .. }));
    assert_eq!(error.effect(), Effect::NotApplied);
}

#[tokio::test(start_paused = true)]
async fn delays_are_random_below_a_ceiling() {
    let mut longest = [Duration::ZERO; 2];
    for seed in 0..200 {
        let vendor = Vendor::new([answer(503, ""), answer(503, ""), answer(503, "")]);
        let client = vendor.builder().seed(seed).build().unwrap();
        client.send_empty::<()>(request(&GET)).await.unwrap_err();
        for (longest, wait) in longest.iter_mut().zip(vendor.waits()) {
            *longest = wait.max(*longest);
        }
    }
    let [first, second] = longest.map(|wait| wait.as_millis());
    assert!((150..=200).contains(&first), "{first}");
    assert!((300..=400).contains(&second), "{second}");
}

#[tokio::test(start_paused = true)]
async fn waits_do_not_grow_beyond_five_seconds() {
    let vendor = Vendor::new((0..12).map(|_| answer(503, "")));
    let client = vendor
        .client()
        .with_retry(RetryPolicy::default().max_attempts(12))
        .with_timeout(Duration::from_secs(3600));
    client.send_empty::<()>(request(&GET)).await.unwrap_err();
    let longest = vendor.waits().into_iter().max().unwrap();
    assert!(longest <= Duration::from_secs(5) && longest > Duration::from_secs(2), "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_waits_the_same() {
    let waits = || async {
        let vendor = Vendor::new([answer(503, ""), answer(503, ""), answer(503, "")]);
        vendor.client().send_empty::<()>(request(&GET)).await.unwrap_err();
        vendor.waits()
    };
    assert_eq!(waits().await, waits().await);
}

#[tokio::test(start_paused = true)]
async fn the_vendors_wait_is_honoured_in_every_form() {
    for (name, value, seconds) in [
        ("retry-after", "3", 3.0),
        ("Retry-After", " 2.5 ", 2.5),
        ("retry-after", "Sun, 06 Nov 1994 08:49:42 GMT", 5.0),
        ("x-retry-after", "7", 7.0),
    ] {
        let vendor = Vendor::new([answer_with(429, &[(name, value)], ""), answer(200, "")]);
        call(&vendor, &CREATE).await.unwrap();
        assert_eq!(vendor.waits(), [Duration::from_secs_f64(seconds)], "{name}: {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_makes_no_sense_is_ignored() {
    let past = "Sun, 06 Nov 1994 08:00:00 GMT";
    for value in ["-1", "0", "NaN", "soon", "", past, "1e-9", "99999999999999999999999999 years"] {
        let vendor = Vendor::new([answer_with(429, &[("retry-after", value)], ""), answer(200, "")]);
        call(&vendor, &CREATE).await.unwrap();
        assert!(vendor.waits()[0] <= Duration::from_millis(200), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn delay_past_the_deadline_fails_early() {
    for (value, seconds) in [("30", 30), ("3600", 3600), ("1e300", 86_400), ("inf", 86_400)] {
        let vendor = Vendor::new([answer_with(429, &[("retry-after", value)], "")]);
        let error = call(&vendor, &CREATE).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        assert_eq!((vendor.waits(), error.attempts()), (vec![], 1), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn clones_share_a_limit_on_retries() {
    // Each call costs two retries of 5 tokens; 500 are there.
    let vendor = Vendor::new((0..152).map(|_| answer(503, "")));
    let client = vendor.client();
    for _ in 0..50 {
        assert_eq!(client.clone().send_empty::<()>(request(&GET)).await.unwrap_err().attempts(), 3);
    }
    for _ in 0..2 {
        assert_eq!(
            client
                .with_timeout(Duration::from_secs(9))
                .send_empty::<()>(request(&GET))
                .await
                .unwrap_err()
                .attempts(),
            1
        );
    }
}

#[tokio::test(start_paused = true)]
async fn success_refunds_the_retry_budget() {
    let vendor = Vendor::new((0..300).flat_map(|_| [answer(503, ""), answer(200, "")]));
    let client = vendor.client();
    for _ in 0..300 {
        client.send_empty::<()>(request(&GET)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn retries_can_be_switched_off() {
    let vendor = Vendor::new([Step::Fail(Kind::Connect)]);
    let client = vendor.client().with_retry(RetryPolicy::never());
    assert_eq!(client.send_empty::<()>(request(&GET)).await.unwrap_err().attempts(), 1);
}
