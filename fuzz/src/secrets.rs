//! Locations of secrets in the responses of each vendor, from its OpenAPI document.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use api_keys::VENDORS;
use serde_json::Value;

/// JSON pointers by vendor and operation id.
static POINTERS: LazyLock<BTreeMap<(String, String), Vec<String>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    let mut pointers = BTreeMap::new();
    for vendor in VENDORS {
        let path = root.join(vendor.name).join("openapi.json");
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let document: Value = serde_json::from_slice(&text).expect("a JSON document");
        let paths = document["paths"].as_object().into_iter().flat_map(|paths| paths.values());
        let operations = paths.filter_map(Value::as_object).flat_map(|item| item.values());
        for operation in operations.filter(|operation| operation["operationId"].is_string()) {
            let mut found = Vec::new();
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let content = resolve(&document, response)["content"].as_object();
                for media in content.into_iter().flat_map(|content| content.values()) {
                    if status.starts_with('2') {
                        find(&document, &media["schema"], "", &mut found);
                    }
                }
            }
            let id = operation["operationId"].as_str().expect("a string");
            pointers.insert((vendor.name.to_owned(), id.to_owned()), found);
        }
    }
    pointers
});

/// Returns the JSON pointers of secrets in the successful responses of some operations of a vendor.
pub(crate) fn pointers(vendor: &str, is_included: impl Fn(&str) -> bool) -> Vec<&'static String> {
    let operations = POINTERS.iter().filter(|((owner, id), _)| owner == vendor && is_included(id));
    operations.flat_map(|(_, pointers)| pointers).collect()
}

fn find(document: &Value, schema: &Value, pointer: &str, found: &mut Vec<String>) {
    let schema = resolve(document, schema);
    if schema["format"] == "password" {
        found.push(pointer.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        find(document, property, &format!("{pointer}/{name}"), found);
    }
}

fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let target = value["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::response::{CannedResponse, take_line};

    /// Without such seeds, the guarantees about new secrets would not be tested.
    #[test]
    fn corpus_has_new_secrets_of_every_operation() {
        for ((vendor, operation), pointers) in &*POINTERS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/provider").join(vendor);
            let has_seed = |pointer: &&String| {
                fs::read_dir(&folder).unwrap().any(|entry| {
                    let seed = fs::read(entry.unwrap().path()).unwrap();
                    let mut response = &*seed;
                    take_line(&mut response);
                    CannedResponse::parse(response).has_new_secret(&[pointer])
                })
            };
            let missing: Vec<_> = pointers.iter().filter(|pointer| !has_seed(pointer)).collect();
            assert!(missing.is_empty(), "{vendor}: {operation}: no seed with a new secret at {missing:?}");
        }
        for vendor in VENDORS {
            let has_secret =
                POINTERS.iter().any(|((other, _), found)| other == vendor.name && !found.is_empty());
            assert!(has_secret, "{} issues no secret", vendor.name);
        }
    }
}
