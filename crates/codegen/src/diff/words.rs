//! Names of values and types in messages.

use serde_json::Value;

use super::schema::{Schema, Shape};

/// Returns a short description of the values that a schema accepts.
pub(super) fn describe(schema: &Schema<'_>) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in schema.shapes.iter().map(describe_shape) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() || (schema.nullable && !schema.is_any()) {
        words.push("null".to_owned());
    }
    words.join(" or ")
}

pub(super) fn describe_shape(shape: &Shape<'_>) -> String {
    let Some(ty) = shape.ty else { return "any JSON".to_owned() };
    if ty == "array" {
        let items = Schema::of(shape.items());
        return match items {
            Ok(items) if !items.at.is_empty() => {
                let types: Vec<_> = items.shapes.iter().map(|shape| shape.ty.unwrap_or("any JSON")).collect();
                format!("array of {}", types.join(" or "))
            }
            _ => "array".to_owned(),
        };
    }
    match shape.get("format").and_then(|format| format.value().as_str()) {
        Some(format) => format!("{ty} ({format})"),
        None => ty.to_owned(),
    }
}

pub(super) fn text(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("`{value}`"))
}

pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
