//! Comparison of a vendor's response to the request.
//!
//! Some servers drop fields that they do not know, because of their configuration or their version. A key that lives
//! longer or has more permissions than requested must not be reported as success.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::expiry::Expiry;
use super::key::{ApiKey, KeyExpiry};
use crate::capabilities::field::Field;

/// Vendors truncate times to the second and set them after the request has arrived.
const TOLERANCE: Duration = Duration::from_secs(60);

/// The tolerance for a time of the vendor that can be compared only with the clock of this machine.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60 * 60);

/// Returns the first field that differs.
pub(super) fn first<const N: usize>(fields: [(Field, bool); N]) -> Option<Field> {
    fields.into_iter().find_map(|(field, differs)| differs.then_some(field))
}

/// Returns whether a value was requested and the vendor reports another one.
pub(super) fn differs(requested: Option<&String>, reported: Option<&String>) -> bool {
    matches!((requested, reported), (Some(requested), Some(reported)) if requested != reported)
}

pub(super) fn scopes_differ(requested: Option<&[String]>, key: &ApiKey) -> bool {
    match (requested, &key.scopes) {
        (Some(requested), Some(reported)) => {
            requested.iter().collect::<BTreeSet<_>>() != reported.iter().collect()
        }
        _ => false,
    }
}

/// Returns whether a key lives longer than requested.
pub(super) fn expiry_differs(requested: Expiry, key: &ApiKey) -> bool {
    match (requested, key.expiry) {
        (Expiry::VendorDefault, _) | (_, KeyExpiry::Unknown) => false,
        (Expiry::Never, reported) => reported != KeyExpiry::Never,
        (Expiry::In(_) | Expiry::At(_), KeyExpiry::Never) => true,
        (requested, KeyExpiry::At(reported)) => {
            let (created, tolerance) = match key.created_at {
                // Both times are the vendor's and can be compared.
                Some(created) => (created, TOLERANCE),
                None => (Timestamp::now(), CLOCK_TOLERANCE),
            };
            let lifetime = requested.lifetime(created).and_then(|lifetime| lifetime.checked_add(tolerance));
            let latest = lifetime.and_then(|lifetime| created.checked_add(lifetime).ok());
            reported > latest.unwrap_or(Timestamp::MAX)
        }
    }
}
