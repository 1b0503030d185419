//! Changes to our document.

use serde_json::{Value, json};

use crate::document::unescape;

/// A change to our document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Inserts a value, and missing objects around it.
    Insert {
        pointer: String,
        value: Value,
    },
    /// Adds an item to an array, which is created if necessary.
    Append {
        pointer: String,
        value: Value,
    },
    Remove {
        pointer: String,
    },
}

impl Edit {
    /// The location of the edit.
    pub(crate) fn pointer(&self) -> &str {
        match self {
            Self::Insert { pointer, .. } | Self::Append { pointer, .. } | Self::Remove { pointer } => pointer,
        }
    }

    /// Applies the change. Returns false if the location has an unexpected form.
    pub(crate) fn apply(&self, document: &mut Value) -> bool {
        match self {
            Self::Insert { pointer, value } => {
                let Some(place) = ensure(document, pointer) else { return false };
                *place = value.clone();
                true
            }
            Self::Append { pointer, value } => match ensure(document, pointer) {
                Some(Value::Array(items)) => {
                    items.push(value.clone());
                    true
                }
                Some(place @ Value::Null) => {
                    *place = json!([value]);
                    true
                }
                _ => false,
            },
            Self::Remove { pointer } => {
                let Some((parent, key)) = pointer.rsplit_once('/') else { return false };
                let Some(object) = document.pointer_mut(parent).and_then(Value::as_object_mut) else {
                    return false;
                };
                object.shift_remove(&unescape(key)).is_some()
            }
        }
    }
}

/// Returns the value at a pointer, which is created as null if it is absent.
fn ensure<'v>(document: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    let mut place = document;
    for key in pointer.split('/').skip(1) {
        let key = unescape(key);
        if place.is_null() {
            *place = json!({});
        }
        place = match place {
            Value::Object(object) => {
                if !object.contains_key(&key) {
                    // Statuses are sorted; other keys are appended.
                    let is_status = key.starts_with(|first: char| first.is_ascii_digit());
                    let later = |known: &String| is_status && *known > key;
                    let index = object.keys().position(later).unwrap_or(object.len());
                    object.shift_insert(index, key.clone(), Value::Null);
                }
                object.get_mut(&key)?
            }
            Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(place)
}
