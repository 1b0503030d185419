//! Retries: conditions, delays, and effects.

mod support;

use std::time::Duration;

use api_keys_core::Effect;
use api_keys_runtime::{
    Error, FailureKind, Operation, OutgoingRequest, Request, RequestBody, Response, RetryPolicy,
    TransportErrorKind as Kind,
};
use serde_json::json;
use support::{CREATE, DELETE, GET, Step, Vendor, respond, respond_with};

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
    let vendor = Vendor::new([respond(503, ""), Step::Fail(Kind::Io), respond(200, "")]);
    let response = call(&vendor, &GET).await.unwrap();
    assert_eq!(response.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn third_failure_is_final() {
    let vendor = Vendor::new([respond(500, ""), respond(502, ""), respond(503, "")]);
    let error = call(&vendor, &DELETE).await.unwrap_err();
    assert_eq!((error.attempts(), error.status().unwrap().as_u16()), (3, 503));
    assert_eq!(error.to_string(), "deleteApiKey: status 503 Service Unavailable; 3 attempts; effect unknown");
}

#[tokio::test(start_paused = true)]
async fn create_is_not_retried_after_send() {
    for step in [
        respond(500, ""),
        respond(503, ""),
        respond(408, ""),
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
    let vendor = Vendor::new([Step::Fail(Kind::Connect), respond(429, ""), respond(201, "")]);
    assert_eq!(call(&vendor, &CREATE).await.unwrap().attempts(), 3);

    let vendor =
        Vendor::new([Step::Fail(Kind::Connect), Step::Fail(Kind::Connect), Step::Fail(Kind::Connect)]);
    let error = call(&vendor, &CREATE).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::Connect, Effect::NotApplied));
}

#[tokio::test(start_paused = true)]
async fn every_attempt_sends_the_same_request() {
    let vendor = Vendor::new([respond(429, ""), respond(200, "")]);
    let request = Request::new(&CREATE).body_json(&json!({ "name": "ci" })).query("a", 1);
    vendor.client().send_empty::<()>(request).await.unwrap();

    let requests = vendor.requests.lock().unwrap();
    let [first, second] = &requests[..] else { panic!("two requests") };
    let body = |request: &OutgoingRequest| request.body.as_ref().and_then(RequestBody::as_bytes).cloned();
    assert_eq!(body(first).as_deref(), Some(&br#"{"name":"ci"}"#[..]));
    assert_eq!((&first.uri, &first.headers, body(first)), (&second.uri, &second.headers, body(second)));
    assert_eq!((first.context.attempt, second.context.attempt), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn effect_covers_all_attempts() {
    let vendor = Vendor::new([Step::Fail(Kind::Io), respond(401, "")]);
    let error = call(&vendor, &DELETE).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.effect()), (401, Effect::Unknown));
    assert!(!error.is_acknowledged());
}

#[tokio::test(start_paused = true)]
async fn not_found_after_retry_is_acknowledged() {
    let vendor = Vendor::new([respond(502, ""), respond(404, "")]);
    assert!(call(&vendor, &DELETE).await.unwrap_err().is_acknowledged());
}

#[tokio::test(start_paused = true)]
async fn first_not_found_is_an_error() {
    for script in [
        vec![respond(404, "")],
        vec![Step::Fail(Kind::Connect), respond(404, "")],
        vec![respond(429, ""), respond(404, "")],
    ] {
        let error = call(&Vendor::new(script), &DELETE).await.unwrap_err();
        assert!(!error.is_acknowledged());
        assert_eq!(error.effect(), Effect::NotApplied);
    }
}

#[tokio::test(start_paused = true)]
async fn safe_operation_has_no_effect() {
    let vendor = Vendor::new([Step::Fail(Kind::Io), respond(500, ""), respond(200, "not json")]);
    let error = vendor.client().send_json::<u32, ()>(request(&GET)).await.unwrap_err();
    assert!(matches!(error.kind(), FailureKind::Decode { .. }));
    assert_eq!(error.effect(), Effect::NotApplied);
}

#[tokio::test(start_paused = true)]
async fn delays_are_random_below_a_ceiling() {
    let mut longest = [Duration::ZERO; 2];
    for seed in 0..200 {
        let vendor = Vendor::new([respond(503, ""), respond(503, ""), respond(503, "")]);
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
async fn delays_are_at_most_five_seconds() {
    let vendor = Vendor::new((0..12).map(|_| respond(503, "")));
    let client = vendor
        .client()
        .with_retry(RetryPolicy::default().max_attempts(12))
        .with_timeout(Duration::from_secs(3600));
    client.send_empty::<()>(request(&GET)).await.unwrap_err();
    let longest = vendor.waits().into_iter().max().unwrap();
    assert!(longest <= Duration::from_secs(5) && longest > Duration::from_secs(2), "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn equal_seeds_have_equal_delays() {
    let waits = || async {
        let vendor = Vendor::new([respond(503, ""), respond(503, ""), respond(503, "")]);
        vendor.client().send_empty::<()>(request(&GET)).await.unwrap_err();
        vendor.waits()
    };
    assert_eq!(waits().await, waits().await);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_parsed_in_every_form() {
    for (name, value, seconds) in [
        ("retry-after", "3", 3.0),
        ("Retry-After", " 2.5 ", 2.5),
        ("retry-after", "Sun, 06 Nov 1994 08:49:42 GMT", 5.0),
        ("x-retry-after", "7", 7.0),
    ] {
        let vendor = Vendor::new([respond_with(429, &[(name, value)], ""), respond(200, "")]);
        call(&vendor, &CREATE).await.unwrap();
        assert_eq!(vendor.waits(), [Duration::from_secs_f64(seconds)], "{name}: {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_retry_after_is_ignored() {
    let past = "Sun, 06 Nov 1994 08:00:00 GMT";
    for value in ["-1", "0", "NaN", "soon", "", past, "1e-9", "99999999999999999999999999 years"] {
        let vendor = Vendor::new([respond_with(429, &[("retry-after", value)], ""), respond(200, "")]);
        call(&vendor, &CREATE).await.unwrap();
        assert!(vendor.waits()[0] <= Duration::from_millis(200), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn delay_past_the_deadline_fails_early() {
    for (value, seconds) in [("30", 30), ("3600", 3600), ("1e300", 86_400), ("inf", 86_400)] {
        let vendor = Vendor::new([respond_with(429, &[("retry-after", value)], "")]);
        let error = call(&vendor, &CREATE).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        assert_eq!((vendor.waits(), error.attempts()), (vec![], 1), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn clones_share_the_retry_budget() {
    // Each call costs two retries of 5 tokens, of 500 in the budget.
    let vendor = Vendor::new((0..152).map(|_| respond(503, "")));
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
    let vendor = Vendor::new((0..300).flat_map(|_| [respond(503, ""), respond(200, "")]));
    let client = vendor.client();
    for _ in 0..300 {
        client.send_empty::<()>(request(&GET)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn retries_can_be_disabled() {
    let vendor = Vendor::new([Step::Fail(Kind::Connect)]);
    let client = vendor.client().with_retry(RetryPolicy::never());
    assert_eq!(client.send_empty::<()>(request(&GET)).await.unwrap_err().attempts(), 1);
}
