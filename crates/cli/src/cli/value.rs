//! Values of options: spans, times, ids, JSON.

use std::time::Duration;

use api_keys::{Expiry, Timestamp};
use api_keys_emulator::Vendor;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::Value;

const DAY: u64 = 24 * 60 * 60;

pub(crate) fn vendor() -> impl TypedValueParser<Value = Vendor> {
    PossibleValuesParser::new(Vendor::ALL.iter().map(|vendor| vendor.as_str())).try_map(|name| name.parse())
}

/// A whole number and a unit, such as `90d`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "write a whole number and one of s, m, h, d, w, y, such as 90d".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => DAY,
        "w" => 7 * DAY,
        "y" => 365 * DAY,
        _ => return Err(wrong()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| "it is too long".to_owned())
}

/// A point in time: RFC 3339, a date (its first moment in UTC), or a span before now.
pub(crate) fn past(text: &str) -> Result<Timestamp, String> {
    if let Ok(span) = span(text) {
        return Timestamp::now().checked_sub(span).map_err(|_| "it is too long ago".to_owned());
    }
    time(text)
}

fn time(text: &str) -> Result<Timestamp, String> {
    let midnight = format!("{text}T00:00:00Z");
    text.parse().or_else(|_| midnight.parse()).map_err(|_| {
        "write a span such as 90d, a date such as 2030-01-31, or a time such as 2030-01-31T12:00:00Z"
            .to_owned()
    })
}

/// `never`, a span from now on, or a time to come.
pub(crate) fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry::Never);
    }
    if let Ok(span) = span(text) {
        return if span.is_zero() {
            Err("it would be over at once".to_owned())
        } else {
            Ok(Expiry::In(span))
        };
    }
    let time = time(text).map_err(|wrong| format!("write `never`, or {}", &wrong["write ".len()..]))?;
    if time <= Timestamp::now() { Err("it is past".to_owned()) } else { Ok(Expiry::At(time)) }
}

/// A JSON text.
pub(crate) fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("not JSON at line {}, column {}", error.line(), error.column()))
}

/// `NAME=VALUE`, where the value is JSON or else a text.
pub(crate) fn field(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    if name.is_empty() {
        return Err("the name is empty".to_owned());
    }
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_whole_numbers_with_a_unit() {
        assert_eq!(span("90d"), Ok(Duration::from_secs(90 * DAY)));
        assert_eq!(span("2w"), span("14d"));
        for wrong in
            ["", "90", "d", "-1d", "1.5d", "90 d", "90days", "99999999999999999999d", "9999999999999999y"]
        {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_expiry_is_never_or_to_come() {
        assert_eq!(expiry("never"), Ok(Expiry::Never));
        assert_eq!(expiry("1d"), Ok(Expiry::In(Duration::from_secs(DAY))));
        assert!(matches!(expiry("2999-01-31"), Ok(Expiry::At(_))));
        assert!(matches!(expiry("2999-01-31T12:00:00+02:00"), Ok(Expiry::At(_))));
        for wrong in ["0d", "2001-01-31", "tomorrow", "2999-13-01", ""] {
            assert!(expiry(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn fields_are_json_where_they_can_be() {
        assert_eq!(field("read_only=true"), Ok(("read_only".to_owned(), true.into())));
        assert_eq!(field("a=b=c"), Ok(("a".to_owned(), "b=c".into())));
        assert!(field("a").is_err() && field("=a").is_err());
    }
}
