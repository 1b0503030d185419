//! Pagination.

use super::parameters;
use crate::document::{Node, escape, unescape};
use crate::model::{
    self, Content, FieldPath, Location, NextPage, Operation, PageParameter, Parameter, Presence, Shape,
    Success, Type, Types,
};
use crate::pagination::{Next, Pagination};
use crate::problem::Problem;

/// The extension with the pagination of an operation.
pub(crate) const X_PAGINATION: &str = "x-pagination";

const NO_ITEMS: &str = "the client has no method for the items of all pages";

/// An operation whose responses are pages.
pub(crate) struct Listing<'d> {
    /// The position of the operation.
    pub(super) operation: usize,
    /// The name of the method for all items.
    pub(super) method: String,
    declared: Pagination,
    /// The location of the declaration.
    declaration: Node<'d>,
    /// Only the header `Link` is described, which may have another purpose.
    is_implied: bool,
    /// The number of the first page.
    first: u64,
}

impl<'d> Listing<'d> {
    /// Returns the listing of an operation at a position, if it is declared as one.
    pub(super) fn of(operation: usize, item: &Node<'d>, node: &Node<'d>) -> Result<Option<Self>, Problem> {
        type Convert<'d> = fn(&Node<'d>) -> Result<Option<Pagination>, Problem>;
        let extensions: [(&str, Convert<'d>); 3] =
            [(X_PAGINATION, own), ("x-speakeasy-pagination", speakeasy), ("x-ms-pageable", azure)];
        let extension = extensions.into_iter().find_map(|(key, convert)| Some((node.get(key)?, convert)));
        let is_implied = extension.is_none();
        let (declaration, declared) = match extension {
            Some((extension, convert)) => match convert(&extension) {
                Ok(declared) => (extension, declared),
                Err(problem) => return extension.tolerate(problem, NO_ITEMS).map(|()| None),
            },
            None => (node.clone(), has_link_header(node).then(|| Pagination::new(Next::LinkHeader))),
        };
        let Some(declared) = declared else { return Ok(None) };
        let first = match &declared.next {
            Next::Page { parameter, .. } => default(item, node, parameter),
            _ => None,
        };
        let first = first.unwrap_or(1);
        Ok(Some(Self { operation, method: String::new(), declared, declaration, is_implied, first }))
    }

    /// Adds the pagination to the operation, whose types are complete.
    pub(crate) fn paginate(self, types: &Types, operations: &mut [Operation]) -> Result<(), Problem> {
        let Some(operation) = operations.get_mut(self.operation) else { return Ok(()) };
        match self.lower(types, operation) {
            Ok(pagination) => operation.pagination = Some(pagination),
            Err(_) if self.is_implied => {}
            Err(message) => {
                let problem = self.declaration.problem(message, "correct the declaration, or remove it");
                self.declaration.tolerate(problem, NO_ITEMS)?;
            }
        }
        Ok(())
    }

    fn lower(&self, types: &Types, operation: &Operation) -> Result<model::Pagination, String> {
        let Success::Json(page) = &operation.success else {
            return Err("pagination requires responses that are always JSON".to_owned());
        };
        if let Some(Content::Bytes | Content::Multipart(_) | Content::AnyMultipart) =
            operation.body.as_ref().map(|body| &body.content)
        {
            return Err("pagination of an operation whose body is streamed is not supported".to_owned());
        }
        let items = match &self.declared.items {
            Some(pointer) => field(types, page, pointer)?,
            None => only_list(types, page)?,
        };
        let Type::List(item) = &items.ty else {
            return Err("the items of a page are not a list".to_owned());
        };
        let item = (**item).clone();
        let next = match &self.declared.next {
            Next::Url(_) | Next::LinkHeader if operation.method != "GET" => {
                return Err("a link to the next page requires the method `GET`".to_owned());
            }
            Next::Url(url) => NextPage::Url(field_of(types, page, url, "a string", is_text)?),
            Next::LinkHeader => NextPage::LinkHeader,
            Next::Cursor { parameter, field: cursor } => {
                let parameter = page_parameter(types, operation, parameter, is_text)?;
                // Bodies distinguish numbers and strings.
                let is_in_body = matches!(parameter, PageParameter::Body(_));
                let is_cursor = |ty: &Type| is_text(ty) || !is_in_body && is_integer(ty);
                let wanted = if is_in_body { "a string" } else { "a string or an integer" };
                NextPage::Cursor { parameter, field: field_of(types, page, cursor, wanted, is_cursor)? }
            }
            Next::Offset(parameter) => {
                NextPage::Offset { parameter: page_parameter(types, operation, parameter, is_integer)? }
            }
            Next::Page { parameter, last } => {
                let last = last.as_ref().map(|last| field_of(types, page, last, "an integer", is_integer));
                NextPage::Number {
                    parameter: page_parameter(types, operation, parameter, is_integer)?,
                    first: self.first,
                    last: last.transpose()?,
                }
            }
        };
        Ok(model::Pagination { name: self.method.clone(), page: page.clone(), items, item, next })
    }
}

fn own(node: &Node<'_>) -> Result<Option<Pagination>, Problem> {
    let declared = serde_json::from_value(node.value().clone());
    declared.map(Some).map_err(|error| node.problem(format!("invalid pagination: {error}"), "correct it"))
}

/// Converts the extension of Azure. Without a link, the response has all items.
fn azure(node: &Node<'_>) -> Result<Option<Pagination>, Problem> {
    let link = node.require("nextLinkName")?;
    if link.value().is_null() {
        return Ok(None);
    }
    let items = node.text_of("itemName")?.unwrap_or("value");
    let next = Next::Url(format!("/{}", escape(link.text()?)));
    Ok(Some(Pagination::new(next).items(&format!("/{}", escape(items)))))
}

/// Converts the extension of Speakeasy.
fn speakeasy(node: &Node<'_>) -> Result<Option<Pagination>, Problem> {
    let output = |key: &str| match node.get("outputs").and_then(|outputs| outputs.get(key)) {
        Some(path) => pointer(&path).map(Some),
        None => Ok(None),
    };
    let required = |key: &str| {
        let missing = || node.problem(format!("`outputs.{key}` is missing"), "add it");
        output(key)?.ok_or_else(missing)
    };
    let inputs = node.items_of("inputs")?;
    let input = |kind: &str| {
        let is_kind = |input: &&Node<'_>| input.get("type").is_some_and(|found| found.value() == kind);
        let Some(input) = inputs.iter().find(is_kind) else { return Ok(None) };
        match input.text_of("in")? {
            None | Some("parameters") => Ok(Some(input.require("name")?.text()?.to_owned())),
            Some("requestBody") => Ok(Some(format!("/{}", escape(input.require("name")?.text()?)))),
            Some(_) => {
                Err(input.problem("unknown location of an input", "use `parameters` or `requestBody`"))
            }
        }
    };
    let kind = node.require("type")?;
    let next = match kind.text()? {
        "url" => Next::Url(required("nextUrl")?),
        "cursor" => {
            let missing = || node.problem("there is no input with the type `cursor`", "add it");
            let parameter = input("cursor")?.ok_or_else(missing)?;
            Next::Cursor { parameter, field: required("nextCursor")? }
        }
        "offsetLimit" => match (input("page")?, input("offset")?) {
            (Some(parameter), _) => Next::Page { parameter, last: output("numPages")? },
            (None, Some(parameter)) => Next::Offset(parameter),
            (None, None) => {
                return Err(node.problem("there is no input with the type `page` or `offset`", "add it"));
            }
        },
        other => return Err(kind.problem(format!("unknown type `{other}`"), "use a known type")),
    };
    Ok(Some(Pagination { items: output("results")?, next }))
}

/// Returns the JSON pointer for a JSONPath of names: `$.a['b']`.
fn pointer(path: &Node<'_>) -> Result<String, Problem> {
    let text = path.text()?;
    let unsupported = || {
        let message = format!("the JSONPath `{text}` is not supported");
        path.problem(message, "use one with names only, such as `$.meta.next`")
    };
    let mut pointer = String::new();
    let mut rest = text.strip_prefix('$').ok_or_else(unsupported)?;
    while !rest.is_empty() {
        let name;
        (name, rest) = if let Some(quoted) = rest.strip_prefix("['") {
            quoted.split_once("']").ok_or_else(unsupported)?
        } else if let Some(quoted) = rest.strip_prefix("[\"") {
            quoted.split_once("\"]").ok_or_else(unsupported)?
        } else {
            let name = rest.strip_prefix('.').ok_or_else(unsupported)?;
            name.split_at(name.find(['.', '[']).unwrap_or(name.len()))
        };
        if name.is_empty() || name == "*" {
            return Err(unsupported());
        }
        pointer.push('/');
        pointer.push_str(&escape(name));
    }
    Ok(pointer)
}

/// Returns whether a successful response has the header `Link`. Problems are reported with the response.
fn has_link_header(operation: &Node<'_>) -> bool {
    let responses = operation.get("responses").and_then(|responses| responses.entries().ok());
    responses.unwrap_or_default().into_iter().filter(|(status, _)| status.starts_with('2')).any(
        |(_, response)| {
            let headers = response.resolve().ok().and_then(|response| response.entries_of("headers").ok());
            headers.unwrap_or_default().iter().any(|(name, _)| name.eq_ignore_ascii_case("link"))
        },
    )
}

/// Returns the default of a query parameter that is a number.
fn default(item: &Node<'_>, operation: &Node<'_>, name: &str) -> Option<u64> {
    let parameters = parameters::declared(item, operation).ok()?;
    let is_named = |parameter: &&Node<'_>| parameter.get("name").is_some_and(|found| found.value() == name);
    let schema = parameters.iter().find(is_named)?.get("schema")?.resolve().ok()?;
    schema.get("default")?.value().as_u64()
}

/// Returns the parameter that selects a page: a query parameter with one value, or a property of the body with a type.
fn page_parameter(
    types: &Types,
    operation: &Operation,
    name: &str,
    is_wanted: impl Fn(&Type) -> bool,
) -> Result<PageParameter, String> {
    if let Some(key) = name.strip_prefix('/') {
        let property = match operation.body.as_ref().map(|body| &body.content) {
            Some(Content::Json(body)) => field(types, body, name).ok(),
            _ => None,
        };
        let is_direct = |path: &FieldPath| path.fields.len() == 1 && is_wanted(&path.ty);
        let missing = || format!("the body has no property `{name}` with the type of the parameter");
        return property.filter(is_direct).map(|_| PageParameter::Body(unescape(key))).ok_or_else(missing);
    }
    let options = operation.options.iter().flat_map(|options| &options.fields);
    let is_it = |parameter: &Parameter| {
        parameter.wire == name && parameter.location == Location::Query && parameter.style.is_none()
    };
    let found = operation.arguments.iter().chain(options).any(is_it);
    let missing = || format!("there is no query parameter `{name}` with one value");
    found.then(|| PageParameter::Query(name.to_owned())).ok_or_else(missing)
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Secret)
}

fn is_integer(ty: &Type) -> bool {
    matches!(ty, Type::Int32 | Type::Int64 | Type::UInt64)
}

/// Returns a field with a type.
fn field_of(
    types: &Types,
    page: &Type,
    pointer: &str,
    wanted: &str,
    is_wanted: impl Fn(&Type) -> bool,
) -> Result<FieldPath, String> {
    let found = field(types, page, pointer)?;
    if is_wanted(&found.ty) { Ok(found) } else { Err(format!("`{pointer}` of a page is not {wanted}")) }
}

/// Returns a field of a page.
fn field(types: &Types, page: &Type, pointer: &str) -> Result<FieldPath, String> {
    let missing = || format!("a page has no field `{pointer}`");
    let mut path = FieldPath { fields: Vec::new(), ty: aliased(types, page).clone() };
    let keys = match pointer {
        "" => None,
        _ => Some(pointer.strip_prefix('/').ok_or_else(missing)?.split('/').map(unescape)),
    };
    for key in keys.into_iter().flatten() {
        let Type::Named(id) = path.ty else { return Err(missing()) };
        let Shape::Struct(object) = &types[id].shape else { return Err(missing()) };
        let field = object.fields.iter().find(|field| field.wire == key).ok_or_else(missing)?;
        path.fields.push((field.name.clone(), field.presence));
        path.ty = aliased(types, &field.ty).clone();
    }
    Ok(path)
}

/// Returns the page itself if it is a list, or its only field that is one.
fn only_list(types: &Types, page: &Type) -> Result<FieldPath, String> {
    let page = aliased(types, page);
    if let Type::List(_) = page {
        return Ok(FieldPath { fields: Vec::new(), ty: page.clone() });
    }
    let fields = match page {
        Type::Named(id) => match &types[*id].shape {
            Shape::Struct(object) => object.fields.as_slice(),
            Shape::Enum(_) | Shape::Union(_) | Shape::Alias(_) => &[],
        },
        _ => &[],
    };
    let is_list = |(_, _, ty): &(&String, Presence, &Type)| matches!(ty, Type::List(_));
    let typed = fields.iter().map(|field| (&field.name, field.presence, aliased(types, &field.ty)));
    match typed.filter(is_list).collect::<Vec<_>>().as_slice() {
        [(name, presence, ty)] => {
            Ok(FieldPath { fields: vec![((*name).clone(), *presence)], ty: (*ty).clone() })
        }
        [] => Err("a page has no list".to_owned()),
        _ => Err("a page has several lists, of which none is declared as the items".to_owned()),
    }
}

/// Returns the type that an alias stands for.
fn aliased<'t>(types: &'t Types, ty: &'t Type) -> &'t Type {
    match ty {
        Type::Named(id) => match &types[*id].shape {
            Shape::Alias(ty) => aliased(types, ty),
            Shape::Struct(_) | Shape::Enum(_) | Shape::Union(_) => ty,
        },
        other => other,
    }
}
