//! Text and times for people.

use std::time::Duration;

use api_keys::Timestamp;
use jiff::fmt::friendly::SpanPrinter;

/// Replaces characters that control a terminal or change the direction of text.
pub(crate) fn clean(text: &str) -> String {
    text.replace(is_harmful, "\u{fffd}")
}

/// Returns whether a character controls a terminal or changes the direction of text.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Formats a time as `2026-01-31, 3 d ago`, with the time of day if it is less than a day away.
pub(crate) fn time(time: Timestamp, now: Timestamp) -> String {
    let text = time.to_string();
    let (date, clock) = text.split_at(text.find('T').unwrap_or(text.len()));
    let near = now.duration_since(time).unsigned_abs().as_secs() < DAY;
    let age = age(time, now);
    if near {
        // `T12:34:56Z` to `12:34Z`.
        let clock = clock.get(1..6).map(|clock| format!(" {clock}Z")).unwrap_or_default();
        format!("{date}{clock}, {age}")
    } else {
        format!("{date}, {age}")
    }
}

/// Formats a duration, such as `1d 12h`.
pub(crate) fn duration(duration: Duration) -> String {
    SpanPrinter::new().unsigned_duration_to_string(&duration)
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// Formats the distance to a time, such as `3 d ago` or `in 3 d`.
pub(crate) fn age(time: Timestamp, now: Timestamp) -> String {
    let distance = now.duration_since(time);
    let seconds = distance.unsigned_abs().as_secs();
    let text = match seconds {
        0..MINUTE => {
            return if distance.is_negative() { "in less than 1 min" } else { "just now" }.to_owned();
        }
        MINUTE..HOUR => format!("{} min", rounded(seconds, MINUTE)),
        HOUR..DAY => format!("{} h", rounded(seconds, HOUR)),
        DAY..YEAR => format!("{} d", rounded(seconds, DAY)),
        _ => format!("{:.1} y", seconds as f64 / YEAR as f64),
    };
    if distance.is_negative() { format!("in {text}") } else { format!("{text} ago") }
}

fn rounded(seconds: u64, unit: u64) -> u64 {
    (seconds + unit / 2) / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_utc_with_an_age() {
        let now = at("2026-11-21T12:00:00Z");
        for (other, expected) in [
            ("2026-11-21T11:59:30Z", "2026-11-21 11:59Z, just now"),
            ("2026-11-21T09:00:00Z", "2026-11-21 09:00Z, 3 h ago"),
            ("2026-11-18T11:00:00Z", "2026-11-18, 3 d ago"),
            ("2026-12-21T11:59:00Z", "2026-12-21, in 30 d"),
            ("2024-11-21T12:00:00Z", "2024-11-21, 2.0 y ago"),
            ("2026-11-21T14:05:00+02:00", "2026-11-21 12:05Z, in 5 min"),
        ] {
            assert_eq!(time(at(other), now), expected);
        }
    }

    #[test]
    fn terminal_control_is_replaced() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}d\u{200f}"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}");
        assert_eq!(clean("Schlüssel 🔑"), "Schlüssel 🔑");
    }
}
