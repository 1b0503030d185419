//! Operations of path items.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::document::Node;
use crate::problem::Problem;

/// The fields of a path item with operations.
const FIELDS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The field with the operations of other methods, since OpenAPI 3.2.
const ADDITIONAL: &str = "additionalOperations";

/// Returns the fields of a path item with operations.
pub(crate) fn fields() -> impl Iterator<Item = &'static str> {
    FIELDS.into_iter().chain([ADDITIONAL])
}

/// Returns whether a field of a path item is an operation.
pub(crate) fn is_operation(field: &str) -> bool {
    FIELDS.contains(&field)
}

/// Returns the operations of a path item with their methods, in the order of the document.
pub(crate) fn operations<'d>(item: &Node<'d>) -> Result<Vec<(Cow<'d, str>, Node<'d>)>, Problem> {
    let mut operations = Vec::new();
    for (field, node) in item.entries()? {
        if is_operation(field) {
            operations.push((Cow::Owned(field.to_ascii_uppercase()), node));
        } else if field == ADDITIONAL {
            operations
                .extend(node.entries()?.into_iter().map(|(method, node)| (Cow::Borrowed(method), node)));
        }
    }
    Ok(operations)
}

/// Like [`operations`], for changes.
pub(crate) fn operations_mut(
    item: &mut Map<String, Value>,
) -> impl Iterator<Item = (String, &mut Map<String, Value>)> {
    let operations = item.iter_mut().flat_map(|(field, value)| match field.as_str() {
        ADDITIONAL => value
            .as_object_mut()
            .into_iter()
            .flatten()
            .map(|(method, value)| (method.clone(), value))
            .collect(),
        field if FIELDS.contains(&field) => vec![(field.to_ascii_uppercase(), value)],
        _ => Vec::new(),
    });
    operations.filter_map(|(method, value)| Some((method, value.as_object_mut()?)))
}

/// Retains some operations of a path item.
pub(crate) fn retain(item: &mut Map<String, Value>, keep: impl Fn(&Value) -> bool) {
    item.retain(|field, value| match value {
        Value::Object(additional) if field == ADDITIONAL => {
            additional.retain(|_, operation| keep(operation));
            !additional.is_empty()
        }
        value => !FIELDS.contains(&field.as_str()) || keep(value),
    });
}
