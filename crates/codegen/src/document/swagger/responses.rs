//! Responses.

use serde_json::{Map, Value, json};

use super::parameters::split;
use super::{Converter, Node, each, escape, schemas};

impl Converter {
    pub(super) fn response(&mut self, response: &Node<'_>, to: &str, media_types: &[String]) -> Value {
        let Value::Object(object) = response.value() else { return response.value().clone() };
        self.origins.record(to, response.pointer());
        let mut converted = Map::new();
        for (key, value) in object {
            let value = match key.as_str() {
                // Examples do not affect the code.
                "schema" | "examples" => continue,
                "$ref" => schemas::reference_value(value),
                "headers" => response
                    .get(key)
                    .map_or(Value::Null, |headers| each(&headers, |_, header| self::header(header))),
                _ => value.clone(),
            };
            converted.insert(key.clone(), value);
        }
        if let Some(schema) = response.get("schema") {
            let is_file = schema.get("type").is_some_and(|name| name.value() == "file");
            let default = [if is_file { "application/octet-stream" } else { "application/json" }.to_owned()];
            let media_types = if media_types.is_empty() { &default } else { media_types };
            let content = media_types.iter().map(|media_type| {
                let to = format!("{to}/content/{}/schema", escape(media_type));
                self.origins.record(to, schema.pointer());
                (media_type.clone(), json!({ "schema": schemas::schema(schema.value()) }))
            });
            let content = Value::Object(content.collect());
            converted.insert("content".to_owned(), content);
        }
        converted.into()
    }
}

fn header(header: &Node<'_>) -> Value {
    let Some((mut converted, schema)) = split(header) else { return header.value().clone() };
    converted.insert("schema".to_owned(), schema);
    converted.into()
}
