//! Single faults, and the error of a create.

use std::time::Duration;

use api_keys::Effect::{self, Applied, Unknown};
use api_keys::{ApiKeyProvider, ErrorKind, NewApiKey, Operation, Verification};
use api_keys_emulator::Vendor;
use api_keys_fault_tests::proxy::{Harness, Stack};
use api_keys_fault_tests::{
    CallId, Caller, End, Fault, Limits, Outcome, Record, RetryAfter, Schedule, Status, connect, new_key,
    rescued,
};
use api_keys_runtime::{HttpConfig, PoolSettings};
use tokio::task::JoinSet;

fn status(code: u16, retry_after: RetryAfter) -> Status {
    Status { code, retry_after, html: false }
}

/// The expected result, and if the server acted.
type Truth = (Fault, &'static [End], bool);

fn expected_faults() -> Vec<Truth> {
    const DONE: &[End] = &[End::Done];
    const NONE: &[End] = &[End::Failed(Effect::NotApplied)];
    const UNKNOWN: &[End] = &[End::Failed(Unknown)];
    const APPLIED: &[End] = &[End::Failed(Applied)];
    // Depends on the arrival of the status.
    const EITHER: &[End] = &[End::Failed(Unknown), End::Failed(Applied)];
    vec![
        (Fault::ResetBefore, UNKNOWN, false),
        (Fault::StallBefore, UNKNOWN, false),
        (Fault::Late, UNKNOWN, true),
        (Fault::RefusedBefore(status(429, RetryAfter::Zero)), NONE, false),
        (Fault::RefusedBefore(status(429, RetryAfter::Absurd)), NONE, false),
        (Fault::RefusedBefore(status(429, RetryAfter::Negative)), NONE, false),
        (Fault::RefusedBefore(status(408, RetryAfter::Absent)), UNKNOWN, false),
        (Fault::RefusedBefore(status(503, RetryAfter::Date)), UNKNOWN, false),
        (Fault::Redirect(307), NONE, false),
        (Fault::Redirect(302), NONE, false),
        (Fault::WebPage, UNKNOWN, false),
        (Fault::ResetAfter, UNKNOWN, true),
        (Fault::StallAfter, UNKNOWN, true),
        (Fault::RefusedAfter(status(500, RetryAfter::Absent)), UNKNOWN, true),
        (Fault::RefusedAfter(status(502, RetryAfter::Past)), UNKNOWN, true),
        (Fault::RefusedAfter(status(504, RetryAfter::Nonsense)), UNKNOWN, true),
        (Fault::ResetWithin, EITHER, true),
        (Fault::StallWithin, EITHER, true),
        (Fault::Truncated, EITHER, true),
        (Fault::Trickle, DONE, true),
        (Fault::SlowTrickle, EITHER, true),
        (Fault::NotHttp, UNKNOWN, true),
        (Fault::Garbage, APPLIED, true),
        (Fault::ShortLength, APPLIED, true),
        (Fault::LongLength, APPLIED, true),
        (Fault::HugeLength, APPLIED, true),
        (Fault::Chunked, DONE, true),
        (Fault::Unframed, DONE, true),
        (Fault::Surplus, DONE, true),
        (Fault::Bomb, APPLIED, true),
        (Fault::Endless, APPLIED, true),
        (Fault::EndlessError, UNKNOWN, true),
        (Fault::FieldDropped, APPLIED, true),
        (Fault::BadId, APPLIED, true),
        // The last one, since the next call could still use that connection.
        (Fault::ResetIdle, DONE, true),
    ]
}

/// For all vendors: the reported effect is correct, requests are not repeated, and complete responses succeed
/// regardless of their framing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn create_reports_the_effect_of_each_fault() {
    Record::install();
    let mut runs = JoinSet::new();
    for stack in Stack::ALL {
        runs.extend(Vendor::ALL.iter().map(|vendor| faults_are_reported(*vendor, *stack)));
    }
    runs.join_all().await;
    assert_eq!(Record::get().leak(), None);
}

async fn faults_are_reported(vendor: Vendor, stack: Stack) {
    let expected_faults = expected_faults();
    let schedule = Schedule::Listed(expected_faults.iter().map(|(fault, _, _)| *fault).collect());
    // Complete responses must arrive in time even on a busy machine.
    let limits =
        Limits { attempt: Duration::from_secs(1), total: Duration::from_secs(3), ..Limits::default() };
    let harness = Harness::start(vendor, 0, schedule, limits).await.unwrap();
    let provider = harness.provider(harness.tagged(stack).unwrap()).unwrap();
    let mut caller = Caller::new(harness.world.clone(), provider.clone(), 0, 0);
    for (fault, expected, acts) in &expected_faults {
        let call = caller.next_call();
        let new = new_key(vendor, call.key_name());
        let outcome = caller.call(call, Operation::Create, provider.create(new)).await;
        harness.world.arrivals.settled(call).await;

        let arrival = harness.world.arrivals.of(call);
        assert!(expected.contains(&outcome.end()), "{vendor}, {stack:?}, {fault:?}: {outcome:?}");
        assert_eq!(arrival.acted, u32::from(*acts), "{vendor}, {stack:?}, {fault:?}: {outcome:?}");
        let repeatable = matches!(fault, Fault::RefusedBefore(Status { code: 429, .. }));
        assert!(repeatable || arrival.seen == 1, "{vendor}, {stack:?}, {fault:?}: {arrival:?}");
        if let (Fault::LongLength | Fault::FieldDropped | Fault::BadId, Outcome::Failed(error)) =
            (fault, &outcome)
        {
            let (_, secret) =
                rescued(error).unwrap_or_else(|| panic!("{vendor}, {stack:?}, {fault:?}: {error}"));
            let verification = harness.emulator.store().verify(&secret).await.unwrap();
            assert!(matches!(verification, Verification::Valid(_)), "{vendor}, {stack:?}, {fault:?}");
        }
    }
    assert_eq!(harness.world.ledger.violations(), Vec::<String>::new(), "{vendor}");
    assert_eq!(harness.foreign.received(), Vec::<Vec<u8>>::new(), "{vendor}");
    assert_eq!(harness.world.counts.bodies_over_limit(), 0, "{vendor}");
}

/// An endless body is read up to the limit, except for bytes that are buffered when it is reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_body_stops_at_the_limit() {
    /// The size of one read, and the system's buffers of two sockets.
    const BUFFERED: u64 = 1 << 20;
    const BUFFERS: u64 = 48 << 20;
    Record::install();
    for (fault, limit, stack) in [
        (Fault::Endless, 1 << 20, Stack::Reqwest),
        (Fault::EndlessError, 64 << 10, Stack::Reqwest),
        (Fault::Endless, 1 << 20, Stack::Hyper),
        (Fault::EndlessError, 64 << 10, Stack::Hyper),
    ] {
        let schedule = Schedule::Listed(vec![fault]);
        let harness = Harness::start(Vendor::Clerk, 0, schedule, Limits::generous()).await.unwrap();
        let provider = harness.provider(harness.tagged(stack).unwrap()).unwrap();
        let mut caller = Caller::new(harness.world.clone(), provider.clone(), 0, 0);
        let call = caller.next_call();
        let new = new_key(Vendor::Clerk, call.key_name());
        let Outcome::Failed(error) = caller.call(call, Operation::Create, provider.create(new)).await else {
            panic!("{fault:?} was no failure");
        };
        let kind = match fault {
            Fault::Endless => ErrorKind::UnexpectedResponse,
            _ => ErrorKind::Unavailable,
        };
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.body().map(|body| body.len() as u64), Some(limit), "{error}");
        harness.world.arrivals.settled(call).await;
        let taken = harness.world.counts.largest_body();
        assert!((limit..limit + BUFFERED).contains(&taken), "{fault:?}: {taken} bytes were read");
        let pushed = harness.proxy.most_pushed();
        assert!((limit..limit + BUFFERS).contains(&pushed), "{fault:?}: {pushed} bytes were sent");
    }
}

/// Without a connection the server cannot have acted, so even a create is retried.
#[tokio::test]
async fn refused_connection_has_no_effect() {
    Record::install();
    for vendor in Vendor::ALL.iter().copied() {
        let harness = Harness::start(vendor, 0, Schedule::Calm, Limits::default()).await.unwrap();
        let closed = {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap()
        };
        let base_url = harness.base_url().replace(&harness.proxy.address().to_string(), &closed.to_string());
        for stack in Stack::ALL {
            let transport = stack.transport(Duration::from_secs(5), PoolSettings::default()).unwrap();
            let http = HttpConfig::new().transport(transport);
            let provider = connect(&vendor.into(), base_url.clone(), harness.emulator.token(), http).unwrap();
            let new: NewApiKey = new_key(vendor, CallId::default().key_name());
            let error = provider.create(new).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.effect(), error.attempts(), error.is_retryable()),
                (ErrorKind::Transport, Effect::NotApplied, 3, true),
                "{stack:?}: {error}"
            );
        }
        assert_eq!(harness.emulator.requests(), 0);
    }
}
