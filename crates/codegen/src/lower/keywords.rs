//! The keywords of schemas: which are understood, and which say nothing about types.

use crate::document::Node;
use crate::problem::Problem;

/// Keywords that [`form`](super::form::form) and the code behind it act on.
const HANDLED: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "format",
    "items",
    "nullable",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "writeOnly",
];

/// Keywords that say nothing about the type. Those that bound its values are told in the docs.
const PASSED_OVER: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "definitions",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
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
    "propertyNames",
    "uniqueItems",
    "xml",
];

/// Keywords that bound the values in ways that no doc comment tells. Servers check them anyway.
const UNCHECKED: &[&str] = &[
    "contains",
    "contentSchema",
    "dependentRequired",
    "maxContains",
    "minContains",
    "not",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords that make the form of a value depend on something that no type can.
pub(super) const CONDITIONS: &[&str] =
    &["$dynamicRef", "$recursiveRef", "dependentSchemas", "else", "if", "then"];

/// Keywords beside `$ref` or a single-member `allOf` that leave the type alone.
const ANNOTATIONS: &[&str] = &[
    "$comment",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "nullable",
    "readOnly",
    "summary",
    "title",
    "writeOnly",
];

/// Keywords that say what a value is made of.
pub(super) const STRUCTURE: &[&str] =
    &["additionalProperties", "allOf", "anyOf", "oneOf", "properties", "required"];

/// Makes sure that nothing in a schema is passed over in silence.
pub(super) fn expect(node: &Node<'_>) -> Result<(), Problem> {
    let mut handled = HANDLED.to_vec();
    if node.is_lenient() {
        for (key, child) in UNCHECKED.iter().filter_map(|key| Some((key, node.get(key)?))) {
            child.note(format!("`{key}` is no part of a type"), "values are not checked against it");
        }
        handled.extend(UNCHECKED.iter().chain(CONDITIONS));
    }
    node.expect_keys("a schema", &handled, PASSED_OVER)
}

pub(super) fn only_annotations_beside(node: &Node<'_>, keyword: &str) -> Result<(), Problem> {
    let is_union = ["oneOf", "anyOf"].contains(&keyword);
    for (key, sibling) in node.entries()? {
        if is_union && key == "discriminator" {
            continue;
        }
        if key != keyword && !ANNOTATIONS.contains(&key) && !key.starts_with("x-") {
            return Err(sibling.problem(
                format!("`{key}` beside `{keyword}` is not supported"),
                format!("move `{key}` into what `{keyword}` names"),
            ));
        }
    }
    Ok(())
}
