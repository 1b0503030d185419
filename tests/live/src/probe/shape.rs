//! The shape of a body.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil};
use serde_json::Value;

/// Returns names and types. Times are distinguished from other strings, and those with an offset from those without,
/// because clients parse them. Of a list, each kind of item occurs once.
pub(super) fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(_) => "number".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) if text.parse::<Timestamp>().is_ok() => "time".to_owned(),
        Value::String(text) if text.parse::<civil::DateTime>().is_ok() => "local time".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) => {
            let kinds: BTreeSet<_> = items.iter().map(shape).collect();
            format!("[{}]", Vec::from_iter(kinds).join(" | "))
        }
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, value)| format!("{name}: {}", shape(value))).collect();
            members.sort();
            format!("{{{}}}", members.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::shape;

    #[test]
    fn shape_has_names_and_types() {
        let one = json!({ "id": "a", "at": "2026-11-20T21:21:56+00:00", "on": true, "n": 5, "none": null });
        assert_eq!(shape(&one), "{at: time, id: string, n: number, none: null, on: true}");
    }

    #[test]
    fn shape_distinguishes_time_offsets() {
        assert_eq!(shape(&json!("2026-11-20T21:21:56.656565")), "local time");
        assert_eq!(shape(&json!("2026-11-20T21:21:56Z")), "time");
        assert_eq!(shape(&json!("")), "\"\"");
    }

    #[test]
    fn shape_of_a_list_has_unique_items() {
        assert_eq!(shape(&json!([{ "a": 1 }, { "a": 2 }, { "a": null }])), "[{a: null} | {a: number}]");
        assert_eq!(shape(&json!([])), "[]");
    }
}
