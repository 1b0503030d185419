//! Each fault alone, and what a create says about it.

use std::time::Duration;

use api_keys::Effect::{self, Applied, Unknown};
use api_keys::{ApiKeyProvider, ErrorKind, NewApiKey, Operation, Verification};
use api_keys_emulator::Vendor;
use api_keys_fault_tests::{
    Bench, CallId, Caller, End, Fault, Limits, Outcome, Record, RetryAfter, Schedule, Status, connect,
    new_key, rescued,
};
use api_keys_runtime::HttpConfig;
use tokio::task::JoinSet;

fn status(code: u16, retry_after: RetryAfter) -> Status {
    Status { code, retry_after, html: false }
}

/// What the caller may be told, and whether the server acted.
type Truth = (Fault, &'static [End], bool);

fn truths() -> Vec<Truth> {
    const DONE: &[End] = &[End::Done];
    const NONE: &[End] = &[End::Failed(Effect::NotApplied)];
    const UNKNOWN: &[End] = &[End::Failed(Unknown)];
    const APPLIED: &[End] = &[End::Failed(Applied)];
    // It depends on whether the status came through.
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
        (Fault::Dishonoured, APPLIED, true),
        (Fault::BadId, APPLIED, true),
        // The last, since the next call might still take that connection.
        (Fault::ResetIdle, DONE, true),
    ]
}

/// For all vendors alike: the effect that is told is true, nothing is sent twice, and what comes whole is a success,
/// however it comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_tells_the_truth_about_each_fault() {
    Record::install();
    let vendors: JoinSet<_> = Vendor::ALL.iter().copied().map(tells_the_truth).collect();
    vendors.join_all().await;
    assert_eq!(Record::get().leak(), None);
}

async fn tells_the_truth(vendor: Vendor) {
    let truths = truths();
    let schedule = Schedule::Listed(truths.iter().map(|(fault, _, _)| *fault).collect());
    // What comes whole must not be too late, however busy the machine is.
    let limits = Limits { attempt: Duration::from_secs(1), total: Duration::from_secs(3), max_attempts: 3 };
    let bench = Bench::start(vendor, 0, schedule, limits).await.unwrap();
    let provider = bench.provider(bench.tagged().unwrap()).unwrap();
    let mut caller = Caller::new(bench.clone(), provider.clone(), 0, 0);
    for (fault, expected, acts) in &truths {
        let call = caller.next_call();
        let new = new_key(vendor, call.key_name());
        let outcome = caller.call(call, Operation::Create, provider.create(new)).await;
        bench.proxy.arrivals().settled(call).await;

        let arrival = bench.proxy.arrivals().of(call);
        assert!(expected.contains(&outcome.end()), "{vendor}, {fault:?}: {outcome:?}");
        assert_eq!(arrival.acted, u32::from(*acts), "{vendor}, {fault:?}: {outcome:?}");
        let repeatable = matches!(fault, Fault::RefusedBefore(Status { code: 429, .. }));
        assert!(repeatable || arrival.seen == 1, "{vendor}, {fault:?}: {arrival:?}");
        if let (Fault::LongLength | Fault::Dishonoured | Fault::BadId, Outcome::Failed(error)) =
            (fault, &outcome)
        {
            let (_, secret) = rescued(error).unwrap_or_else(|| panic!("{vendor}, {fault:?}: {error}"));
            let verification = bench.emulator.store().verify(&secret).await.unwrap();
            assert!(matches!(verification, Verification::Valid(_)), "{vendor}, {fault:?}");
        }
    }
    assert_eq!(bench.ledger.violations(), Vec::<String>::new(), "{vendor}");
    assert_eq!(bench.stranger.received(), Vec::<Vec<u8>>::new(), "{vendor}");
    assert_eq!(bench.counts.bodies_over_limit(), 0, "{vendor}");
}

/// An endless body costs the limit, and what was on its way when it was reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_body_is_taken_up_to_its_limit() {
    /// What one read may hold, and what the system keeps for two sockets.
    const ON_ITS_WAY: u64 = 1 << 20;
    const BUFFERS: u64 = 48 << 20;
    Record::install();
    for (fault, limit) in [(Fault::Endless, 1 << 20), (Fault::EndlessError, 64 << 10)] {
        let schedule = Schedule::Listed(vec![fault]);
        let bench = Bench::start(Vendor::Clerk, 0, schedule, Limits::patient()).await.unwrap();
        let provider = bench.provider(bench.tagged().unwrap()).unwrap();
        let mut caller = Caller::new(bench.clone(), provider.clone(), 0, 0);
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
        bench.proxy.arrivals().settled(call).await;
        let taken = bench.counts.largest_body();
        assert!((limit..limit + ON_ITS_WAY).contains(&taken), "{fault:?}: {taken} bytes were taken");
        let pushed = bench.proxy.most_pushed();
        assert!((limit..limit + BUFFERS).contains(&pushed), "{fault:?}: {pushed} bytes were sent");
    }
}

/// Where there is no connection nothing can have happened, and even a create is tried again.
#[tokio::test]
async fn a_refused_connection_has_no_effect() {
    Record::install();
    for vendor in Vendor::ALL.iter().copied() {
        let bench = Bench::start(vendor, 0, Schedule::Calm, Limits::default()).await.unwrap();
        let closed = {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap()
        };
        let base_url = bench.base_url().replace(&bench.proxy.address().to_string(), &closed.to_string());
        let provider = connect(&vendor.into(), base_url, bench.emulator.token(), HttpConfig::new()).unwrap();
        let new: NewApiKey = new_key(vendor, CallId::default().key_name());
        let error = provider.create(new).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect(), error.attempts(), error.is_retryable()),
            (ErrorKind::Transport, Effect::NotApplied, 3, true),
            "{error}"
        );
        assert_eq!(bench.emulator.requests(), 0);
    }
}
