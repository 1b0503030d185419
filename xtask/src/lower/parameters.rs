//! Parameters: what goes into the path, the query and the headers.

use super::names::{self, Scope};
use super::schemas::Schemas;
use super::{notes, objects};
use crate::document::Node;
use crate::model::{ClientHeader, Operation, Parameter, Place, Type};
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
        let place = match node.require("in")?.text()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" if is_set_elsewhere(wire) => continue,
            "header" => Place::Header,
            other => {
                let message = format!("a parameter in the {other} is not supported");
                return Err(node.problem(message, "leave it out, or pass it in the query or a header"));
            }
        };
        node.expect_keys(
            "a parameter",
            &["name", "in", "required", "description", "schema", "style", "explode", "deprecated"],
            &["example", "examples", "allowEmptyValue"],
        )?;
        if node.flag("x-client-parameter")? {
            if place != Place::Header {
                return Err(node
                    .problem("only a header can be set once for a client", "take `x-client-parameter` out"));
            }
            headers.add(&node, wire)?;
            continue;
        }
        expect_plain_style(&node, place)?;
        let required = node.flag("required")? || place == Place::Path;
        let scope = if required { &mut arguments } else { &mut options };
        let parameter = Parameter {
            name: scope.claim([names::snake_name(wire).as_str()]),
            wire: wire.to_owned(),
            place,
            docs: docs(&node)?,
            ty: ty(&node, wire, place, schemas, title)?,
        };
        if place == Place::Path && !path.contains(&format!("{{{wire}}}")) {
            return Err(node.problem(
                format!("the path has no `{{{wire}}}`"),
                "add it to the path or take the parameter out",
            ));
        }
        if required { parameters.required.push(parameter) } else { parameters.optional.push(parameter) }
    }
    expect_all_described(path, operation, &parameters)?;
    Ok(parameters)
}

/// The parameters of an operation and those that it shares with others of its path.
fn declared<'d>(item: &Node<'d>, operation: &Node<'d>) -> Result<Vec<Node<'d>>, Problem> {
    let resolve = |nodes: Vec<Node<'d>>| nodes.iter().map(Node::resolve).collect::<Result<Vec<_>, _>>();
    let own = resolve(operation.items_of("parameters")?)?;
    let mut all = resolve(item.items_of("parameters")?)?;
    let is_same = |one: &Node<'_>, other: &Node<'_>| {
        ["name", "in"].iter().all(|key| one.value().get(key) == other.value().get(key))
    };
    all.retain(|shared| !own.iter().any(|node| is_same(node, shared)));
    for (index, node) in own.iter().enumerate() {
        if own[..index].iter().any(|earlier| is_same(earlier, node)) {
            return Err(node.problem("the parameter is described twice", "take one of the two out"));
        }
    }
    all.extend(own);
    Ok(all)
}

/// Headers that OpenAPI says are described by other means.
fn is_set_elsewhere(header: &str) -> bool {
    ["accept", "content-type", "authorization"].iter().any(|name| header.eq_ignore_ascii_case(name))
}

fn expect_plain_style(node: &Node<'_>, place: Place) -> Result<(), Problem> {
    let (plain, explode) = match place {
        Place::Query => ("form", true),
        Place::Path | Place::Header => ("simple", false),
    };
    let is_plain = node.text_of("style")?.is_none_or(|style| style == plain)
        && (node.get("explode").is_none() || node.flag("explode")? == explode);
    if is_plain {
        return Ok(());
    }
    Err(node.problem(
        "this style of writing a parameter is not supported",
        format!("use `style: {plain}` and `explode: {explode}`, the defaults"),
    ))
}

fn docs(node: &Node<'_>) -> Result<crate::model::Docs, Problem> {
    let mut docs = notes::docs(&node.require("schema")?)?;
    if let Some(text) = node.text_of("description")? {
        docs.text = text.to_owned();
    }
    if node.flag("deprecated")? {
        docs.notes.push("Deprecated.".to_owned());
    }
    Ok(docs)
}

fn ty<'d>(
    node: &Node<'d>,
    wire: &str,
    place: Place,
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<Type, Problem> {
    let schema = node.require("schema")?;
    let usage = schemas.usage(&schema, &format!("{title}{}", names::type_name(wire)))?;
    if !node.flag("x-not-secret")? {
        objects::refuse_unmarked_secret(wire, &schema, &usage.ty)?;
    }
    // An absent parameter is how a URL says null.
    let item = match &usage.ty {
        Type::List(item) if place == Place::Query => item,
        other => other,
    };
    let message = match item {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Number | Type::String | Type::DateTime => {
            return Ok(usage.ty);
        }
        Type::Named(id) if schemas.is_enum(*id) => return Ok(usage.ty),
        Type::Secret => "a secret does not belong into a URL, and one in a header is a security scheme",
        _ => "a parameter that is neither plain text, a number nor a truth value is not supported",
    };
    Err(schema.problem(message, "describe it as text and say in words how it is written"))
}

fn expect_all_described(path: &str, operation: &Node<'_>, parameters: &Parameters) -> Result<(), Problem> {
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(operation.problem("the path has a `{` without a `}`", "close it"));
        };
        if !parameters
            .required
            .iter()
            .any(|parameter| parameter.place == Place::Path && parameter.wire == name)
        {
            return Err(operation.problem(
                format!("nothing describes `{{{name}}}` in the path"),
                format!("add a parameter with `\"in\": \"path\"` and `\"name\": \"{name}\"`"),
            ));
        }
        rest = after;
    }
    Ok(())
}
