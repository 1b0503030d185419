//! The keywords of schemas and their effect on types.

use crate::document::Node;
use crate::problem::{Problem, Topic};

/// Keywords that determine the type.
const TYPE: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "discriminator",
    "enum",
    "format",
    "items",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "required",
    "type",
    "unevaluatedProperties",
];

/// Keywords that describe a value without constraining it. They are allowed alongside `$ref`, and alongside `allOf`
/// with one member.
const ANNOTATIONS: &[&str] = &[
    "$comment",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "nullable",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
];

/// Keywords that constrain values without changing the type. The docs mention the important ones.
const CONSTRAINTS: &[&str] = &[
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
];

/// Other keywords without an effect on the type.
const IGNORED: &[&str] = &[
    "$anchor",
    "$defs",
    "$id",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "definitions",
    "externalDocs",
    "propertyNames",
    "uniqueItems",
];

/// Keywords that constrain values and are reported, because servers enforce them and no docs mention them.
const UNCHECKED: &[&str] = &[
    "contains",
    "contentSchema",
    "dependentRequired",
    "maxContains",
    "minContains",
    "not",
    "unevaluatedItems",
];

/// Keywords that make the type depend on values.
pub(super) const CONDITIONS: &[&str] =
    &["$dynamicRef", "$recursiveRef", "dependentSchemas", "else", "if", "then"];

/// Keywords that describe the structure of an object.
pub(super) const STRUCTURE: &[&str] =
    &["additionalProperties", "allOf", "anyOf", "oneOf", "properties", "required", "unevaluatedProperties"];

/// Reports keywords that the generator does not know.
pub(super) fn expect(node: &Node<'_>) -> Result<(), Problem> {
    let mut handled = [TYPE, ANNOTATIONS].concat();
    if node.is_lenient() {
        for (key, child) in UNCHECKED.iter().filter_map(|key| Some((key, node.get(key)?))) {
            let message = format!("`{key}` does not affect the type");
            child.note(Topic::Constraints, message, "values are not validated against it");
        }
        handled.extend(UNCHECKED.iter().chain(CONDITIONS));
    }
    node.expect_keys("a schema", &handled, &[CONSTRAINTS, IGNORED].concat())
}

/// Returns whether a schema allows values of any type, with at most annotations and constraints.
pub(crate) fn is_untyped(node: &Node<'_>) -> bool {
    let mut keys = node.value().as_object().into_iter().flat_map(serde_json::Map::keys);
    !keys.any(|key| TYPE.contains(&key.as_str()) || CONDITIONS.contains(&key.as_str()))
}

/// Returns whether a keyword leaves the type of a member of `allOf` to the other members.
pub(super) fn is_neutral_in_all_of(key: &str) -> bool {
    let is_listed = |list: &[&str]| list.contains(&key);
    is_listed(ANNOTATIONS)
        || is_listed(CONSTRAINTS)
        || ["allOf", "externalDocs", "type"].contains(&key)
        || key.starts_with("x-")
}

/// Fails if keywords other than annotations are alongside `keyword`.
pub(super) fn only_annotations_alongside(node: &Node<'_>, keyword: &str) -> Result<(), Problem> {
    let is_union = ["oneOf", "anyOf"].contains(&keyword);
    for (key, sibling) in node.entries()? {
        if is_union && key == "discriminator" {
            continue;
        }
        if key != keyword && !ANNOTATIONS.contains(&key) && !key.starts_with("x-") {
            return Err(sibling.problem(
                format!("`{key}` alongside `{keyword}` is not supported"),
                format!("move `{key}` into the schema of `{keyword}`"),
            ));
        }
    }
    Ok(())
}
