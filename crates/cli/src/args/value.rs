//! Parsers of argument values.

use std::time::Duration;

use api_keys::{Expiry, Timestamp};
use api_keys_emulator::Vendor;
use api_keys_plan::{InvalidPeriod, Period};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::Value;

pub(crate) fn vendor() -> impl TypedValueParser<Value = Vendor> {
    PossibleValuesParser::new(Vendor::ALL.iter().map(|vendor| vendor.as_str())).try_map(|name| name.parse())
}

/// Parses a whole number and a unit, such as `90d`.
pub(crate) fn duration(text: &str) -> Result<Duration, InvalidPeriod> {
    text.parse::<Period>().map(|period| period.duration())
}

/// Parses a time of RFC 3339, a date (midnight in UTC), or a duration before now.
pub(crate) fn past(text: &str) -> Result<Timestamp, String> {
    if let Ok(duration) = duration(text) {
        return Timestamp::now().checked_sub(duration).map_err(|_| "too long ago".to_owned());
    }
    time(text)
}

fn time(text: &str) -> Result<Timestamp, String> {
    let midnight = format!("{text}T00:00:00Z");
    text.parse().or_else(|_| midnight.parse()).map_err(|_| {
        "expected a duration such as 90d, a date such as 2030-01-31, or a time such as 2030-01-31T12:00:00Z"
            .to_owned()
    })
}

/// Parses `never`, a duration from now, or a time in the future.
pub(crate) fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry::Never);
    }
    if let Ok(duration) = duration(text) {
        return if duration.is_zero() {
            Err("must not be zero".to_owned())
        } else {
            Ok(Expiry::In(duration))
        };
    }
    let time = time(text).map_err(|invalid| invalid.replacen("expected", "expected `never`,", 1))?;
    if time <= Timestamp::now() { Err("must be in the future".to_owned()) } else { Ok(Expiry::At(time)) }
}

/// Parses JSON.
pub(crate) fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("invalid JSON at line {}, column {}", error.line(), error.column()))
}

/// Parses `NAME=VALUE`, where the value is JSON or otherwise a string.
pub(crate) fn field(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.is_empty() {
        return Err("empty name".to_owned());
    }
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiration_is_never_or_in_the_future() {
        assert_eq!(expiry("never"), Ok(Expiry::Never));
        assert_eq!(expiry("1d"), Ok(Expiry::In(Duration::from_secs(86_400))));
        assert!(matches!(expiry("2999-01-31"), Ok(Expiry::At(_))));
        assert!(matches!(expiry("2999-01-31T12:00:00+02:00"), Ok(Expiry::At(_))));
        for invalid in ["0d", "2001-01-31", "tomorrow", "2999-13-01", ""] {
            assert!(expiry(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn field_values_are_json_or_strings() {
        assert_eq!(field("read_only=true"), Ok(("read_only".to_owned(), true.into())));
        assert_eq!(field("a=b=c"), Ok(("a".to_owned(), "b=c".into())));
        assert!(field("a").is_err() && field("=a").is_err());
    }
}
