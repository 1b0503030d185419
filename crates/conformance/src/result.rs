//! Results of checks.

use std::any::Any;
use std::error::Error as StdError;

use api_keys_core::{Error, SecretKey};

use crate::report::Outcome;

/// Fails the check with a formatted reason unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($reason:tt)+) => {
        if !$condition {
            return Err($crate::result::CheckError::failed(format!($($reason)+)));
        }
    };
}
pub(crate) use ensure;

/// The reason why a check did not pass. An error of the provider fails the check by `?`.
#[derive(Debug)]
pub(crate) enum CheckError {
    Failed { reason: String, error: Option<Error> },
    Skipped { reason: String },
}

pub(crate) type CheckResult<T = ()> = Result<T, CheckError>;

impl CheckError {
    pub(crate) fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), error: None }
    }

    pub(crate) fn failed_with(reason: impl Into<String>, error: Error) -> Self {
        Self::Failed { reason: reason.into(), error: Some(error) }
    }

    pub(crate) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped { reason: reason.into() }
    }

    /// Removes secrets. An error that contains one is dropped.
    pub(crate) fn redact(self, secrets: &[SecretKey]) -> Self {
        let Self::Failed { mut reason, mut error } = self else { return self };
        for secret in secrets.iter().map(SecretKey::expose).filter(|secret| !secret.is_empty()) {
            reason = reason.replace(secret, "***");
            if error.as_ref().is_some_and(|error| contains(error, secret)) {
                error = None;
                reason.push_str("; the error is omitted, because it contains a secret");
            }
        }
        Self::Failed { reason, error }
    }

    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::failed(format!("the provider panicked: {}", text.unwrap_or("no message")))
    }
}

impl From<Error> for CheckError {
    fn from(error: Error) -> Self {
        Self::failed_with("unexpected error", error)
    }
}

impl From<CheckError> for Outcome {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Failed { reason, error } => Self::Failed { reason, error },
            CheckError::Skipped { reason } => Self::Skipped { reason },
        }
    }
}

fn contains(error: &Error, secret: &str) -> bool {
    let mut next: Option<&dyn StdError> = Some(error);
    while let Some(error) = next {
        if format!("{error} {error:?}").contains(secret) {
            return true;
        }
        next = error.source();
    }
    false
}
