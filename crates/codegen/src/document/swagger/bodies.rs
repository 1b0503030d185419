//! Request bodies.

use serde_json::{Map, Value, json};

use super::parameters::{location, split};
use super::{Converter, Node, escape, items, media_types, schemas};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

impl Converter {
    /// Converts the parameters that are the body of an operation.
    pub(super) fn request_body(&mut self, operation: &Node<'_>, item: &Node<'_>) -> Option<Value> {
        let in_body = |wanted: &str| {
            let own = body_parameters(operation, wanted);
            if own.is_empty() { body_parameters(item, wanted) } else { own }
        };
        let consumes = media_types(&operation.root(), Some(operation), "consumes");
        let to = format!("{}/requestBody", operation.pointer());
        if let Some(body) = in_body("body").first() {
            return Some(self.body(body, consumes, &to));
        }
        let fields = in_body("formData");
        (!fields.is_empty()).then(|| self.form(&fields, consumes, &to))
    }

    fn body(&mut self, body: &Node<'_>, mut media_types: Vec<String>, to: &str) -> Value {
        if media_types.is_empty() {
            media_types.push("application/json".to_owned());
        }
        self.origins.record(to, body.pointer());
        let schema = body.get("schema");
        let content = media_types.into_iter().map(|media_type| {
            let media = match &schema {
                Some(schema) => {
                    let to = format!("{to}/content/{}/schema", escape(&media_type));
                    self.origins.record(to, schema.pointer());
                    json!({ "schema": schemas::schema(schema.value()) })
                }
                None => json!({}),
            };
            (media_type, media)
        });
        let content = Value::Object(content.collect());
        let mut converted = Map::from_iter([("content".to_owned(), content)]);
        for key in ["description", "required"] {
            converted.extend(body.get(key).map(|node| (key.to_owned(), node.value().clone())));
        }
        converted.into()
    }

    fn form(&mut self, fields: &[Node<'_>], mut media_types: Vec<String>, to: &str) -> Value {
        let is_file = |field: &Node<'_>| {
            let types = [field.get("type"), field.get("items").and_then(|items| items.get("type"))];
            types.into_iter().flatten().any(|name| name.value() == "file")
        };
        let has_file = fields.iter().any(is_file);
        media_types.retain(|media_type| media_type == MULTIPART || (media_type == FORM && !has_file));
        if media_types.is_empty() {
            media_types.push(if has_file { MULTIPART } else { FORM }.to_owned());
        }
        self.origins.record(to, parent(fields[0].pointer()));
        let is_multipart = !media_types.iter().any(|media_type| media_type == FORM);
        let mut properties = Map::new();
        let mut encoding = Map::new();
        let mut required = Vec::new();
        for field in fields {
            let Some((own, mut schema)) = split(field) else { continue };
            let Some(Value::String(name)) = own.get("name") else { continue };
            if own.get("required") == Some(&Value::Bool(true)) {
                required.push(Value::from(name.clone()));
            }
            if let (Some(text), Value::Object(schema)) = (own.get("description"), &mut schema) {
                schema.insert("description".to_owned(), text.clone());
            }
            for media_type in &media_types {
                let media = format!("{to}/content/{}", escape(media_type));
                for part in ["schema/properties", "encoding"] {
                    self.origins.record(format!("{media}/{part}/{}", escape(name)), field.pointer());
                }
            }
            if let Some(style) = self.style(field).filter(|style| style["explode"] == false) {
                if is_multipart && !is_file(field) {
                    self.lose(field, "a list in one part is not supported", "each item is a part");
                } else if !is_multipart {
                    encoding.insert(name.clone(), style.into());
                }
            }
            properties.insert(name.clone(), schema);
        }
        let is_required = !required.is_empty();
        let mut schema = json!({ "type": "object", "properties": properties });
        if is_required {
            schema["required"] = required.into();
        }
        let content = media_types.into_iter().map(|media_type| {
            let mut media = json!({ "schema": schema });
            if media_type == FORM && !encoding.is_empty() {
                media["encoding"] = encoding.clone().into();
            }
            (media_type, media)
        });
        json!({ "required": is_required, "content": Value::Object(content.collect()) })
    }
}

/// Returns the parameters in the body or the form, with their references resolved.
fn body_parameters<'d>(node: &Node<'d>, wanted: &str) -> Vec<Node<'d>> {
    let parameters = node.get("parameters").as_ref().map(items).unwrap_or_default();
    let wanted = parameters.into_iter().filter(|parameter| location(parameter) == Some(wanted));
    wanted.filter_map(|parameter| parameter.resolve().ok()).collect()
}

fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}
