//! Parameters: what goes into the path, the query and the headers.

use super::names::{self, Scope};
use super::schemas::Schemas;
use super::{answers, notes, objects};
use crate::document::Node;
use crate::model::{ClientHeader, Docs, Operation, Parameter, Place, Type};
use crate::problem::Problem;

/// The parameters of an operation.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) required: Vec<Parameter>,
    pub(super) optional: Vec<Parameter>,
}

/// The headers of a document that are set once for a client, not with each call.
#[derive(Debug, Default)]
pub(super) struct ClientHeaders(Vec<ClientHeader>);

impl ClientHeaders {
    /// The headers, under names that no operation has.
    pub(super) fn finish(mut self, operations: &[Operation]) -> Vec<ClientHeader> {
        let taken: Vec<_> = operations.iter().map(|operation| operation.name.to_uppercase()).collect();
        let taken: Vec<_> = taken.iter().map(String::as_str).chain(["DEFAULT_BASE_URL"]).collect();
        let mut scope = Scope::without(&taken);
        for header in &mut self.0 {
            header.name = scope.claim([header.name.as_str()]);
        }
        self.0
    }

    fn add(&mut self, node: &Node<'_>, wire: &str) -> Result<(), Problem> {
        let schema = node.require("schema")?.resolve()?;
        let default = schema.text_of("default")?.map(str::to_owned);
        match self.0.iter().find(|header| header.wire == wire) {
            None => self.0.push(ClientHeader {
                name: names::constant_name(wire),
                wire: wire.to_owned(),
                default,
                docs: notes::docs(node)?,
            }),
            Some(known) if known.default == default => {}
            Some(_) => {
                return Err(node.problem(
                    format!("`{wire}` has another default elsewhere"),
                    "describe it once, under `components`, and refer to that",
                ));
            }
        }
        Ok(())
    }
}

pub(super) fn lower<'d>(
    path: &str,
    item: &Node<'d>,
    operation: &Node<'d>,
    schemas: &mut Schemas<'d>,
    headers: &mut ClientHeaders,
    title: &str,
) -> Result<Parameters, Problem> {
    let mut parameters = Parameters::default();
    // `self`, and what the generated method calls its own.
    let mut arguments = Scope::without(&["self", "body", "options", "request"]);
    let mut options = Scope::default();
    for node in declared(item, operation)? {
        let wire = node.require("name")?.text()?;
        // Only what is at fault is left out.
        let place = match node.require("in")?.text()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" if is_set_elsewhere(wire) => continue,
            "header" => Place::Header,
            "cookie" => Place::Cookie,
            other => {
                let message = format!("a parameter in the {other} is not supported");
                let problem = node.problem(message, "leave it out, or pass it in the query or a header");
                node.tolerate(problem, "it is left out")?;
                continue;
            }
        };
        node.expect_keys(
            "a parameter",
            &["name", "in", "required", "description", "schema", "content", "style", "explode", "deprecated"],
            &["example", "examples", "allowEmptyValue", "allowReserved"],
        )?;
        if node.flag("x-client-parameter")? {
            if place != Place::Header {
                return Err(node
                    .problem("only a header can be set once for a client", "take `x-client-parameter` out"));
            }
            headers.add(&node, wire)?;
            continue;
        }
        if place == Place::Path && !path.contains(&format!("{{{wire}}}")) {
            let problem = node.problem(
                format!("the path has no `{{{wire}}}`"),
                "add it to the path or take the parameter out",
            );
            node.tolerate(problem, "it is left out")?;
            continue;
        }
        let required = node.flag("required")? || place == Place::Path;
        let (ty, style) = ty(&node, wire, place, schemas, title)?;
        let scope = if required { &mut arguments } else { &mut options };
        let parameter = Parameter {
            name: scope.claim([names::snake_name(wire).as_str()]),
            wire: wire.to_owned(),
            place,
            docs: docs(&node)?,
            ty,
            style,
        };
        if required { parameters.required.push(parameter) } else { parameters.optional.push(parameter) }
    }
    for name in undescribed(path, operation, &parameters)? {
        let problem = operation.problem(
            format!("nothing describes `{{{name}}}` in the path"),
            format!("add a parameter with `\"in\": \"path\"` and `\"name\": \"{name}\"`"),
        );
        operation.pass_over(problem, "it is taken as text")?;
        parameters.required.push(Parameter {
            name: arguments.claim([names::snake_name(name).as_str()]),
            wire: name.to_owned(),
            place: Place::Path,
            style: None,
            docs: Docs::default(),
            ty: Type::String,
        });
    }
    Ok(parameters)
}

/// The parameters of an operation and those that it shares with others of its path.
fn declared<'d>(item: &Node<'d>, operation: &Node<'d>) -> Result<Vec<Node<'d>>, Problem> {
    let resolve = |nodes: Vec<Node<'d>>| {
        let mut resolved = Vec::new();
        for node in nodes {
            match node.resolve() {
                Ok(node) => resolved.push(node),
                Err(problem) => node.tolerate(problem, "the parameter is left out")?,
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
            let problem = node.problem("the parameter is described twice", "take one of the two out");
            node.pass_over(problem, "the first one counts")?;
        } else {
            once.push(node);
        }
    }
    all.extend(once);
    Ok(all)
}

/// Headers that OpenAPI says are described by other means.
fn is_set_elsewhere(header: &str) -> bool {
    ["accept", "content-type", "authorization"].iter().any(|name| header.eq_ignore_ascii_case(name))
}

/// The schema of a parameter, and whether it is written as JSON.
fn schema<'d>(node: &Node<'d>) -> Result<(Option<Node<'d>>, bool), Problem> {
    let Some(content) = node.get("content") else {
        if !node.is_lenient() {
            return Ok((Some(node.require("schema")?), false));
        }
        return Ok((node.get("schema"), false));
    };
    let entries = content.entries()?;
    let json = entries.iter().find(|(media_type, _)| answers::is_json(media_type));
    match json.or(entries.first()) {
        Some((_, media)) => Ok((media.get("schema"), json.is_some())),
        None => Ok((None, false)),
    }
}

fn docs(node: &Node<'_>) -> Result<Docs, Problem> {
    let mut docs = match schema(node)?.0.map(|schema| notes::docs(&schema)) {
        Some(Ok(docs)) => docs,
        // The type says what is wrong.
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

/// The type of a parameter, and how it is written if it is more than one word.
fn ty<'d>(
    node: &Node<'d>,
    wire: &str,
    place: Place,
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<(Type, Option<&'static str>), Problem> {
    let (Some(schema), is_json) = schema(node)? else {
        let problem = node.problem("a parameter without a schema", "add a `schema`");
        node.pass_over(problem, "it is text")?;
        return Ok((Type::String, None));
    };
    let usage = schemas.usage(&schema, &format!("{title}{}", names::type_name(wire)))?;
    if !node.flag("x-not-secret")? && !node.is_lenient() {
        objects::refuse_unmarked_secret(wire, &schema, &usage.ty)?;
    }
    // An absent parameter is how a URL says null.
    let mut ty = usage.ty;
    if ty.core() == &Type::Secret {
        let problem = schema.problem(
            "a secret does not belong into a URL, and one in a header is a security scheme",
            "describe it as text and say in words how it is written",
        );
        let is_plain = ty == Type::Secret && !is_json;
        schema.pass_over(problem, if is_plain { "it is sent as one" } else { "its items are text" })?;
        if is_plain {
            return Ok((Type::Secret, None));
        }
        super::secrets::loosen_type(&mut ty);
    }
    if node.is_lenient()
        && place != Place::Path
        && !is_json
        && let Err(problem) = objects::refuse_unmarked_secret(wire, &schema, &ty)
        && ty == Type::String
    {
        schema.pass_over(problem, "it is taken as one")?;
        return Ok((Type::Secret, None));
    }
    let is_word = |ty: &Type| match ty {
        Type::Named(id) => schemas.is_enum(*id),
        ty => ty.is_word(),
    };
    if is_json {
        return Ok((ty, Some("Json")));
    }
    let style = style(node, place)?;
    let is_plain = match &ty {
        Type::List(item) if place == Place::Query && style == "FormExploded" => is_word(item),
        ty if place == Place::Path => is_word(ty) && style.starts_with("Simple"),
        ty => is_word(ty),
    };
    Ok((ty, (!is_plain).then_some(style)))
}

/// The runtime's name for how a parameter is written.
pub(super) fn style(node: &Node<'_>, place: Place) -> Result<&'static str, Problem> {
    let named = node.text_of("style")?;
    let explode = match node.get("explode") {
        Some(_) => node.flag("explode")?,
        None => matches!(named.unwrap_or("form"), "form") && matches!(place, Place::Query | Place::Cookie),
    };
    Ok(match (place, named, explode) {
        (Place::Path, Some("label"), false) => "Label",
        (Place::Path, Some("label"), true) => "LabelExploded",
        (Place::Path, Some("matrix"), false) => "Matrix",
        (Place::Path, Some("matrix"), true) => "MatrixExploded",
        (Place::Path | Place::Header, None | Some("simple"), false) => "Simple",
        (Place::Path | Place::Header, None | Some("simple"), true) => "SimpleExploded",
        (Place::Query, None | Some("form"), true) => "FormExploded",
        (Place::Query, None | Some("form"), false) => "Form",
        (Place::Query, Some("spaceDelimited"), false) => "SpaceDelimited",
        (Place::Query, Some("pipeDelimited"), false) => "PipeDelimited",
        // Exploded, the three are the same.
        (Place::Query, Some("spaceDelimited" | "pipeDelimited"), true) => "FormExploded",
        (Place::Query, Some("deepObject"), _) => "DeepObject",
        (Place::Cookie, None | Some("form"), _) => "Simple",
        _ => {
            let problem = node.problem(
                "this style of writing a parameter is not supported",
                "use one that OpenAPI allows in this place",
            );
            node.tolerate(problem, "it is written in the usual style")?;
            if place == Place::Query { "FormExploded" } else { "Simple" }
        }
    })
}

/// The parameters in the path that nothing describes.
fn undescribed<'a>(
    path: &'a str,
    operation: &Node<'_>,
    parameters: &Parameters,
) -> Result<Vec<&'a str>, Problem> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(operation.problem("the path has a `{` without a `}`", "close it"));
        };
        let mut described = parameters.required.iter().filter(|parameter| parameter.place == Place::Path);
        if !described.any(|parameter| parameter.wire == name) && !names.contains(&name) {
            names.push(name);
        }
        rest = after;
    }
    Ok(names)
}
