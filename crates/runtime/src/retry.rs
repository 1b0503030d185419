//! When a request is sent again, and what the vendor may have done.

use std::time::{Duration, SystemTime};

use api_keys_core::Effect;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use crate::OperationClass;

/// How often, and how soon, a request is sent again.
///
/// Whether it may be sent again at all is not a matter of policy; [`decide`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many times a request is sent at most, the first included.
    pub max_attempts: u32,
    /// The upper end of the first random wait; it doubles with each attempt.
    pub base_delay: Duration,
    /// The longest random wait. A vendor may ask for a longer one.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 3, base_delay: Duration::from_millis(200), max_delay: Duration::from_secs(5) }
    }
}

impl RetryPolicy {
    /// Every request is sent once.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets how many times a request is sent at most; 0 counts as 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the upper end of the first random wait.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the longest random wait.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The upper end of the random wait after this attempt (counted from 1).
    pub(crate) fn ceiling(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.base_delay.saturating_mul(doubled).min(self.max_delay)
    }
}

/// What one attempt came to, as far as sending it again is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// No connection was made, so nothing left this machine.
    NotSent,
    /// The request may have left, and no answer came: time ran out, or the connection broke.
    NoAnswer,
    /// The vendor answered with a status other than success.
    Refused {
        /// The status.
        status: StatusCode,
        /// How long the vendor asks to wait.
        retry_after: Option<Duration>,
    },
    /// Somebody else reported success: a web page came where the vendor has none.
    WebPage,
    /// The vendor reported success, then the connection broke within the body.
    CutShort,
    /// The vendor reported success with a body that is whole but cannot be used; another answer will be no better.
    Unreadable,
}

/// What [`decide`] says about an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Decision {
    /// Send the request again, after at least this long; `None` to stop.
    pub retry: Option<Duration>,
    /// What this attempt may have done at the vendor.
    pub effect: Effect,
}

/// Decides on an attempt that failed (`attempt` counts from 1): is the request sent again, and what may the vendor
/// have done?
///
/// | outcome | safe, idempotent | unsafe | effect |
/// |---|---|---|---|
/// | no connection | again | again | none |
/// | 429 | again | again | none |
/// | 408, 425, 5xx | again | stop | unknown |
/// | no answer | again | stop | unknown |
/// | success, but a web page | stop | stop | unknown |
/// | success, body cut short | again | stop | applied |
/// | success, body unusable | stop | stop | applied |
/// | 3xx, other 4xx | stop | stop | none |
///
/// The effect of a safe operation is always none. 501 and 505 are final for every class: they will not pass.
pub fn decide(class: OperationClass, policy: &RetryPolicy, attempt: u32, outcome: Outcome) -> Decision {
    let repeatable = class != OperationClass::Unsafe;
    let (again, effect) = match outcome {
        Outcome::NotSent => (true, Effect::NotApplied),
        Outcome::NoAnswer => (repeatable, Effect::Unknown),
        Outcome::WebPage => (false, Effect::Unknown),
        Outcome::CutShort => (repeatable, Effect::Applied),
        Outcome::Unreadable => (false, Effect::Applied),
        Outcome::Refused { status, .. } => match status.as_u16() {
            429 => (true, Effect::NotApplied),
            501 | 505 => (false, Effect::Unknown),
            408 | 425 | 500..=599 => (repeatable, Effect::Unknown),
            300..=499 => (false, Effect::NotApplied),
            _ => (false, Effect::Unknown),
        },
    };
    let floor = match outcome {
        Outcome::Refused { retry_after, .. } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    Decision {
        retry: (again && attempt < policy.max_attempts).then_some(floor),
        effect: if class == OperationClass::Safe { Effect::NotApplied } else { effect },
    }
}

/// A vendor that asks for a longer wait than this is taken to ask for this: beyond any deadline, yet harmless in
/// arithmetic.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the vendor asks to wait: `Retry-After` as seconds or as an HTTP date, or `X-Retry-After`.
///
/// A date that has passed means now. What cannot be understood, such as a negative number, says nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    [RETRY_AFTER.as_str(), "x-retry-after"].iter().find_map(|name| {
        let value = headers.get(*name)?.to_str().ok()?.trim();
        let wait = match value.parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 => Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT),
            Ok(_) => return None,
            Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default(),
        };
        Some(wait.min(LONGEST_WAIT))
    })
}
