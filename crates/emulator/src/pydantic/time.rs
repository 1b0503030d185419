//! Times as Python's `datetime.isoformat` writes them.

use api_keys_core::Timestamp;

/// Microseconds, which vanish altogether when there are none, and no zone.
pub(crate) fn isoformat(time: Timestamp) -> String {
    let fraction = time.subsec_microsecond() + time.subsec_millisecond() * 1000;
    let format = if fraction == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.6f" };
    time.strftime(format).to_string()
}
