//! The retry decision, and the effect of a failed attempt.

use std::time::{Duration, SystemTime};

use api_keys_core::Effect;
use api_keys_core::defect::Defect;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use crate::request::operation::OperationClass;

/// The number of attempts, and the delays between them.
///
/// The policy does not determine whether a request may be retried at all: that follows from the operation's class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The maximum number of attempts, including the first.
    pub max_attempts: u32,
    /// The maximum of the first random delay. It doubles with each attempt.
    pub base_delay: Duration,
    /// The maximum of all random delays. A vendor may request a longer one.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 3, base_delay: Duration::from_millis(200), max_delay: Duration::from_secs(5) }
    }
}

impl RetryPolicy {
    /// Creates a policy without retries.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts. 0 is treated as 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the maximum of the first random delay.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the maximum of all random delays.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Returns the maximum of the random delay after an attempt, counted from 1.
    pub(crate) fn ceiling(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.base_delay.saturating_mul(doubled).min(self.max_delay)
    }
}

/// The outcome of a failed attempt, as seen by the retry decision. Exhaustive, because the decision must cover every
/// case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The connection could not be established, so no request was sent.
    NotSent,
    /// The request may have been sent, but the response is missing: it timed out or the connection broke.
    NoResponse,
    /// The response has a status other than success.
    Status {
        /// The status.
        status: StatusCode,
        /// The delay that the vendor requests.
        retry_after: Option<Duration>,
    },
    /// The response is a web page, which the vendor does not send.
    WebPage,
    /// The response reports success, but the connection broke before the end of the body.
    Incomplete,
    /// The response reports success with a complete body that cannot be decoded.
    Undecodable,
}

/// The decision about a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Decision {
    /// The minimum delay before a retry; `None` to stop.
    pub retry: Option<Duration>,
    /// The effect that the attempt may have had at the vendor.
    pub effect: Effect,
}

/// Decides whether to retry after a failed attempt, counted from 1, and determines the effect.
///
/// | outcome | safe, idempotent | unsafe | effect |
/// |---|---|---|---|
/// | no connection | retry | retry | not applied |
/// | 429 | retry | retry | not applied |
/// | 408, 425, 5xx | retry | stop | unknown |
/// | no response | retry | stop | unknown |
/// | success, but a web page | stop | stop | unknown |
/// | success, incomplete body | retry | stop | applied |
/// | success, undecodable body | stop | stop | applied |
/// | 3xx, other 4xx | stop | stop | not applied |
///
/// Safe operations have no effect. 501 and 505 are never retried.
pub fn decide(class: OperationClass, policy: &RetryPolicy, attempt: u32, outcome: Outcome) -> Decision {
    let repeatable = class != OperationClass::Unsafe || Defect::RetryOfUnsafe.is_active();
    let (retry, effect) = match outcome {
        Outcome::NotSent => (true, Effect::NotApplied),
        Outcome::NoResponse if Defect::TimeoutWithoutEffect.is_active() => (repeatable, Effect::NotApplied),
        Outcome::NoResponse => (repeatable, Effect::Unknown),
        Outcome::WebPage => (false, Effect::Unknown),
        Outcome::Incomplete if Defect::IncompleteWithoutEffect.is_active() => {
            (repeatable, Effect::NotApplied)
        }
        Outcome::Incomplete => (repeatable, Effect::Applied),
        Outcome::Undecodable => (false, Effect::Applied),
        Outcome::Status { status, .. } => match status.as_u16() {
            429 => (true, Effect::NotApplied),
            501 | 505 => (false, Effect::Unknown),
            500..=599 if Defect::ServerErrorWithoutEffect.is_active() => (repeatable, Effect::NotApplied),
            408 | 425 | 500..=599 => (repeatable, Effect::Unknown),
            300..=499 => (false, Effect::NotApplied),
            _ => (false, Effect::Unknown),
        },
    };
    let floor = match outcome {
        Outcome::Status { retry_after, .. } if !Defect::RetryAfterIgnored.is_active() => {
            retry_after.unwrap_or_default()
        }
        _ => Duration::ZERO,
    };
    Decision {
        retry: (retry && attempt < policy.max_attempts).then_some(floor),
        effect: if class == OperationClass::Safe { Effect::NotApplied } else { effect },
    }
}

/// The maximum of requested delays: beyond any deadline, and safe in arithmetic.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the delay that the vendor requests: `Retry-After` in seconds or as an HTTP date, or `X-Retry-After`.
///
/// A date in the past returns zero. Invalid values, such as negative numbers, are ignored.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    [RETRY_AFTER.as_str(), "x-retry-after"].iter().find_map(|name| {
        let value = headers.get(*name)?.to_str().ok()?.trim();
        let delay = match value.parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 => Duration::try_from_secs_f64(seconds).unwrap_or(MAX_RETRY_AFTER),
            Ok(_) => return None,
            Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default(),
        };
        Some(delay.min(MAX_RETRY_AFTER))
    })
}
