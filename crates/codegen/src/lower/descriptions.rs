//! Descriptions and constraints as documentation.

use serde_json::Value;

use crate::document::Node;
use crate::model::Docs;
use crate::problem::Problem;

/// Returns the description of a schema, or of the schema that it refers to, and sentences about constraints.
pub(super) fn docs(node: &Node<'_>) -> Result<Docs, Problem> {
    let target = node.resolve_if_any()?;
    let text = match node.text_of("description")? {
        Some(text) => text,
        None => target.text_of("description")?.unwrap_or_default(),
    };
    let mut notes = notes(node);
    if node.get("$ref").is_some() {
        for note in self::notes(&target) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    Ok(Docs { text: text.to_owned(), notes })
}

fn notes(node: &Node<'_>) -> Vec<String> {
    let value = |key: &str| node.get(key).map(|node| node.value().clone()).filter(|value| !value.is_null());
    let mut notes = Vec::new();
    notes.extend(range(value("minLength"), value("maxLength"), "character"));
    notes.extend(range(value("minItems"), value("maxItems"), "item"));
    notes.extend(range(value("minProperties"), value("maxProperties"), "entry"));
    if value("uniqueItems") == Some(Value::Bool(true)) {
        notes.push("Items are unique.".to_owned());
    }
    notes.extend(bounds(node));
    if let Some(factor) = value("multipleOf") {
        notes.push(format!("A multiple of {factor}."));
    }
    if let Some(Value::String(pattern)) = value("pattern") {
        notes.push(format!("Pattern: {}.", code(&pattern)));
    }
    if let Some(Value::String(format)) = value("format") {
        // Other formats are part of the type.
        if !["password", "date-time", "date-time-local", "int32", "int64", "uint64", "float", "double"]
            .contains(&&*format)
        {
            notes.push(format!("Format: {}.", code(&format)));
        }
    }
    if let Some(Value::Array(allowed)) = value("enum")
        && allowed.iter().any(Value::is_number)
    {
        let allowed: Vec<_> = allowed.iter().map(|value| code(&value.to_string())).collect();
        notes.push(format!("One of {}.", allowed.join(", ")));
    }
    if let Some(only) = value("const").filter(|only| !only.is_string()) {
        notes.push(format!("Always {}.", code(&only.to_string())));
    }
    if let Some(default) = value("default") {
        let text = match &default {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if !text.is_empty() {
            notes.push(format!("Default: {}.", code(&text)));
        }
    }
    if value("deprecated") == Some(Value::Bool(true)) {
        notes.push("Deprecated.".to_owned());
    }
    notes
}

/// Returns a sentence about a number of items.
fn range(least: Option<Value>, most: Option<Value>, what: &str) -> Option<String> {
    let plural = |count: &Value| match (count.as_u64(), what) {
        (Some(1), _) => what.to_owned(),
        (_, "entry") => "entries".to_owned(),
        _ => format!("{what}s"),
    };
    match (least.filter(|least| least.as_u64() != Some(0)), most) {
        (Some(least), Some(most)) if least == most => Some(format!("Exactly {least} {}.", plural(&least))),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {}.", plural(&most))),
        (Some(least), None) => Some(format!("At least {least} {}.", plural(&least))),
        (None, Some(most)) => Some(format!("At most {most} {}.", plural(&most))),
        (None, None) => None,
    }
}

/// Returns a sentence about the bounds of a number. Exclusive bounds are booleans in 3.0 and numbers in 3.1.
fn bounds(node: &Node<'_>) -> Option<String> {
    let bound = |key: &str, exclusive_key: &str| {
        let inclusive = node.get(key).map(|node| node.value().clone());
        match node.get(exclusive_key).map(|node| node.value().clone()) {
            Some(Value::Bool(true)) => (None, inclusive),
            Some(number @ Value::Number(_)) => (inclusive, Some(number)),
            _ => (inclusive, None),
        }
    };
    let (least, above) = bound("minimum", "exclusiveMinimum");
    let (most, below) = bound("maximum", "exclusiveMaximum");
    let lower = above.map(|n| format!("more than {n}")).or_else(|| least.map(|n| format!("at least {n}")));
    let upper = below.map(|n| format!("less than {n}")).or_else(|| most.map(|n| format!("at most {n}")));
    let sentence = match (lower, upper) {
        (Some(lower), Some(upper)) => format!("{lower} and {upper}"),
        (lower, upper) => lower.or(upper)?,
    };
    let mut letters = sentence.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Formats text as Markdown code, with as many backticks as necessary.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace(['\n', '\r'], " "))
}
