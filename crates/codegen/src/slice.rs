//! A part of a document: some operations, and what they refer to.

use std::collections::HashSet;

use serde_json::Value;

/// Which operations of a document are wanted. An empty selection wants all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Those that have any of these tags.
    pub tags: Vec<String>,
    /// Those whose paths start with any of these.
    pub paths: Vec<String>,
}

impl Selection {
    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.paths.is_empty()
    }

    fn wants_path(&self, path: &str) -> bool {
        self.paths.iter().any(|prefix| path.starts_with(prefix.as_str()))
    }

    fn wants_tags(&self, operation: &Value) -> bool {
        let tags = operation.get("tags").and_then(Value::as_array).into_iter().flatten();
        tags.filter_map(Value::as_str).any(|tag| self.tags.iter().any(|wanted| wanted == tag))
    }
}

pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Removes the operations that are not wanted, and then the components that nothing refers to.
pub(crate) fn slice(document: &mut Value, selection: &Selection) {
    if selection.is_empty() {
        return;
    }
    retain_operations(document, |path, _, operation| {
        selection.wants_path(path) || selection.wants_tags(operation)
    });
}

/// Keeps some operations, by path and method, and the components that they refer to.
pub(crate) fn retain_operations(document: &mut Value, wanted: impl Fn(&str, &str, &Value) -> bool) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths.iter_mut() {
        let Some(item) = item.as_object_mut() else { continue };
        item.retain(|key, value| !METHODS.contains(&key.as_str()) || wanted(path, key, value));
    }
    paths.retain(|_, item| {
        let has_operation = METHODS.iter().any(|method| item.get(method).is_some());
        has_operation || item.get("$ref").is_some()
    });
    let used = references(document);
    let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) else { return };
    for (kind, entries) in components.iter_mut().filter(|(kind, _)| *kind != "securitySchemes") {
        let Some(entries) = entries.as_object_mut() else { continue };
        entries.retain(|name, _| used.contains(&component(kind, name)));
    }
}

fn component(kind: &str, name: &str) -> String {
    format!("#/components/{kind}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The components that the paths refer to, directly or through others.
fn references(document: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut ahead: Vec<&Value> = document.get("paths").into_iter().collect();
    while let Some(value) = ahead.pop() {
        match value {
            Value::Object(object) => {
                // A mapping of a discriminator names schemas as well; any string that looks so is taken for one.
                ahead.extend(object.values());
            }
            Value::Array(items) => ahead.extend(items),
            Value::String(text) if text.starts_with("#/components/") => {
                let name: Vec<_> = text.split('/').take(4).collect();
                let name = name.join("/");
                if let Some(target) = document.pointer(&name[1..])
                    && found.insert(name)
                {
                    ahead.push(target);
                }
            }
            _ => {}
        }
    }
    found
}
