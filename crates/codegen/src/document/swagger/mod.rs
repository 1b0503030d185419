//! Swagger 2.0 to OpenAPI 3.0.

mod bodies;
mod origins;
mod parameters;
mod responses;
mod schemas;

use serde_json::{Map, Value, json};

pub(super) use self::origins::Origins;
use super::{Document, Node, escape};
use crate::methods;
use crate::problem::Problem;

/// A document after the conversion.
pub(super) struct Converted {
    pub(super) root: Value,
    /// The locations of its parts in the original.
    pub(super) origins: Origins,
    /// What OpenAPI 3.0 cannot express.
    pub(super) losses: Vec<Problem>,
}

/// Converts a document.
pub(super) fn convert(file: &str, original: Value) -> Converted {
    let document = Document::untyped(file, original);
    let mut converter = Converter { origins: Origins::default(), losses: Vec::new() };
    let root = converter.document(&document.root());
    let Converter { mut origins, losses } = converter;
    origins.original = document.root;
    Converted { root, origins, losses }
}

struct Converter {
    origins: Origins,
    losses: Vec<Problem>,
}

impl Converter {
    fn document(&mut self, root: &Node<'_>) -> Value {
        let mut converted = Map::new();
        let mut components = Map::new();
        converted.insert("openapi".to_owned(), "3.0.3".into());
        let servers = servers(root);
        if !servers.is_empty() {
            converted.insert("servers".to_owned(), servers.into());
        }
        for (key, node) in entries(root) {
            let (component, value) = match key {
                "swagger" | "host" | "basePath" | "schemes" | "consumes" | "produces" => continue,
                "paths" => {
                    converted.insert(key.to_owned(), self.paths(&node));
                    continue;
                }
                "definitions" => ("schemas", each(&node, |_, schema| schemas::schema(schema.value()))),
                "parameters" => (key, self.shared_parameters(&node)),
                "responses" => {
                    let media_types = media_types(root, None, "produces");
                    let response = |name: &str, node: &Node<'_>| {
                        let to = format!("/components/responses/{}", escape(name));
                        self.response(node, &to, &media_types)
                    };
                    (key, each(&node, response))
                }
                "securityDefinitions" => {
                    ("securitySchemes", each(&node, |_, scheme| security_scheme(scheme)))
                }
                _ => {
                    converted.insert(key.to_owned(), node.value().clone());
                    continue;
                }
            };
            self.origins.record(format!("/components/{component}"), node.pointer());
            components.insert(component.to_owned(), value);
        }
        converted.insert("components".to_owned(), components.into());
        converted.into()
    }

    fn paths(&mut self, paths: &Node<'_>) -> Value {
        each(paths, |_, item| {
            each(item, |key, node| match key {
                "parameters" => self.parameters(&items(node), node.pointer()),
                "$ref" => schemas::reference_value(node.value()),
                field if methods::is_operation(field) => self.operation(node, item),
                _ => node.value().clone(),
            })
        })
    }

    fn operation(&mut self, operation: &Node<'_>, item: &Node<'_>) -> Value {
        let mut converted = Map::new();
        let root = operation.root();
        for (key, node) in entries(operation) {
            let value = match key {
                "consumes" | "produces" => continue,
                "schemes" => {
                    if root.get("schemes").is_none_or(|all| all.value() != node.value()) {
                        self.lose(&node, "`schemes` of an operation is not supported", "ignored");
                    }
                    continue;
                }
                "parameters" => self.parameters(&items(&node), node.pointer()),
                "responses" => {
                    let media_types = media_types(&root, Some(operation), "produces");
                    let has_own = operation.get("produces").is_some();
                    each(&node, |_, response| {
                        let to = response.pointer().to_owned();
                        // The media types of a shared response are those of the document.
                        match response.resolve() {
                            Ok(shared) if has_own => self.response(&shared, &to, &media_types),
                            _ => self.response(response, &to, &media_types),
                        }
                    })
                }
                _ => node.value().clone(),
            };
            converted.insert(key.to_owned(), value);
        }
        if let Some(body) = self.request_body(operation, item) {
            converted.insert("requestBody".to_owned(), body);
        }
        converted.into()
    }

    fn lose(&mut self, node: &Node<'_>, message: impl Into<String>, instead: &str) {
        self.losses.push(node.problem(message, instead));
    }
}

/// Returns the entries of an object; none of any other value, which is reported where it is used.
fn entries<'d>(node: &Node<'d>) -> Vec<(&'d str, Node<'d>)> {
    node.entries().unwrap_or_default()
}

/// Returns the items of an array; none of any other value.
fn items<'d>(node: &Node<'d>) -> Vec<Node<'d>> {
    node.items().unwrap_or_default()
}

/// Converts each value of an object. Extensions and other values stay as they are.
fn each<'d>(node: &Node<'d>, mut convert: impl FnMut(&'d str, &Node<'d>) -> Value) -> Value {
    let Ok(entries) = node.entries() else { return node.value().clone() };
    let convert = |(key, node): (&'d str, Node<'d>)| {
        let value = if key.starts_with("x-") { node.value().clone() } else { convert(key, &node) };
        (key.to_owned(), value)
    };
    Value::Object(entries.into_iter().map(convert).collect())
}

/// Returns the media types of an operation: its own, those of the document, or none.
fn media_types(root: &Node<'_>, operation: Option<&Node<'_>>, key: &str) -> Vec<String> {
    let own = operation.and_then(|operation| operation.get(key));
    let list = own.or_else(|| root.get(key)).as_ref().map(items).unwrap_or_default();
    list.iter().filter_map(|media_type| Some(media_type.text().ok()?.to_owned())).collect()
}

fn servers(root: &Node<'_>) -> Vec<Value> {
    let text = |key: &str| root.text_of(key).ok().flatten().unwrap_or_default();
    let path = text("basePath").trim_end_matches('/');
    let host = text("host");
    if host.is_empty() {
        return if path.is_empty() { Vec::new() } else { vec![json!({ "url": path })] };
    }
    let schemes = root.get("schemes").as_ref().map(items).unwrap_or_default();
    let mut schemes: Vec<_> = schemes.iter().filter_map(|scheme| scheme.text().ok()).collect();
    schemes.retain(|scheme| ["https", "http"].contains(scheme));
    schemes.sort_by_key(|scheme| *scheme != "https");
    if schemes.is_empty() {
        schemes.push("https");
    }
    schemes.iter().map(|scheme| json!({ "url": format!("{scheme}://{host}{path}") })).collect()
}

fn security_scheme(scheme: &Node<'_>) -> Value {
    let Value::Object(object) = scheme.value() else { return scheme.value().clone() };
    let mut converted = object.clone();
    match object.get("type").and_then(Value::as_str) {
        Some("basic") => {
            converted.insert("type".to_owned(), "http".into());
            converted.insert("scheme".to_owned(), "basic".into());
        }
        Some("oauth2") => {
            let name = match object.get("flow").and_then(Value::as_str) {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some(other) => other,
                None => "implicit",
            };
            converted.shift_remove("flow");
            let details = ["authorizationUrl", "tokenUrl", "scopes"]
                .into_iter()
                .filter_map(|key| Some((key.to_owned(), converted.shift_remove(key)?)));
            let flow: Map<_, _> = details.collect();
            converted.insert("flows".to_owned(), json!({ name: flow }));
        }
        _ => {}
    }
    converted.into()
}
