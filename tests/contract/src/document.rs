//! An OpenAPI document, as far as it is needed to validate requests and generate responses.
//!
//! It is parsed independently of the generator, so that a mistake there is not repeated here. Invalid documents panic,
//! which fails the test.

use std::collections::BTreeMap;

use api_keys_runtime::OperationClass;
use serde::Deserialize;
use serde_json::{Value, json};

/// One vendor's document, without references: each stands replaced by what it refers to.
#[derive(Debug, Deserialize)]
pub struct Document {
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
    #[serde(default)]
    security: Vec<BTreeMap<String, Vec<String>>>,
    components: Components,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Components {
    security_schemes: BTreeMap<String, SecurityScheme>,
}

/// One operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its name, which is also that of the client's method.
    #[serde(rename = "operationId")]
    pub id: String,
    /// The class of the operation.
    #[serde(rename = "x-operation-class", deserialize_with = "class")]
    pub class: OperationClass,
    /// The parameters in path, query and headers.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// The request body, if one is documented.
    pub request_body: Option<RequestBody>,
    /// The documented responses.
    #[serde(deserialize_with = "statuses")]
    pub responses: BTreeMap<u16, Response>,
    security: Option<Vec<BTreeMap<String, Vec<String>>>>,
}

/// A parameter of an operation.
#[derive(Debug, Deserialize)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Its place.
    #[serde(rename = "in")]
    pub place: Place,
    /// Whether the body is required.
    #[serde(default)]
    pub required: bool,
    /// Whether the client sends the header with every request.
    #[serde(default, rename = "x-client-parameter")]
    pub of_client: bool,
    /// The schema of the value.
    pub schema: Value,
}

/// The location of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// Among the headers.
    Header,
    /// In a cookie.
    Cookie,
}

/// The body of a request.
#[derive(Debug, Deserialize)]
pub struct RequestBody {
    /// Whether the parameter is required.
    #[serde(default)]
    pub required: bool,
    /// Its forms, by media type.
    pub content: BTreeMap<String, MediaType>,
}

/// A documented response.
#[derive(Debug, Deserialize)]
pub struct Response {
    /// The content of the body by media type; empty without a body.
    #[serde(default)]
    pub content: BTreeMap<String, MediaType>,
}

/// A body under one media type.
#[derive(Debug, Deserialize)]
pub struct MediaType {
    /// The schema of the body.
    pub schema: Value,
    /// The documented examples.
    #[serde(default)]
    pub examples: BTreeMap<String, Example>,
}

/// An example of a body.
#[derive(Debug, Deserialize)]
pub struct Example {
    /// The body.
    pub value: Value,
}

/// A security scheme.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum SecurityScheme {
    /// With an `Authorization` header of a scheme.
    #[serde(rename = "http")]
    Http {
        /// The scheme, such as `bearer`.
        scheme: String,
    },
    /// With a value somewhere.
    #[serde(rename = "apiKey")]
    ApiKey {
        /// The header's or parameter's name.
        name: String,
        /// Its place.
        #[serde(rename = "in")]
        place: Place,
    },
    /// A scheme that the [validator](super::validator) does not support.
    #[serde(other)]
    Other,
}

impl Document {
    /// Reads the document of a vendor. At run time, so that this package can be built without the repository around it.
    pub fn of(vendor: &str) -> Self {
        Self::without(vendor, &[])
    }

    /// The same without some operations, for a vendor whose calls are not all written yet.
    pub fn without(vendor: &str, operations: &[&str]) -> Self {
        let path = format!("{}/../../openapi/{vendor}/openapi.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self::parse_without(&text, operations)
    }

    /// Reads a document.
    pub fn parse(text: &str) -> Self {
        Self::parse_without(text, &[])
    }

    fn parse_without(text: &str, without: &[&str]) -> Self {
        let mut root: Value = serde_json::from_str(text).expect("the document is JSON");
        for id in without {
            let paths = root["paths"].as_object_mut().expect("paths");
            let methods = paths.values_mut().filter_map(Value::as_object_mut);
            let found = methods.flat_map(|methods| {
                let count = methods.len();
                methods.retain(|_, operation| operation["operationId"] != *id);
                (methods.len() < count).then_some(())
            });
            assert_eq!(found.count(), 1, "no operation is called {id}");
        }
        // What no operation uses need not be readable.
        let read = json!({
            "paths": root["paths"],
            "security": root["security"],
            "components": { "securitySchemes": root["components"]["securitySchemes"] },
        });
        serde_json::from_value(inlined(&read, &root, 0)).expect("the document has the known parts only")
    }

    /// Every operation with its method and its path.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Operation)> {
        self.paths.iter().flat_map(|(path, methods)| {
            methods.iter().map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
        })
    }

    /// The operation of a name.
    pub fn operation(&self, id: &str) -> &Operation {
        let found = self.operations().find(|(_, _, operation)| operation.id == id);
        found.map(|(_, _, operation)| operation).unwrap_or_else(|| panic!("no operation is called {id}"))
    }

    /// Reports whether an operation has a response that matches.
    pub fn has_response(&self, matches: impl Fn(u16, &Response) -> bool) -> bool {
        self.operations().any(|(_, _, operation)| {
            operation.responses.iter().any(|(status, response)| matches(*status, response))
        })
    }

    /// The ways of proving who one is; one of them must be followed, and all schemes of that one.
    pub fn security<'a>(&'a self, operation: &'a Operation) -> Vec<Vec<&'a SecurityScheme>> {
        let ways = operation.security.as_ref().unwrap_or(&self.security);
        let scheme = |name: &String| &self.components.security_schemes[name];
        ways.iter().map(|way| way.keys().map(scheme).collect()).collect()
    }
}

impl Operation {
    /// The parameters in one place.
    pub fn parameters_in(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// Returns the documented success responses.
    pub fn successes(&self) -> impl Iterator<Item = (u16, &Response)> {
        self.responses
            .iter()
            .map(|(status, response)| (*status, response))
            .filter(|(status, _)| *status < 300)
    }

    /// Returns the documented error responses.
    pub fn failures(&self) -> impl Iterator<Item = (u16, &Response)> {
        self.responses
            .iter()
            .map(|(status, response)| (*status, response))
            .filter(|(status, _)| *status >= 300)
    }
}

impl Response {
    /// Returns the schema of a JSON body, regardless of its media type. Plain text has none.
    pub fn json(&self) -> Option<&Value> {
        self.content.values().map(|media| &media.schema).find(|schema| schema["type"] != "string")
    }
}

/// Returns a copy in which every `$ref` is replaced by its target. Only annotations are allowed next to a `$ref`.
fn inlined(value: &Value, root: &Value, depth: usize) -> Value {
    assert!(depth < 100, "a schema contains itself, which this reader does not know");
    match value {
        Value::Object(object) => match object.get("$ref") {
            Some(Value::String(reference)) => {
                let notes = ["$ref", "description", "summary", "title", "deprecated"];
                let strange = object.keys().find(|key| !notes.contains(&key.as_str()));
                assert!(strange.is_none(), "{strange:?} next to {reference}");
                let pointer = reference.strip_prefix('#').expect("references stay within the document");
                let target = root.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"));
                inlined(target, root, depth + 1)
            }
            _ => object.iter().map(|(key, value)| (key.clone(), inlined(value, root, depth + 1))).collect(),
        },
        Value::Array(items) => items.iter().map(|item| inlined(item, root, depth + 1)).collect(),
        other => other.clone(),
    }
}

fn class<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<OperationClass, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "safe" => Ok(OperationClass::Safe),
        "idempotent" => Ok(OperationClass::Idempotent),
        "unsafe" => Ok(OperationClass::Unsafe),
        other => Err(serde::de::Error::custom(format!("`{other}` is not an operation class"))),
    }
}

/// Keys of JSON objects are text, and within nested types serde does not turn them into numbers.
fn statuses<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u16, Response>, D::Error> {
    BTreeMap::<String, Response>::deserialize(deserializer)?
        .into_iter()
        .map(|(status, response)| Ok((status.parse().map_err(serde::de::Error::custom)?, response)))
        .collect()
}
