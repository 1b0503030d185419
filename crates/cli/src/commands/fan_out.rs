//! Asking several providers at the same time.

use std::future::Future;

use futures_util::future::join_all;

use crate::config::{Entry, Provider};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::ProviderFailure;
use crate::status;

/// What the providers answered, in their order, and what those that could not be asked or did not answer failed with.
pub(super) async fn each<T, F>(
    entries: Vec<Entry>,
    ask: impl Fn(Provider) -> F,
) -> (Vec<T>, Vec<ProviderFailure>)
where
    F: Future<Output = Result<T, Failure>>,
{
    let asked = entries.into_iter().map(|entry| {
        let name = entry.name().to_owned();
        let connected = entry.build().map(&ask);
        async move {
            match connected {
                Ok(answer) => answer.await,
                Err(failure) => Err(failure),
            }
            .map_err(|failure| ProviderFailure { provider: name, failure })
        }
    });
    let (mut answers, mut failures) = (Vec::new(), Vec::new());
    for answer in join_all(asked).await {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(failure) => failures.push(failure),
        }
    }
    (answers, failures)
}

/// Tells what failed, and the exit status that follows.
pub(super) fn verdict(answered: usize, failures: &[ProviderFailure], console: &Console<'_>) -> u8 {
    let several = answered + failures.len() > 1;
    for ProviderFailure { provider, failure } in failures {
        if several {
            console.note(format_args!("{provider}: {failure}"));
        } else {
            console.note(failure);
        }
    }
    match failures {
        [] => status::OK,
        [first, ..] if answered == 0 => first.failure.exit_status(),
        _ => status::PARTIAL,
    }
}
