//! Concurrent calls to several providers.

use std::future::Future;

use futures_util::future::join_all;

use crate::config::{Entry, Provider};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::ProviderFailure;
use crate::status;

/// Returns the results of the providers in their order, and the failures.
pub(super) async fn each<T, F>(
    entries: Vec<Entry>,
    call: impl Fn(Provider) -> F,
) -> (Vec<T>, Vec<ProviderFailure>)
where
    F: Future<Output = Result<T, Failure>>,
{
    let calls = entries.into_iter().map(|entry| {
        let name = entry.name().to_owned();
        let call = entry.build().map(&call);
        async move {
            match call {
                Ok(result) => result.await,
                Err(failure) => Err(failure),
            }
            .map_err(|failure| ProviderFailure { provider: name, failure })
        }
    });
    let (mut results, mut failures) = (Vec::new(), Vec::new());
    for result in join_all(calls).await {
        match result {
            Ok(result) => results.push(result),
            Err(failure) => failures.push(failure),
        }
    }
    (results, failures)
}

/// Prints the failures and returns the exit status.
pub(super) fn verdict(succeeded: usize, failures: &[ProviderFailure], console: &Console<'_>) -> u8 {
    let several = succeeded + failures.len() > 1;
    for ProviderFailure { provider, failure } in failures {
        if several {
            console.note(format_args!("{provider}: {failure}"));
        } else {
            console.note(failure);
        }
    }
    match failures {
        [] => status::OK,
        [first, ..] if succeeded == 0 => first.failure.exit_status(),
        _ => status::PARTIAL,
    }
}
