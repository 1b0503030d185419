//! JSON and YAML.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::Problem;

/// A JSON value whose objects have distinct keys. [`Value`] alone would keep the last of two equal keys.
struct Strict(Value);

pub(crate) fn json(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).map(|Strict(value)| local(value))
}

fn yaml(text: &str) -> Result<Value, serde_norway::Error> {
    serde_norway::from_str(text).map(|Strict(value)| local(value))
}

/// Changes references to the document's own URI, `$self`, to fragments.
fn local(mut document: Value) -> Value {
    if let Some(uri) = document.get("$self").and_then(Value::as_str).filter(|uri| !uri.is_empty()) {
        let start = format!("{uri}#/");
        make_local(&mut document, &start);
    }
    document
}

fn make_local(value: &mut Value, start: &str) {
    let fragment = |reference: &str| reference.strip_prefix(start).map(|pointer| format!("#/{pointer}"));
    match value {
        Value::String(text) => {
            if let Some(fragment) = fragment(text) {
                *text = fragment;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| make_local(item, start)),
        Value::Object(object) => {
            // Security requirements have references as keys.
            if object.keys().any(|key| fragment(key).is_some()) {
                let entries = std::mem::take(object).into_iter();
                object.extend(entries.map(|(key, value)| (fragment(&key).unwrap_or(key), value)));
            }
            object.values_mut().for_each(|value| make_local(value, start));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reads JSON or YAML. `file` is the name in problems.
pub(crate) fn read(file: &str, text: &str) -> Result<Value, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let problem =
        |message: String| Problem::of_document(file, message, "use an OpenAPI document in JSON or YAML");
    if text.trim_start().starts_with(['{', '[']) {
        return json(text).map_err(|error| problem(format!("not a JSON document: {error}")));
    }
    // The YAML parser takes long to reject deep nesting.
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 10_000 {
            return Err(problem("not a YAML document: recursion limit exceeded".to_owned()));
        }
    }
    yaml(text).map_err(|error| problem(format!("not a YAML document: {error}")))
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range for JSON"))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("duplicate key `{key}`")));
            }
            let Strict(value) = map.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
