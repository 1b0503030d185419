//! Validation of requests against the document.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use wiremock::Request;

use super::document::{Document, Operation, Parameter, Place, SecurityScheme};

/// Holds requests against a document.
#[derive(Debug)]
pub struct Validator<'a> {
    document: &'a Document,
    base_path: String,
}

/// Something that a request has against its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The part of the request.
    pub about: About,
    /// The violations.
    pub what: String,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Method and path, which name the operation.
    Operation,
    /// A parameter of the path.
    Path,
    /// A parameter of the query.
    Query,
    /// A header that is a parameter.
    Header,
    /// The credential.
    Security,
    /// The label of the body.
    ContentType,
    /// The body.
    Body,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.about, self.what)
    }
}

impl<'a> Validator<'a> {
    /// Creates a validator for an API below a path; `""` for none.
    pub fn new(document: &'a Document, base_path: &str) -> Self {
        Self { document, base_path: base_path.trim_end_matches('/').to_owned() }
    }

    /// The operation that a request is for.
    ///
    /// # Errors
    /// Everything that the document has against the request.
    pub fn validate(&self, request: &Request) -> Result<&'a Operation, Vec<Violation>> {
        let (operation, path_values) =
            self.operation(request).map_err(|what| vec![Violation { about: About::Operation, what }])?;
        let mut violations = Complaints::default();
        violations.path(operation, &path_values);
        violations.query(operation, request);
        violations.headers(operation, request);
        violations.security(&self.document.security(operation), request);
        violations.body(operation, request);
        if violations.0.is_empty() { Ok(operation) } else { Err(violations.0) }
    }

    /// The one operation whose method and path these are, and the values of its path parameters.
    fn operation(&self, request: &Request) -> Result<(&'a Operation, PathValues<'a>), String> {
        let path = request.url.path();
        let below = path
            .strip_prefix(self.base_path.as_str())
            .filter(|below| below.starts_with('/'))
            .ok_or_else(|| format!("{path} is not below {}", self.base_path))?;
        let matching = self.document.operations().filter_map(|(method, template, operation)| {
            let same_method = request.method.as_str().eq_ignore_ascii_case(method);
            let values = same_method.then(|| path_values(template, below))??;
            Some((operation, values))
        });
        // A template without parameters comes before one with them: `/api_keys/verify`, `/api_keys/{id}`.
        let mut matching: Vec<_> = matching.collect();
        let least = matching.iter().map(|(_, values)| values.len()).min();
        matching.retain(|(_, values)| Some(values.len()) == least);
        match matching.len() {
            1 => Ok(matching.remove(0)),
            count => Err(format!("{} {below} is {count} operations", request.method)),
        }
    }
}

/// The parameters of a path by name, decoded.
pub type PathValues<'a> = Vec<(&'a str, String)>;

/// The values of a template's parameters in a path; `None` when the path is another one. A value is one segment, and
/// not empty.
pub fn path_values<'a>(template: &'a str, path: &str) -> Option<PathValues<'a>> {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let mut values = Vec::new();
    for (expected, segment) in template.iter().copied().zip(&path) {
        match expected.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(_) if segment.is_empty() => return None,
            Some(name) => values.push((name, percent_decode_str(segment).decode_utf8().ok()?.into_owned())),
            None if expected == *segment => {}
            None => return None,
        }
    }
    (template.len() == path.len()).then_some(values)
}

/// Returns the violations of a schema.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    faults_with(schema, value, true)
}

/// Returns the violations of a response's schema. Formats are not enforced, because servers of different versions
/// format times differently.
pub fn violations_in_response(schema: &Value, value: &Value) -> Vec<String> {
    faults_with(schema, value, false)
}

fn faults_with(schema: &Value, value: &Value, formats: bool) -> Vec<String> {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    let options = options.should_validate_formats(formats);
    let validator = options.build(schema).expect("the document's schemas are schemas");
    validator.iter_errors(value).map(|error| format!("{error} at `{}`", error.instance_path())).collect()
}

#[derive(Default)]
struct Complaints(Vec<Violation>);

impl Complaints {
    fn add(&mut self, about: About, what: impl Into<String>) {
        self.0.push(Violation { about, what: what.into() });
    }

    /// Holds the values that were sent for a parameter against its schema.
    fn hold(&mut self, about: About, parameter: &Parameter, sent: &[String]) {
        let Parameter { name, schema, .. } = parameter;
        match sent {
            [] if parameter.required => self.add(about, format!("`{name}` is missing")),
            [] => {}
            [one] => match coerced(schema, one) {
                Some(value) => faults(schema, &value).into_iter().for_each(|fault| {
                    self.add(about, format!("`{name}`: {fault}"));
                }),
                None => self.add(about, format!("`{name}` is of another type: {one}")),
            },
            _ => self.add(about, format!("`{name}` is there {} times", sent.len())),
        }
    }

    fn path(&mut self, operation: &Operation, values: &PathValues<'_>) {
        for (name, value) in values {
            match operation.parameters_in(Place::Path).find(|parameter| parameter.name == *name) {
                Some(parameter) => self.hold(About::Path, parameter, std::slice::from_ref(value)),
                None => self.add(About::Path, format!("`{name}` is not documented")),
            }
        }
    }

    fn query(&mut self, operation: &Operation, request: &Request) {
        let pairs: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
        for parameter in operation.parameters_in(Place::Query) {
            let sent: Vec<_> = pairs
                .iter()
                .filter(|(name, _)| *name == parameter.name)
                .map(|(_, value)| value.clone())
                .collect();
            self.hold(About::Query, parameter, &sent);
        }
        for (name, _) in &pairs {
            if !operation.parameters_in(Place::Query).any(|parameter| parameter.name == *name) {
                self.add(About::Query, format!("`{name}` is not documented"));
            }
        }
    }

    fn headers(&mut self, operation: &Operation, request: &Request) {
        for parameter in operation.parameters_in(Place::Header) {
            let sent: Vec<_> = texts(request, &parameter.name);
            // Without the header the account's setting would apply, so the client always sends it.
            if sent.is_empty() && parameter.of_client && parameter.schema.get("default").is_some() {
                self.add(About::Header, format!("`{}` is missing", parameter.name));
            }
            self.hold(About::Header, parameter, &sent);
        }
    }

    fn security(&mut self, ways: &[Vec<&SecurityScheme>], request: &Request) {
        let followed = |way: &Vec<&SecurityScheme>| way.iter().all(|scheme| proves(scheme, request));
        if !ways.is_empty() && !ways.iter().any(followed) {
            self.add(About::Security, "no documented scheme is followed");
        }
    }

    fn body(&mut self, operation: &Operation, request: &Request) {
        let labels = texts(request, "content-type");
        let Some(documented) = &operation.request_body else {
            if !request.body.is_empty() {
                self.add(About::Body, "there is one, and none is documented");
            }
            if !labels.is_empty() {
                self.add(About::ContentType, "there is one without a documented body");
            }
            return;
        };
        if request.body.is_empty() {
            if documented.required {
                self.add(About::Body, "there is none");
            }
            return;
        }
        let label = match labels.as_slice() {
            [label] => label.split(';').next().unwrap_or_default().trim().to_ascii_lowercase(),
            _ => return self.add(About::ContentType, format!("there are {}", labels.len())),
        };
        let Some(media) = documented.content.get(&label) else {
            return self.add(About::ContentType, format!("{label} is not documented"));
        };
        match serde_json::from_slice(&request.body) {
            Ok(body) => {
                for fault in faults(&media.schema, &body) {
                    self.add(About::Body, fault);
                }
            }
            Err(error) => self.add(About::Body, error.to_string()),
        }
    }
}

/// The values of a header.
fn texts(request: &Request, name: &str) -> Vec<String> {
    let values = request.headers.get_all(name).iter();
    values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
}

/// Returns whether the request contains the scheme's credential exactly once.
fn proves(scheme: &SecurityScheme, request: &Request) -> bool {
    let is_token = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    match scheme {
        SecurityScheme::Http { scheme } if scheme == "bearer" => {
            matches!(&*texts(request, "authorization"), [one] if one.strip_prefix("Bearer ").is_some_and(is_token))
        }
        SecurityScheme::ApiKey { name, place: Place::Header } => {
            matches!(&*texts(request, name), [one] if is_token(one))
        }
        other => panic!("how {other:?} is followed is not known here"),
    }
}

/// The value that a text stands for in a path, a query or a header.
fn coerced(schema: &Value, text: &str) -> Option<Value> {
    match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        Some("string") => Some(text.into()),
        other => panic!("how a parameter of type {other:?} is written is not known here"),
    }
}
