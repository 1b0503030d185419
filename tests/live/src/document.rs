//! The structure of an OpenAPI document, without prose, as comparable lines.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Lines, one for each property.
pub type Statements = BTreeSet<String>;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Returns the operations: their credentials, parameters, bodies and responses. Named schemas are referenced by name;
/// [`schema`] returns their content.
pub fn operations(document: &Value) -> Statements {
    let mut statements = Statements::new();
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item).filter(|(name, _)| METHODS.contains(&name.as_str())) {
            let mut add = |line: String| {
                statements.insert(format!("{} {path} {line}", method.to_uppercase()));
            };
            for requirement in items(operation.get("security").unwrap_or(&document["security"])) {
                for (name, _) in members(requirement) {
                    let scheme = &document["components"]["securitySchemes"][name];
                    add(format!("wants {}", words([&scheme["type"], &scheme["scheme"]])));
                }
            }
            for parameter in items(&item["parameters"]).chain(items(&operation["parameters"])) {
                let parameter = resolve(document, parameter);
                let place = words([&parameter["in"], &parameter["name"]]);
                let required = if parameter["required"] == true { "" } else { "?" };
                add(format!("{place}{required}: {}", describe(&parameter["schema"])));
            }
            if let Some(body) = operation.get("requestBody") {
                let body = resolve(document, body);
                let required = if body["required"] == true { "" } else { "?" };
                for kind in contents(body) {
                    add(format!("body{required}: {kind}"));
                }
            }
            for (status, response) in members(&operation["responses"]) {
                for kind in contents(resolve(document, response)) {
                    add(format!("{status}: {kind}"));
                }
            }
        }
    }
    statements
}

/// Returns the members of a named schema, or the schema if it is not an object.
pub fn schema(document: &Value, name: &str) -> Statements {
    let schema = &document["components"]["schemas"][name];
    match schema["properties"].as_object() {
        Some(properties) => properties.iter().map(|(name, value)| member(schema, name, value)).collect(),
        None => Statements::from([describe(schema)]),
    }
}

/// Returns the differences between two documents: `-` for lines of the first, `+` for those of the second.
pub fn differences(theirs: &Statements, ours: &Statements) -> Vec<String> {
    let gone = theirs.difference(ours).map(|statement| format!("- {statement}"));
    let new = ours.difference(theirs).map(|statement| format!("+ {statement}"));
    let mut differences: Vec<_> = gone.chain(new).collect();
    // Groups the lines of both documents.
    differences.sort_by(|one, other| one[2..].cmp(&other[2..]));
    differences
}

/// Returns the lines with other names of schemas.
pub fn renamed(statements: Statements, names: &[(&str, &str)]) -> Statements {
    let rename = |statement: String| {
        names.iter().fold(statement, |statement, (theirs, ours)| statement.replace(theirs, ours))
    };
    statements.into_iter().map(rename).collect()
}

/// Asserts that two documents have exactly the listed differences.
///
/// # Panics
/// Panics with the unlisted differences and the listed ones that do not exist.
#[track_caller]
pub fn assert_listed(differences: Vec<String>, listed: &[impl AsRef<str>]) {
    let differences = Statements::from_iter(differences);
    let listed: Statements = listed.iter().map(|difference| difference.as_ref().to_owned()).collect();
    let new: Vec<_> = differences.difference(&listed).map(String::as_str).collect();
    let gone: Vec<_> = listed.difference(&differences).map(String::as_str).collect();
    let report = format!("not listed:\n{}\nlisted, but not so:\n{}", new.join("\n"), gone.join("\n"));
    assert!(new.is_empty() && gone.is_empty(), "{report}");
}

fn contents(part: &Value) -> Vec<String> {
    let kinds = members(&part["content"]).map(|(media, content)| {
        let schema = describe(&content["schema"]);
        if media == "application/json" { schema } else { format!("{schema} as {media}") }
    });
    let kinds: Vec<_> = kinds.collect();
    if kinds.is_empty() { vec!["nothing".to_owned()] } else { kinds }
}

fn member(object: &Value, name: &str, value: &Value) -> String {
    let required = items(&object["required"]).any(|required| required == name);
    format!("{name}{}: {}", if required { "" } else { "?" }, describe(value))
}

/// Formats a schema as one line.
fn describe(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for choice in ["anyOf", "oneOf"] {
        if schema[choice].is_array() {
            let choices: Vec<_> = items(&schema[choice]).map(describe).collect();
            return choices.join(" | ") + &limits(schema);
        }
    }
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        several => items(several).filter_map(Value::as_str).collect(),
    };
    let types: Vec<_> = types.into_iter().map(|name| described(schema, name)).collect();
    if types.is_empty() { "any".to_owned() } else { types.join(" | ") + &limits(schema) }
}

fn described(schema: &Value, name: &str) -> String {
    match name {
        "array" => format!("[{}]", describe(&schema["items"])),
        "object" if schema["properties"].is_object() => {
            let members = members(&schema["properties"]).map(|(name, value)| member(schema, name, value));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        "string" if schema["enum"].is_array() => {
            let values = items(&schema["enum"]).filter_map(Value::as_str);
            values.collect::<Vec<_>>().join(" or ")
        }
        "null" => name.to_owned(),
        _ => words([&name.into(), &schema["format"]]),
    }
}

fn limits(schema: &Value) -> String {
    const KEYWORDS: [&str; 8] = [
        "default",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
        "pattern",
    ];
    let limits = KEYWORDS.iter().filter_map(|keyword| Some(format!(", {keyword} {}", schema.get(keyword)?)));
    limits.collect()
}

fn words<const N: usize>(values: [&Value; N]) -> String {
    values.iter().filter_map(|value| value.as_str()).collect::<Vec<_>>().join(" ")
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(value)
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{differences, operations, schema};

    #[test]
    fn all_notations_are_normalized() {
        let named = json!({ "$ref": "#/components/schemas/Thing" });
        let one = json!({
            "security": [{ "b": [] }],
            "paths": { "/x/{id}": {
                "parameters": [{ "$ref": "#/components/parameters/Id" }],
                "get": { "responses": { "200": { "content": { "application/json": { "schema": named } } },
                    "404": { "$ref": "#/components/responses/Gone" } } },
            } },
            "components": {
                "securitySchemes": { "b": { "type": "http", "scheme": "bearer" } },
                "parameters": { "Id": { "in": "path", "name": "id", "required": true,
                    "schema": { "type": "string", "format": "uuid" } } },
                "responses": { "Gone": { "content": { "text/plain": { "schema": { "type": "string" } } } } },
                "schemas": { "Thing": { "type": "object", "required": ["a"], "properties": {
                    "a": { "type": ["string", "null"], "format": "date-time" },
                    "b": { "anyOf": [{ "type": "integer" }, { "type": "null" }], "default": 5 },
                    "c": { "type": "array", "items": { "type": "string", "enum": ["x", "y"] } },
                } } },
            },
        });
        let statements = operations(&one);
        let expected =
            ["200: Thing", "404: string as text/plain", "path id: string uuid", "wants http bearer"];
        assert_eq!(
            Vec::from_iter(&statements),
            expected.map(|what| format!("GET /x/{{id}} {what}")).each_ref()
        );
        let members = ["a: string date-time | null", "b?: integer | null, default 5", "c?: [x or y]"];
        assert_eq!(Vec::from_iter(schema(&one, "Thing")), members);
        assert!(differences(&statements, &operations(&one)).is_empty());
    }
}
