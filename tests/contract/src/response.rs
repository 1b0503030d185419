//! Response bodies, generated from the document.

use serde_json::Value;

use super::document::Response;
use super::sample::{Node, nodes, samples, types};

/// A body as a server may send it.
#[derive(Debug)]
pub struct Body<'a> {
    /// The origin of the body.
    pub what: String,
    /// The content type; empty without a body.
    pub label: &'a str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its schema and its value, if it is JSON.
    pub json: Option<(&'a Value, Value)>,
}

/// Returns every documented example of a response, and bodies generated from its schema; an empty one if none is
/// documented.
pub fn bodies(response: &Response) -> Vec<Body<'_>> {
    if response.content.is_empty() {
        return vec![Body { what: "no body".to_owned(), label: "", bytes: Vec::new(), json: None }];
    }
    let mut bodies = Vec::new();
    for (label, media) in &response.content {
        let shown =
            media.examples.iter().map(|(name, example)| (format!("example {name}"), example.value.clone()));
        let made = samples(&media.schema).into_iter().enumerate();
        let made = made.map(|(number, value)| (format!("sample {number}"), value));
        bodies.extend(shown.chain(made).map(|(what, value)| {
            let what = format!("{label}, {what}");
            match &value {
                // Not JSON in quotes, but the text itself.
                Value::String(text) => Body { what, label, bytes: text.clone().into_bytes(), json: None },
                _ => Body {
                    what,
                    label,
                    bytes: value.to_string().into_bytes(),
                    json: Some((&media.schema, value)),
                },
            }
        }));
    }
    bodies
}

/// Returns the parts of a documented value that are missing in the `Debug` output of the decoded one: strings and
/// numbers by field name.
pub fn lost(schema: &Value, value: &Value, shown: &str) -> Vec<String> {
    let nodes = nodes(schema, value);
    let lost = nodes.iter().filter_map(|node| {
        let text = match node.value {
            _ if is_hidden(node) => return None,
            Value::String(text) => format!("{text:?}"),
            Value::Number(number) if types(node.schema).contains(&"number") => {
                format!("{:?}", number.as_f64()?)
            }
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!stands_as(node.name, &text, shown)).then(|| format!("{} = {text}", node.pointer))
    });
    lost.collect()
}

/// Returns whether `Debug` deliberately prints something else: nothing of secrets and of a caller's own JSON, and the
/// name of an enum variant.
fn is_hidden(node: &Node<'_>) -> bool {
    node.schema["format"] == "password" || node.schema.get("enum").is_some() || types(node.schema).is_empty()
}

/// Returns whether `field: Some(Wrapped(text` occurs.
fn stands_as(field: Option<&str>, text: &str, shown: &str) -> bool {
    let Some(field) = field else { return shown.contains(text) };
    let label = format!("{}: ", snake_case(field));
    shown.match_indices(text).any(|(start, _)| {
        let before = shown[..start].trim_end_matches(|c: char| c.is_alphanumeric() || c == '(');
        before.ends_with(&label)
    })
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}
