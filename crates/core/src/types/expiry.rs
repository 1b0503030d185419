//! The requested expiration of a key.

use std::time::Duration;

use jiff::Timestamp;

/// The expiration of a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Expiry {
    /// The vendor's default: never for some vendors, a year for others.
    #[default]
    VendorDefault,
    /// Never. Rejected by vendors whose keys always expire.
    Never,
    /// The given duration after the vendor receives the request. Rounded **down** to the vendor's unit; less than one
    /// unit is rejected.
    In(Duration),
    /// The given time. Sent as a duration to vendors that accept only durations.
    At(Timestamp),
}

impl Expiry {
    /// Returns the lifetime from `now` on, or `None` if no time was given. A time in the past returns zero.
    pub fn lifetime(self, now: Timestamp) -> Option<Duration> {
        match self {
            Self::VendorDefault | Self::Never => None,
            Self::In(lifetime) => Some(lifetime),
            Self::At(time) => Some(Duration::try_from(time.duration_since(now)).unwrap_or_default()),
        }
    }
}
