//! Selections of operations.

use std::collections::HashSet;

use serde_json::Value;

use crate::methods;

/// A selection of operations by tag or path. An empty selection selects all operations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Selects operations with any of these tags.
    pub tags: Vec<String>,
    /// Selects operations whose paths start with any of these prefixes.
    pub paths: Vec<String>,
}

impl Selection {
    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.paths.is_empty()
    }

    fn selects_path(&self, path: &str) -> bool {
        self.paths.iter().any(|prefix| path.starts_with(prefix.as_str()))
    }

    fn selects_tags(&self, operation: &Value) -> bool {
        let tags = operation.get("tags").and_then(Value::as_array).into_iter().flatten();
        tags.filter_map(Value::as_str).any(|tag| self.tags.iter().any(|selected| selected == tag))
    }
}

/// Removes operations that are not selected, and unreferenced components.
pub(crate) fn select(document: &mut Value, selection: &Selection) {
    if selection.is_empty() {
        return;
    }
    retain_operations(document, |path, operation| {
        selection.selects_path(path) || selection.selects_tags(operation)
    });
}

/// Retains some operations, and the components that they refer to.
pub(crate) fn retain_operations(document: &mut Value, keep: impl Fn(&str, &Value) -> bool) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths.iter_mut() {
        let Some(item) = item.as_object_mut() else { continue };
        methods::retain(item, |operation| keep(path, operation));
    }
    paths.retain(|_, item| {
        let has_operation = methods::fields().any(|field| item.get(field).is_some());
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

/// Returns the components that the paths refer to, directly or indirectly.
fn references(document: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut queue: Vec<&Value> = document.get("paths").into_iter().collect();
    while let Some(value) = queue.pop() {
        match value {
            Value::Object(object) => {
                // Mappings of discriminators refer to schemas too, so every string counts.
                queue.extend(object.values());
            }
            Value::Array(items) => queue.extend(items),
            Value::String(text) if text.starts_with("#/components/") => {
                let name: Vec<_> = text.split('/').take(4).collect();
                let name = name.join("/");
                if let Some(target) = document.pointer(&name[1..])
                    && found.insert(name)
                {
                    queue.push(target);
                }
            }
            _ => {}
        }
    }
    found
}
