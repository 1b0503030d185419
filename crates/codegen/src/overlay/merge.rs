//! Merging the value of an action into its targets.

use serde_json::Value;

use super::places::{Step, pointer};

/// Merges a value into its targets, except those that have changed since the action was written. Fails if there are
/// such targets, or if nothing was changed.
pub(super) fn merge_all(
    document: &mut Value,
    places: &[Vec<Step>],
    was: Option<&Value>,
    update: &Value,
) -> Result<(), String> {
    let mut misfit = None;
    let mut changed = false;
    for place in places {
        let Some(target) = document.pointer_mut(&pointer(place)) else { continue };
        let mut merged = target.clone();
        let result =
            was.map_or(Ok(()), |was| expect(target, was)).and_then(|()| match (&mut merged, update) {
                (Value::Array(items), entry) if !entry.is_array() => {
                    Ok(extend(items, std::slice::from_ref(entry)))
                }
                (merged, update) => merge(merged, update),
            });
        match result {
            Ok(change) => {
                changed |= change;
                *target = merged;
            }
            Err(error) => {
                misfit.get_or_insert(format!("at #{}: {error}", pointer(place)));
            }
        }
    }
    match misfit {
        Some(misfit) => Err(misfit),
        None if !changed => Err("the document already contains the value".to_owned()),
        None => Ok(()),
    }
}

/// Checks that a target has its former value; null stands for absent.
fn expect(target: &Value, was: &Value) -> Result<(), String> {
    match (target, was) {
        (Value::Object(target), Value::Object(was)) => {
            was.iter().try_for_each(|(key, was)| match target.get(key) {
                Some(there) => expect(there, was).map_err(|error| format!("`{key}`: {error}")),
                None if was.is_null() => Ok(()),
                None => Err(format!("`{key}` no longer exists")),
            })
        }
        (target, was) if target == was => Ok(()),
        (_, Value::Null) => Err("formerly absent, now present".to_owned()),
        (target, was) if is_structured(target) || is_structured(was) => Err("another form".to_owned()),
        (target, was) => Err(format!("was {was}, is {target}")),
    }
}

/// Merges values as specified. Returns whether anything changed.
fn merge(target: &mut Value, update: &Value) -> Result<bool, String> {
    let mut changed = false;
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            for (key, value) in update {
                match target.get_mut(key) {
                    Some(there) => {
                        changed |= merge(there, value).map_err(|error| format!("`{key}`: {error}"))?
                    }
                    None => {
                        target.insert(key.clone(), value.clone());
                        changed = true;
                    }
                }
            }
        }
        (Value::Array(target), Value::Array(update)) => changed = extend(target, update),
        (target, update) if !is_structured(target) && !is_structured(update) => {
            changed = target != update;
            *target = update.clone();
        }
        (target, update) => {
            let kind = |value: &Value| match value {
                Value::Object(_) => "an object",
                Value::Array(_) => "an array",
                _ => "a single value",
            };
            return Err(format!("{} in the document, {} in the overlay", kind(target), kind(update)));
        }
    }
    Ok(changed)
}

/// Appends items to an array. Returns whether one of them is new.
fn extend(target: &mut Vec<Value>, update: &[Value]) -> bool {
    let changed = update.iter().any(|item| !target.contains(item));
    target.extend(update.iter().cloned());
    changed
}

fn is_structured(value: &Value) -> bool {
    value.is_object() || value.is_array()
}
