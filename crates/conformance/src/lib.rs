#![doc = include_str!("../README.md")]

mod checks;
mod compare;
mod context;
mod options;
mod report;
mod stop;

use std::panic::AssertUnwindSafe;

use api_keys_core::ApiKeyProvider;
use futures_util::FutureExt as _;

pub use options::Options;
pub use report::{Check, Outcome, Report};

use context::Context;
use stop::Stop;

/// Holds a provider against the contract of [`ApiKeyProvider`].
///
/// Every check creates the keys that it needs and removes them again, whatever happens; a panic of the provider is a
/// failed check. What `capabilities()` calls unsupported is checked to be refused, everything else to work. Checks
/// that cannot see what they would judge are skipped and say what they lack; most of that can be given in
/// [`Options`]. The checks run one after another; the last one looks for keys that are left over.
///
/// No timer is used, so a provider whose calls never end makes the run never end. A run that is dropped midway leaves
/// keys whose names begin with [`Options::name_prefix`].
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
            Some(why) => Outcome::Skipped { why: why.to_owned() },
            None => {
                let verdict = AssertUnwindSafe((check.run)(&context)).catch_unwind().await;
                let verdict = verdict.unwrap_or_else(|panic| Err(Stop::panicked(panic.as_ref())));
                verdict.err().map_or(Outcome::Passed, Outcome::from)
            }
        };
        // What could not be removed now is tried again, and reported, by the last check.
        let _ = AssertUnwindSafe(context.clean_up()).catch_unwind().await;
        checks.push(Check { name: check.name, outcome });
    }
    checks.extend(options.misspelt(&checks));
    Report::new(provider.vendor(), checks)
}
