//! The retry decision for each outcome and class of operation.

use std::time::Duration;

use api_keys_core::Effect::{self, Applied, NotApplied as Nothing, Unknown};
use api_keys_runtime::OperationClass::{Idempotent, Safe, Unsafe};
use api_keys_runtime::{Decision, OperationClass, Outcome, RetryPolicy, StatusCode, decide};

fn failure(status: u16) -> Outcome {
    Outcome::Status { status: StatusCode::from_u16(status).unwrap(), retry_after: None }
}

fn first(class: OperationClass, outcome: Outcome) -> (bool, Effect) {
    let Decision { retry, effect, .. } = decide(class, &RetryPolicy::default(), 1, outcome);
    (retry.is_some(), effect)
}

#[test]
fn each_outcome_is_decided_for_each_class() {
    let (again, stop) = (true, false);
    #[rustfmt::skip]
    let table = [
        //                           safe    idempotent          unsafe
        (Outcome::NotSent,           again, (again, Nothing), (again, Nothing)),
        (Outcome::NoResponse,          again, (again, Unknown), (stop,  Unknown)),
        (Outcome::WebPage,           stop,  (stop,  Unknown), (stop,  Unknown)),
        (Outcome::Incomplete,          again, (again, Applied), (stop,  Applied)),
        (Outcome::Undecodable,        stop,  (stop,  Applied), (stop,  Applied)),
        (failure(429),               again, (again, Nothing), (again, Nothing)),
        (failure(408),               again, (again, Unknown), (stop,  Unknown)),
        (failure(425),               again, (again, Unknown), (stop,  Unknown)),
        (failure(500),               again, (again, Unknown), (stop,  Unknown)),
        (failure(502),               again, (again, Unknown), (stop,  Unknown)),
        (failure(503),               again, (again, Unknown), (stop,  Unknown)),
        (failure(504),               again, (again, Unknown), (stop,  Unknown)),
        (failure(520),               again, (again, Unknown), (stop,  Unknown)),
        (failure(501),               stop,  (stop,  Unknown), (stop,  Unknown)),
        (failure(505),               stop,  (stop,  Unknown), (stop,  Unknown)),
        (failure(301),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(304),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(307),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(400),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(401),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(403),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(404),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(409),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(422),               stop,  (stop,  Nothing), (stop,  Nothing)),
        (failure(101),               stop,  (stop,  Unknown), (stop,  Unknown)),
        (failure(999),               stop,  (stop,  Unknown), (stop,  Unknown)),
    ];
    for (outcome, safe, idempotent, not_safe) in table {
        assert_eq!(first(Safe, outcome), (safe, Nothing), "safe, {outcome:?}");
        assert_eq!(first(Idempotent, outcome), idempotent, "idempotent, {outcome:?}");
        assert_eq!(first(Unsafe, outcome), not_safe, "unsafe, {outcome:?}");
    }
}

#[test]
fn last_attempt_is_not_retried() {
    let policy = RetryPolicy::default().max_attempts(2);
    assert!(decide(Safe, &policy, 1, Outcome::NotSent).retry.is_some());
    assert!(decide(Safe, &policy, 2, Outcome::NotSent).retry.is_none());
    assert!(decide(Safe, &policy, u32::MAX, Outcome::NotSent).retry.is_none());
    assert!(decide(Safe, &RetryPolicy::never(), 1, Outcome::NotSent).retry.is_none());
    assert!(decide(Safe, &RetryPolicy::default().max_attempts(0), 1, Outcome::NotSent).retry.is_none());
}

#[test]
fn retry_after_is_the_minimum_delay() {
    let wait = Duration::from_secs(7);
    let asked = Outcome::Status { status: StatusCode::TOO_MANY_REQUESTS, retry_after: Some(wait) };
    assert_eq!(decide(Unsafe, &RetryPolicy::default(), 1, asked).retry, Some(wait));
    assert_eq!(decide(Unsafe, &RetryPolicy::default(), 1, failure(429)).retry, Some(Duration::ZERO));
}
