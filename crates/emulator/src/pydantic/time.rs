//! Times in the format of Python's `datetime.isoformat`.

use api_keys_core::Timestamp;

/// Formats a time with microseconds, which are omitted if they are zero, and without an offset.
pub(crate) fn isoformat(time: Timestamp) -> String {
    let fraction = time.subsec_microsecond() + time.subsec_millisecond() * 1000;
    let format = if fraction == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.6f" };
    time.strftime(format).to_string()
}
