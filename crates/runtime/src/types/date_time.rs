//! Times in the vendor's format.

use std::fmt;

use api_keys_core::Timestamp;
use jiff::{civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A time in a request or response, parsed on demand.
///
/// An invalid time must not prevent decoding a response that contains a new secret. Every string is therefore accepted,
/// and [`timestamp`](Self::timestamp) returns whether it is a valid time.
///
/// ```
/// use api_keys_runtime::{DateTime, TimeZone};
///
/// let time = DateTime::from("2026-05-01T12:00:00+02:00");
/// assert_eq!(time.timestamp(), Some("2026-05-01T10:00:00Z".parse()?));
///
/// // Without an offset, a time zone is required.
/// let local = DateTime::from("2026-05-01T12:00:00");
/// assert_eq!(local.timestamp(), None);
/// assert_eq!(local.timestamp_in(&TimeZone::UTC), Some("2026-05-01T12:00:00Z".parse()?));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(String);

impl DateTime {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the timestamp of an RFC 3339 time with an offset.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.0.parse().ok()
    }

    /// The point in time, where a time without an offset is read in the given zone.
    pub fn timestamp_in(&self, zone: &TimeZone) -> Option<Timestamp> {
        self.timestamp().or_else(|| {
            let local: civil::DateTime = self.0.parse().ok()?;
            Some(local.to_zoned(zone.clone()).ok()?.timestamp())
        })
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for DateTime {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for DateTime {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Timestamp> for DateTime {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.to_string())
    }
}
