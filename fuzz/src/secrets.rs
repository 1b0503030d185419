//! Locations of secrets in the responses of each vendor, from its OpenAPI document.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use api_keys::{VENDORS, VendorInfo};
use serde_json::{Map, Value};

static DOCUMENTS: LazyLock<BTreeMap<&str, Value>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    let read = |vendor| {
        let path = root.join(vendor).join("openapi.json");
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_slice(&text).expect("a JSON document")
    };
    http_vendors().map(|vendor| (vendor.name, read(vendor.name))).collect()
});

/// Returns the vendors with an HTTP API: all but the databases.
pub(crate) fn http_vendors() -> impl Iterator<Item = &'static VendorInfo> {
    VENDORS.iter().filter(|vendor| vendor.name != "sql")
}

/// Returns the JSON pointers of secrets in the successful responses of some operations of a vendor.
pub(crate) fn pointers(vendor: &str, is_included: impl Fn(&str) -> bool) -> Vec<String> {
    let document = &DOCUMENTS[vendor];
    let mut found = Vec::new();
    for operation in members(&document["paths"]).flat_map(|(_, item)| members(item).map(|(_, value)| value)) {
        if !operation["operationId"].as_str().is_some_and(&is_included) {
            continue;
        }
        for (_, response) in members(&operation["responses"]).filter(|(status, _)| status.starts_with('2')) {
            for (_, media) in members(&resolve(document, response)["content"]) {
                find(document, &media["schema"], "", &mut found);
            }
        }
    }
    found
}

fn find(document: &Value, schema: &Value, pointer: &str, found: &mut Vec<String>) {
    let schema = resolve(document, schema);
    if schema["format"] == "password" {
        found.push(pointer.to_owned());
    }
    for (name, property) in members(&schema["properties"]) {
        find(document, property, &format!("{pointer}/{name}"), found);
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let target = value["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::{CannedResponse, take_line};

    /// Without such seeds, the guarantees about new secrets would not be tested.
    #[test]
    fn corpus_has_new_secrets_of_every_vendor() {
        for vendor in http_vendors() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/provider").join(vendor.name);
            let seeds: Vec<_> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| {
                    let seed = std::fs::read(entry.unwrap().path()).unwrap();
                    let mut response = &*seed;
                    take_line(&mut response);
                    CannedResponse::parse(response)
                })
                .collect();
            let pointers = pointers(vendor.name, |_| true);
            assert!(!pointers.is_empty(), "{}: no secret", vendor.name);
            for pointer in pointers {
                let has_seed = seeds.iter().any(|seed| seed.has_new_secret(&[&pointer]));
                assert!(has_seed, "{}: no seed with a new secret at {pointer}", vendor.name);
            }
        }
    }
}
