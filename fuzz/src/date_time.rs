//! Times in responses.

use api_keys::runtime::{DateTime, TimeZone};

/// Parses the bytes as a time in a response.
pub fn date_time(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let time = DateTime::from(text);
    assert_eq!(time.as_str(), text);
    assert_eq!(time.to_string(), text);
    let json = serde_json::to_string(&time).expect("a string");
    assert_eq!(serde_json::from_str::<DateTime>(&json).expect("any string is accepted"), time);

    let zones = ["UTC0", "EST5EDT,M3.2.0,M11.1.0", "LHST-10:30LHDT-11,M10.1.0,M4.1.0"];
    for zone in zones.map(|zone| TimeZone::posix(zone).expect("a zone")) {
        let in_zone = time.timestamp_in(&zone);
        match time.timestamp() {
            Some(_) => assert_eq!(in_zone, time.timestamp(), "a time with an offset moved to another zone"),
            None if in_zone.is_some() => {
                // A zone in brackets is an annotation, not an offset.
                let text = text.split('[').next().unwrap_or_default();
                assert!(!text.contains(['Z', 'z']), "{text:?} has an offset, and was read in a zone");
            }
            None => {}
        }
        if let Some(point) = in_zone {
            assert_eq!(DateTime::from(point).timestamp(), Some(point));
        }
    }
}
