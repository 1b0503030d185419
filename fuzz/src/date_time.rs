//! Times as servers write them.

use api_keys::runtime::{DateTime, TimeZone};

/// The bytes as a time in an answer.
pub fn date_time(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let time = DateTime::from(text);
    assert_eq!(time.as_str(), text);
    assert_eq!(time.to_string(), text);
    let json = serde_json::to_string(&time).expect("a string");
    assert_eq!(serde_json::from_str::<DateTime>(&json).expect("any string is taken"), time);

    let zones = ["UTC0", "EST5EDT,M3.2.0,M11.1.0", "LHST-10:30LHDT-11,M10.1.0,M4.1.0"];
    for zone in zones.map(|zone| TimeZone::posix(zone).expect("a zone")) {
        match (time.timestamp(), time.timestamp_in(&zone)) {
            (Some(point), there) => {
                assert_eq!(there, Some(point), "a time with an offset moved to another zone");
                assert_eq!(DateTime::from(point).timestamp(), Some(point));
            }
            (None, Some(point)) => {
                // A zone in brackets is a remark, not an offset.
                let said = text.split('[').next().unwrap_or_default();
                assert!(!said.contains(['Z', 'z']), "{text:?} has an offset, and was read in a zone");
                assert_eq!(DateTime::from(point).timestamp(), Some(point));
            }
            (None, None) => {}
        }
    }
}
