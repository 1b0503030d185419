//! Durations such as `90d`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

const DAY: u64 = 24 * 60 * 60;

/// A whole number of seconds, minutes, hours, days, weeks or years, as it was written: `90d`.
///
/// ```
/// use api_keys_plan::Period;
/// use std::time::Duration;
///
/// let period: Period = "2w".parse()?;
/// assert_eq!(period.duration(), Duration::from_secs(14 * 86_400));
/// assert_eq!(period.to_string(), "2w");
/// # Ok::<(), api_keys_plan::InvalidPeriod>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    text: String,
    duration: Duration,
}

impl Period {
    /// Returns the duration.
    pub const fn duration(&self) -> Duration {
        self.duration
    }
}

/// An error for a text that is not a [`Period`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPeriod {
    /// The text has another form.
    #[error("expected a whole number and one of s, m, h, d, w, y, such as 90d")]
    Form,
    /// The duration exceeds the range of seconds.
    #[error("too long")]
    Range,
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or(InvalidPeriod::Form)?;
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| InvalidPeriod::Form)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => DAY,
            "w" => 7 * DAY,
            "y" => 365 * DAY,
            _ => return Err(InvalidPeriod::Form),
        };
        let seconds = number.checked_mul(seconds).ok_or(InvalidPeriod::Range)?;
        Ok(Self { text: text.to_owned(), duration: Duration::from_secs(seconds) })
    }
}

impl TryFrom<String> for Period {
    type Error = InvalidPeriod;

    fn try_from(text: String) -> Result<Self, InvalidPeriod> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.text
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_a_unit() {
        let seconds = |text: &str| text.parse::<Period>().map(|period| period.duration().as_secs());
        assert_eq!(seconds("90d"), Ok(90 * DAY));
        assert_eq!(seconds("2w"), seconds("14d"));
        for invalid in
            ["", "90", "d", "-1d", "1.5d", "90 d", "90days", "99999999999999999999d", "9999999999999999y"]
        {
            assert!(seconds(invalid).is_err(), "{invalid}");
        }
    }
}
