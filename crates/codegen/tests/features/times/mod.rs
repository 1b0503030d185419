//! `date-time` values keep their text.

pub mod generated;

use serde_json::json;

use crate::round_trip;

#[tokio::test]
async fn time_round_trips() {
    for time in
        ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00.123456789+01:00", "2026-01-01 00:00:00", "never"]
    {
        let thing = json!({ "created_at": time, "local": "2026-01-01T00:00", "day": "2026-01-01", "revoked_at": null });
        let (read, sent) = round_trip!(thing);
        assert_eq!(read.created_at.to_string(), time);
        assert_eq!(sent, thing);
    }
}
