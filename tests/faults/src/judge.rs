//! Checks of a single call.

use std::fmt::Debug;
use std::time::Duration;

use api_keys::{Effect, Error, ErrorKind, Operation};
use api_keys_runtime::BodyLimits;

use crate::call_id::CallId;
use crate::record::Record;
use crate::rescue::rescued;
use crate::world::{Limits, World};

/// Checks the result of a call by what its documentation guarantees.
pub(crate) fn judge<T: Debug>(
    world: &World,
    call: CallId,
    operation: Operation,
    result: Result<&T, &Error>,
    took: Duration,
) {
    let World { ledger, limits: Limits { total, max_attempts, slack, .. }, .. } = world;
    let sent = world.counts.sent(call);
    // A listing has a deadline for each page.
    let deadline = *total * sent.first.max(1);
    ledger.check(took < deadline + *slack, || {
        format!("{call} {operation}: took {took:?}, over its deadline of {deadline:?}")
    });
    let error = match result {
        Ok(value) => return Record::get().note(&format!("{value:?}")),
        Err(error) => error,
    };
    Record::get().error(error);
    let line = error.to_string();
    let violation = |what: &str| ledger.violation(format!("{call} {operation}: {what}: {line}"));
    if line.lines().count() != 1 {
        violation("not one line");
    }
    if !is_expected(error, operation, ledger.loses_keys()) {
        violation("no injected fault can cause this kind");
    }
    if is_safe(operation) && error.effect() != Effect::NotApplied {
        violation("an operation that only reads had an effect");
    }
    let issues = matches!(operation, Operation::Create | Operation::Rotate);
    if issues && error.effect() == Effect::Applied && world.arrivals.of(call).whole {
        ledger.check(rescued(error).is_some(), || format!("{call} {operation}: the secret is lost: {line}"));
    }
    let limits = BodyLimits::default();
    // Some vendors can read a key only by listing.
    let most = if is_safe(operation) { limits.list } else { limits.object };
    if error.body().is_some_and(|body| body.len() > most) {
        violation("the kept body is over the limit");
    }
    let attempts = error.attempts();
    let sent = sent.attempts;
    // Reads may take several requests, of which the last one failed.
    if attempts > *max_attempts || (!is_safe(operation) && attempts != sent) {
        violation(&format!("{attempts} attempts are reported, {sent} requests were sent"));
    }
}

fn is_safe(operation: Operation) -> bool {
    use Operation as O;
    matches!(operation, O::Get | O::List | O::Verify | O::Reveal)
}

/// Returns whether a bad network can cause this kind for a valid request and an existing key.
fn is_expected(error: &Error, operation: Operation, keys_are_lost: bool) -> bool {
    match error.kind() {
        ErrorKind::RateLimited
        | ErrorKind::Unavailable
        | ErrorKind::Timeout
        | ErrorKind::Transport
        | ErrorKind::UnexpectedResponse => true,
        // A redirect: the base URL must be wrong.
        ErrorKind::Configuration => matches!(error.status(), Some(302 | 307)),
        // A vendor that reports an invalid secret with these statuses says so in the body.
        ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => operation == Operation::Verify,
        // An orphan may be gone by the time it is revoked.
        ErrorKind::NotFound => keys_are_lost || matches!(operation, Operation::Revoke | Operation::Delete),
        _ => false,
    }
}
