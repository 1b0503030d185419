//! How a check ends early.

use std::any::Any;

use api_keys_core::Error;

use crate::Outcome;

/// Ends the check as failed, for a reason given as to `format!`, unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err($crate::stop::Stop::failed(format!($($why)+)));
        }
    };
}
pub(crate) use ensure;

/// Why a check did not come to its end. What the provider returns as an error fails the check by `?`.
#[derive(Debug)]
pub(crate) enum Stop {
    Failed { why: String, error: Option<Error> },
    Skipped { why: String },
}

/// What a check returns.
pub(crate) type Verdict<T = ()> = Result<T, Stop>;

impl Stop {
    pub(crate) fn failed(why: impl Into<String>) -> Self {
        Self::Failed { why: why.into(), error: None }
    }

    pub(crate) fn failed_with(why: impl Into<String>, error: Error) -> Self {
        Self::Failed { why: why.into(), error: Some(error) }
    }

    pub(crate) fn skipped(why: impl Into<String>) -> Self {
        Self::Skipped { why: why.into() }
    }

    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::failed(format!("the provider panicked: {}", text.unwrap_or("without a text")))
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::failed_with("a call failed that should succeed", error)
    }
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed { why, error } => Self::Failed { why, error },
            Stop::Skipped { why } => Self::Skipped { why },
        }
    }
}
