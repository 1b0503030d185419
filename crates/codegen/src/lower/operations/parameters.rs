//! Parameters.

use super::media_types;
use crate::document::Node;
use crate::lower::descriptions;
use crate::lower::names::{self, Scope};
use crate::lower::schemas::{Schemas, expect_marked_secret};
use crate::model::{ClientHeader, Docs, Location, Parameter, Type};
use crate::problem::{Problem, Topic};

#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) required: Vec<Parameter>,
    pub(super) optional: Vec<Parameter>,
}

impl Parameters {
    /// Adds an option for a header whose value is one of several media types.
    pub(super) fn add_choice(&mut self, header: &str, what: &str, media_types: &[String]) {
        if media_types.is_empty() {
            return;
        }
        let taken: Vec<_> = self.optional.iter().map(|parameter| parameter.name.as_str()).collect();
        let name = Scope::without(&taken).claim([names::snake_name(header).as_str()]);
        let media_types: Vec<_> = media_types.iter().map(|media_type| format!("`{media_type}`")).collect();
        let text = format!("The media type of {what}: {}.", media_types.join(" or "));
        self.optional.push(Parameter {
            name,
            wire: header.to_owned(),
            location: Location::Header,
            style: None,
            docs: Docs { text, notes: Vec::new() },
            ty: Type::String,
        });
    }

    /// Returns a path in which optional parameters that follow a word, as in `/keys{id}`, are segments: `/keys/{id}`.
    pub(super) fn in_own_segments(&self, mut path: String) -> String {
        let is_word = |parameter: &&Parameter| {
            parameter.location == Location::Path
                && parameter.style.is_none_or(|style| style.starts_with("Simple"))
        };
        for parameter in self.optional.iter().filter(is_word) {
            if let Some(start) = path.find(&format!("{{{}}}", parameter.wire))
                && path[..start].ends_with(char::is_alphanumeric)
            {
                path.insert(start, '/');
            }
        }
        path
    }
}

/// Adds a header that is configured per client.
fn add_client_header(headers: &mut Vec<ClientHeader>, node: &Node<'_>, wire: &str) -> Result<(), Problem> {
    let default = node.require("schema")?.resolve()?.text_of("default")?.map(str::to_owned);
    match headers.iter().find(|header| header.wire == wire) {
        Some(known) if known.default != default => {
            let message = format!("`{wire}` has another default elsewhere");
            return Err(node.problem(message, "describe it once, in `components`"));
        }
        Some(_) => {}
        None => headers.push(ClientHeader {
            name: names::constant_name(wire),
            wire: wire.to_owned(),
            default,
            docs: descriptions::docs(node)?,
        }),
    }
    Ok(())
}

pub(super) fn lower<'d>(
    path: &str,
    item: &Node<'d>,
    operation: &Node<'d>,
    schemas: &mut Schemas<'d>,
    headers: &mut Vec<ClientHeader>,
    title: &str,
) -> Result<Parameters, Problem> {
    let mut parameters = Parameters::default();
    // Names in the generated method.
    let mut arguments = Scope::without(&["self", "body", "options", "request"]);
    let mut options = Scope::default();
    for node in declared(item, operation)? {
        let wire = node.require("name")?.text()?;
        let location = match node.require("in")?.text()? {
            "path" => Location::Path,
            "query" | "querystring" => Location::Query,
            "header" if is_ignored(wire) => continue,
            "header" => Location::Header,
            "cookie" => Location::Cookie,
            other => {
                let message = format!("a parameter in `{other}` is not supported");
                let problem = node.problem(message, "remove it, or move it to the query or a header");
                node.tolerate(problem, "omitted")?;
                continue;
            }
        };
        node.expect_keys(
            "a parameter",
            &["name", "in", "required", "description", "schema", "content", "style", "explode", "deprecated"],
            &["example", "examples", "allowEmptyValue", "allowReserved"],
        )?;
        if node.flag("x-client-parameter")? {
            if location != Location::Header {
                return Err(
                    node.problem("only headers can be client parameters", "remove `x-client-parameter`")
                );
            }
            add_client_header(headers, &node, wire)?;
            continue;
        }
        if location == Location::Path && !path.contains(&format!("{{{wire}}}")) {
            let problem = node.problem(
                format!("the path has no `{{{wire}}}`"),
                "add it to the path, or remove the parameter",
            );
            node.tolerate(problem, "omitted")?;
            continue;
        }
        let required = match location {
            Location::Path => !is_optional_segment(&node)?,
            _ => node.flag("required")?,
        };
        if location == Location::Path && node.flag("allowReserved")? {
            let problem = node.problem("`allowReserved` in a path is not supported", "remove it");
            node.tolerate(problem, "reserved characters are encoded")?;
        }
        let (ty, style) = ty(&node, wire, location, schemas, title)?;
        if node.value().get("in").is_some_and(|location| location == "querystring")
            && !is_query_string(&node, &ty, schemas)?
        {
            let problem = node.problem("the query string is not a form", "describe an object as a form");
            node.tolerate(problem, "omitted")?;
            continue;
        }
        let scope = if required { &mut arguments } else { &mut options };
        let parameter = Parameter {
            name: scope.claim([names::snake_name(names::chosen(&node, wire)?).as_str()]),
            wire: wire.to_owned(),
            location,
            docs: docs(&node)?,
            ty,
            style,
        };
        if required { parameters.required.push(parameter) } else { parameters.optional.push(parameter) }
    }
    for name in undescribed(path, operation, &parameters)? {
        let problem = operation.problem(
            format!("`{{{name}}}` in the path is not described"),
            format!("add a parameter with `\"in\": \"path\"` and `\"name\": \"{name}\"`"),
        );
        operation.pass_over(problem, "treated as a string")?;
        parameters.required.push(Parameter {
            name: arguments.claim([names::snake_name(name).as_str()]),
            wire: name.to_owned(),
            location: Location::Path,
            style: None,
            docs: Docs::default(),
            ty: Type::String,
        });
    }
    Ok(parameters)
}

/// Returns whether a path parameter is optional, which OpenAPI does not allow.
fn is_optional_segment(node: &Node<'_>) -> Result<bool, Problem> {
    let is_optional = node.get("required").is_some() && !node.flag("required")?;
    if is_optional {
        let problem = node.problem("the path parameter is optional", "add `required: true`, or another path");
        node.pass_over(problem, "its segment of the path is omitted if it is not set")?;
    }
    Ok(is_optional)
}

/// Returns the parameters of an operation and of its path.
pub(super) fn declared<'d>(item: &Node<'d>, operation: &Node<'d>) -> Result<Vec<Node<'d>>, Problem> {
    let resolve = |nodes: Vec<Node<'d>>| {
        let mut resolved = Vec::new();
        for node in nodes {
            match node.resolve() {
                Ok(node) => resolved.push(node),
                Err(problem) => node.tolerate(problem, "the parameter is omitted")?,
            }
        }
        Ok(resolved)
    };
    let mut own = resolve(operation.items_of("parameters")?)?;
    let mut all = resolve(item.items_of("parameters")?)?;
    let is_same = |one: &Node<'_>, other: &Node<'_>| {
        ["name", "in"].iter().all(|key| one.value().get(key) == other.value().get(key))
    };
    all.retain(|shared| !own.iter().any(|node| is_same(node, shared)));
    let mut once: Vec<Node<'d>> = Vec::new();
    for node in own.drain(..) {
        if once.iter().any(|earlier| is_same(earlier, &node)) {
            let problem = node.problem("the parameter is described twice", "remove one of the two");
            node.pass_over(problem, "the first one is used")?;
        } else {
            once.push(node);
        }
    }
    all.extend(once);
    Ok(all)
}

/// Returns whether OpenAPI ignores parameters for this header.
fn is_ignored(header: &str) -> bool {
    ["accept", "content-type", "authorization"].iter().any(|name| header.eq_ignore_ascii_case(name))
}

/// Returns the schema of a parameter, and whether it is sent as JSON.
fn schema<'d>(node: &Node<'d>) -> Result<(Option<Node<'d>>, bool), Problem> {
    let Some(content) = node.get("content") else {
        if !node.is_lenient() {
            return Ok((Some(node.require("schema")?), false));
        }
        return Ok((node.get("schema"), false));
    };
    let entries = media_types::entries(&content)?;
    let json = entries.iter().find(|(media_type, _)| media_types::is_json(media_type));
    match json.or(entries.first()) {
        Some((_, media)) => Ok((media.get("schema"), json.is_some())),
        None => Ok((None, false)),
    }
}

/// Returns whether a parameter with the whole query string is an object in the form of a query.
fn is_query_string(node: &Node<'_>, ty: &Type, schemas: &Schemas<'_>) -> Result<bool, Problem> {
    let entries = node.get("content").map(|content| media_types::entries(&content)).transpose()?;
    let entries = entries.unwrap_or_default();
    let is_form = entries.first().is_some_and(|(media_type, _)| {
        media_types::essence(media_type) == "application/x-www-form-urlencoded"
    });
    let is_object = match ty {
        Type::Map(_) => true,
        Type::Named(id) => !schemas.is_enum(*id),
        _ => false,
    };
    Ok(is_form && is_object)
}

fn docs(node: &Node<'_>) -> Result<Docs, Problem> {
    let mut docs = match schema(node)?.0.map(|schema| descriptions::docs(&schema)) {
        Some(Ok(docs)) => docs,
        // The problem is reported with the type.
        Some(Err(problem)) if !node.is_lenient() => return Err(problem),
        _ => Docs::default(),
    };
    if let Some(text) = node.text_of("description")? {
        docs.text = text.to_owned();
    }
    if node.flag("deprecated")? {
        docs.notes.push("Deprecated.".to_owned());
    }
    Ok(docs)
}

/// Returns the type of a parameter, and its style if it is not a scalar.
fn ty<'d>(
    node: &Node<'d>,
    wire: &str,
    location: Location,
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<(Type, Option<&'static str>), Problem> {
    let (Some(schema), is_json) = schema(node)? else {
        let problem = node.problem("the parameter has no schema", "add a `schema`");
        node.pass_over(problem, "treated as a string")?;
        return Ok((Type::String, None));
    };
    let usage = schemas.usage(&schema, &format!("{title}{}", names::type_name(wire)))?;
    if !node.flag("x-not-secret")? && !node.is_lenient() {
        expect_marked_secret(wire, &schema, &usage.ty)?;
    }
    // An absent parameter stands for null.
    let mut ty = usage.ty;
    if ty.innermost() == &Type::Secret {
        let problem =
            schema.problem("the parameter is a secret", "use a security scheme, or remove `format`");
        let is_plain = ty == Type::Secret && !is_json;
        schema.pass_over(
            problem.about(Topic::Secrets),
            if is_plain { "sent as a secret" } else { "its items are treated as strings" },
        )?;
        if is_plain {
            return Ok((Type::Secret, None));
        }
        ty.expose_secrets();
    }
    if node.is_lenient()
        && location != Location::Path
        && !is_json
        && let Err(problem) = expect_marked_secret(wire, &schema, &ty)
        && ty == Type::String
    {
        schema.pass_over(problem.about(Topic::Secrets), "treated as a secret")?;
        return Ok((Type::Secret, None));
    }
    if is_json {
        return Ok((ty, Some("Json")));
    }
    let style = style(node, location)?;
    let is_plain = match &ty {
        Type::List(item) if location == Location::Query && style == "FormExploded" => schemas.is_scalar(item),
        _ if style.starts_with("Cookie") => false,
        ty if location == Location::Path => schemas.is_scalar(ty) && style.starts_with("Simple"),
        ty => schemas.is_scalar(ty),
    };
    Ok((ty, (!is_plain).then_some(style)))
}

/// Returns the runtime's name of a style.
pub(super) fn style(node: &Node<'_>, location: Location) -> Result<&'static str, Problem> {
    let named = node.text_of("style")?;
    let explode = match node.get("explode") {
        Some(_) => node.flag("explode")?,
        None => {
            matches!(named.unwrap_or("form"), "form" | "cookie")
                && matches!(location, Location::Query | Location::Cookie)
        }
    };
    Ok(match (location, named, explode) {
        (Location::Path, Some("label"), false) => "Label",
        (Location::Path, Some("label"), true) => "LabelExploded",
        (Location::Path, Some("matrix"), false) => "Matrix",
        (Location::Path, Some("matrix"), true) => "MatrixExploded",
        (Location::Path | Location::Header, None | Some("simple"), false) => "Simple",
        (Location::Path | Location::Header, None | Some("simple"), true) => "SimpleExploded",
        (Location::Query, None | Some("form"), true) => "FormExploded",
        (Location::Query, None | Some("form"), false) => "Form",
        (Location::Query, Some("spaceDelimited"), false) => "SpaceDelimited",
        (Location::Query, Some("pipeDelimited"), false) => "PipeDelimited",
        // The exploded forms are equal.
        (Location::Query, Some("spaceDelimited" | "pipeDelimited"), true) => "FormExploded",
        (Location::Query, Some("deepObject"), _) => "DeepObject",
        (Location::Cookie, None | Some("form"), _) => "Simple",
        (Location::Cookie, Some("cookie"), false) => "Cookie",
        (Location::Cookie, Some("cookie"), true) => "CookieExploded",
        _ => {
            let problem = node.problem(
                "the style of the parameter is not supported",
                "use a style that OpenAPI allows for this location",
            );
            node.tolerate(problem, "the default style is used")?;
            if location == Location::Query { "FormExploded" } else { "Simple" }
        }
    })
}

fn undescribed<'a>(
    path: &'a str,
    operation: &Node<'_>,
    parameters: &Parameters,
) -> Result<Vec<&'a str>, Problem> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(operation.problem("the path has a `{` without a `}`", "add the `}`"));
        };
        let all = parameters.required.iter().chain(&parameters.optional);
        let mut described = all.filter(|parameter| parameter.location == Location::Path);
        if !described.any(|parameter| parameter.wire == name) && !names.contains(&name) {
            names.push(name);
        }
        rest = after;
    }
    Ok(names)
}
