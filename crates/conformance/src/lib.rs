#![doc = include_str!("../README.md")]

mod checks;
mod compare;
mod context;
mod options;
mod report;
mod result;

use std::panic::AssertUnwindSafe;
use std::thread;

use api_keys_core::ApiKeyProvider;
use futures_util::FutureExt as _;
use futures_util::future::{Either, pending, select};

pub use crate::options::Options;
pub use crate::report::{Check, Outcome, Report};

use crate::context::Context;
use crate::result::{CheckError, CheckResult};

/// Checks a provider against the contract of [`ApiKeyProvider`].
///
/// The checks run sequentially. Each one creates the keys that it needs and removes them in any case; a panic of the
/// provider fails the check. Operations and fields that `capabilities()` reports as unsupported must be rejected, all
/// others must work. A check is skipped, with the reason, if the provider or the [`Options`] lack something that it
/// needs. The last check looks for keys that remain. The run stops if [`Options::max_keys`] keys cannot be removed, or
/// if keys that may exist cannot be listed.
///
/// There are no timeouts. A run that is dropped leaves keys whose names begin with [`Options::name_prefix`]. A run that
/// is cancelled with [`Options::cancel_on`] removes them.
///
/// ```
/// # async fn example(provider: std::sync::Arc<dyn api_keys_core::ApiKeyProvider>) {
/// use api_keys_conformance::{Options, run};
///
/// let report = run(&provider, Options::new().owner("user_1").max_keys(5)).await;
/// println!("{report}");
/// report.assert_passed();
/// # }
/// ```
pub async fn run<P: ApiKeyProvider + ?Sized>(provider: &P, options: Options) -> Report {
    let context = Context::new(provider, &options);
    let mut cancelled = match options.cancel_on.clone() {
        Some(cancelled) => cancelled.left_future(),
        None => pending().right_future(),
    };
    let mut is_stopped = false;
    let mut checks = Vec::new();
    let all = checks::all();
    for check in all.iter().filter(|check| options.includes(check.name)) {
        let result = AssertUnwindSafe((check.run)(&context)).catch_unwind();
        let outcome = match options.skipped(check.name) {
            Some(reason) => Outcome::Skipped { reason: reason.to_owned() },
            None if check.name == options::NO_KEYS_REMAIN => outcome(&context, result.await),
            None if is_stopped => Outcome::NotRun,
            None => match select(&mut cancelled, result).await {
                Either::Left(_) => {
                    is_stopped = true;
                    context.expect_unknown_key();
                    Outcome::NotRun
                }
                Either::Right((result, _)) => outcome(&context, result),
            },
        };
        // Keys that cannot be removed now are retried and reported by the last check.
        if check.name != options::NO_KEYS_REMAIN {
            let _ = AssertUnwindSafe(context.clean_up()).catch_unwind().await;
            is_stopped |= context.is_exhausted();
        }
        checks.push(Check { name: check.name, operation: check.operation, outcome });
    }
    checks.extend(options.unknown_checks(&all.iter().map(|check| check.name).collect::<Vec<_>>()));
    Report::new(provider.vendor(), checks, context.tracked_ids())
}

/// Returns the outcome of a check without secrets.
fn outcome<P: ApiKeyProvider + ?Sized>(
    context: &Context<'_, P>,
    result: thread::Result<CheckResult>,
) -> Outcome {
    let result = result.unwrap_or_else(|panic| Err(CheckError::panicked(panic.as_ref())));
    result.map_or_else(|error| error.redact(&context.secrets()).into(), |()| Outcome::Passed)
}
