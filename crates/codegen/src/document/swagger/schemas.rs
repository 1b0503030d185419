//! Schemas and references.

use serde_json::{Map, Value, json};

/// Converts a schema, or the part of a parameter that is a schema in OpenAPI 3.0.
pub(super) fn schema(schema: &Value) -> Value {
    let Value::Object(object) = schema else { return schema.clone() };
    let mut converted = Map::new();
    for (key, value) in object {
        let (key, value) = match (key.as_str(), value) {
            ("$ref", reference) => ("$ref", reference_value(reference)),
            ("x-nullable", is_nullable) => ("nullable", is_nullable.clone()),
            ("discriminator", Value::String(property)) => {
                ("discriminator", json!({ "propertyName": property }))
            }
            ("type", Value::String(name)) if name == "file" => {
                converted.insert("format".to_owned(), "binary".into());
                ("type", "string".into())
            }
            ("collectionFormat", _) => continue,
            ("properties", Value::Object(properties)) => {
                let properties = properties.iter().map(|(name, value)| (name.clone(), self::schema(value)));
                ("properties", Value::Object(properties.collect()))
            }
            ("items" | "additionalProperties" | "not", inner) => (key.as_str(), self::schema(inner)),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                (key.as_str(), parts.iter().map(self::schema).collect())
            }
            (key, value) => (key, value.clone()),
        };
        converted.insert(key.to_owned(), value);
    }
    converted.into()
}

/// Converts the value of `$ref`.
pub(super) fn reference_value(reference: &Value) -> Value {
    const MOVED: &[(&str, &str)] = &[
        ("#/definitions/", "#/components/schemas/"),
        ("#/parameters/", "#/components/parameters/"),
        ("#/responses/", "#/components/responses/"),
    ];
    let moved = |text: &str| {
        let (to, rest) = MOVED.iter().find_map(|(from, to)| Some((to, text.strip_prefix(from)?)))?;
        Some(format!("{to}{rest}"))
    };
    reference.as_str().and_then(moved).map_or_else(|| reference.clone(), Value::String)
}
