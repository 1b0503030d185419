//! Saved rotations.

use api_keys::{Rotation, Timestamp};

/// Parses the bytes as a saved rotation.
pub fn rotation(data: &[u8]) {
    let Ok(mut rotation) = serde_json::from_slice::<Rotation>(data) else { return };
    let saved = serde_json::to_string(&rotation).expect("a rotation can be saved");
    let loaded: Rotation = serde_json::from_str(&saved).expect("a saved rotation can be loaded");
    assert_eq!(loaded, rotation);
    for now in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        let _ = rotation.is_due(now);
        rotation.mark_delivered(now);
    }
    assert_eq!(rotation.due().is_some(), rotation.state.as_str() == "delivered");
}
