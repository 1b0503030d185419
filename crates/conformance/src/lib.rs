#![doc = include_str!("../README.md")]

mod checks;
mod compare;
mod context;
mod options;
mod report;
mod result;

use std::panic::AssertUnwindSafe;

use api_keys_core::ApiKeyProvider;
use futures_util::FutureExt as _;

pub use crate::options::Options;
pub use crate::report::{Check, Outcome, Report};

use crate::context::Context;
use crate::result::CheckError;

/// Checks a provider against the contract of [`ApiKeyProvider`].
///
/// The checks run sequentially. Each one creates the keys that it needs and removes them in any case; a panic of the
/// provider fails the check. Operations and fields that `capabilities()` reports as unsupported must be rejected, all
/// others must work. A check is skipped, with the reason, if the provider or the [`Options`] lack something that it
/// needs. The last check looks for keys that remain.
///
/// There are no timeouts. A run that is dropped leaves keys whose names begin with [`Options::name_prefix`].
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
    let mut checks = Vec::new();
    for check in checks::all() {
        let outcome = match options.skipped(check.name) {
            Some(reason) => Outcome::Skipped { reason: reason.to_owned() },
            None => {
                let result = AssertUnwindSafe((check.run)(&context)).catch_unwind().await;
                let result = result.unwrap_or_else(|panic| Err(CheckError::panicked(panic.as_ref())));
                result.err().map_or(Outcome::Passed, Outcome::from)
            }
        };
        // Keys that cannot be removed now are retried and reported by the last check.
        let _ = AssertUnwindSafe(context.clean_up()).catch_unwind().await;
        checks.push(Check { name: check.name, outcome });
    }
    checks.extend(options.unknown_skips(&checks));
    Report::new(provider.vendor(), checks)
}
