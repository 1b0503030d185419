//! What a body looks like, whatever it holds.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil};
use serde_json::Value;

/// Names and types. A time is told from other text, and one with an offset from one without, since clients read them;
/// of a list, each kind of item once.
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
    fn names_and_types_are_told_and_values_are_not() {
        let one = json!({ "id": "a", "at": "2026-11-20T21:21:56+00:00", "on": true, "n": 5, "none": null });
        assert_eq!(shape(&one), "{at: time, id: string, n: number, none: null, on: true}");
    }

    #[test]
    fn times_with_and_without_an_offset_are_told_apart() {
        assert_eq!(shape(&json!("2026-11-20T21:21:56.656565")), "local time");
        assert_eq!(shape(&json!("2026-11-20T21:21:56Z")), "time");
        assert_eq!(shape(&json!("")), "\"\"");
    }

    #[test]
    fn a_list_tells_each_kind_of_item_once() {
        assert_eq!(shape(&json!([{ "a": 1 }, { "a": 2 }, { "a": null }])), "[{a: null} | {a: number}]");
        assert_eq!(shape(&json!([])), "[]");
    }
}
