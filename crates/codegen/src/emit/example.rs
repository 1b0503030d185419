//! Examples of methods.

use std::collections::BTreeSet;

use super::file::ident;
use super::requests::may_be_absent;
use crate::model::{Api, Content, Operation, Presence, Shape, Success, Type, Types, XmlBody};

/// The maximum depth of a value. Deeper values are omitted.
const MAX_DEPTH: usize = 3;

/// Returns the example of a method: a call with the required values.
///
/// It is compiled as a doctest if the name of the crate is known and all values have short expressions. The others are
/// comments with the name of the argument.
pub(super) fn example(api: &Api, operation: &Operation) -> String {
    let mut values = Values { types: &api.types, uses: BTreeSet::new() };
    let (mut declaration, mut is_complete) = (None, true);
    let mut arguments = Vec::new();
    for argument in &operation.arguments {
        let value = values.borrowed(&argument.ty, &argument.name);
        is_complete &= value.is_some();
        arguments.push(value.unwrap_or_else(|| format!("/* {} */", argument.name)));
    }
    if let Some(body) = &operation.body {
        let value = match &body.content {
            Content::Json(ty) | Content::Form(ty) | Content::Xml(XmlBody { ty, .. }) => {
                values.borrowed(ty, "body")
            }
            Content::Multipart(id) => values.borrowed(&Type::Named(*id), "body"),
            Content::JsonLines(ty) => values.borrowed(&Type::List(Box::new(ty.clone())), "body"),
            Content::AnyMultipart => None,
            Content::Bytes | Content::Text => Some("\"body\"".to_owned()),
        };
        let is_optional = may_be_absent(body);
        arguments.push(match value {
            Some(value) => {
                let owned = value.trim_start_matches('&');
                declaration = Some(format!("let body = {owned};"));
                let body = if owned == value { "body" } else { "&body" };
                if is_optional { format!("Some({body})") } else { body.to_owned() }
            }
            None if is_optional => "None".to_owned(),
            None => {
                is_complete = false;
                "/* body */".to_owned()
            }
        });
    }
    if let Some(options) = &operation.options {
        values.uses.insert(options.name.clone());
        arguments.push(format!("&{}::new()", ident(&options.name)));
    }
    let call = format!("client.{}({})", ident(&operation.name), arguments.join(", "));
    let call = match &operation.success {
        Success::Empty => format!("{call}.await?;"),
        Success::Stream(_) => [
            format!("let mut stream = {call}.await?.into_body();").as_str(),
            "while let Some(item) = stream.next().await {",
            "    let item = item?;",
            "}",
        ]
        .join("\n"),
        _ => format!("let response = {call}.await?;"),
    };

    let (fence, name) = match &api.crate_name {
        Some(name) => (if is_complete { "no_run" } else { "ignore" }, name.as_str()),
        None => ("ignore", "crate"),
    };
    let mut lines = vec![format!("```{fence}")];
    let uses: Vec<_> = values.uses.into_iter().collect();
    match uses.as_slice() {
        [] => {}
        [one] => lines.push(format!("use {name}::{one};\n")),
        several => lines.push(format!("use {name}::{{{}}};\n", several.join(", "))),
    }
    lines.push(format!(
        "# async fn example(client: {name}::Client) -> Result<(), Box<dyn std::error::Error>> {{"
    ));
    lines.extend(declaration);
    lines.extend([call, "# Ok(())".to_owned(), "# }".to_owned(), "```".to_owned()]);
    format!("# Examples\n\n{}", lines.join("\n"))
}

/// Expressions for values.
struct Values<'a> {
    types: &'a Types,
    /// Names to import from the crate.
    uses: BTreeSet<String>,
}

impl Values<'_> {
    /// Returns an expression for an argument of a method.
    fn borrowed(&mut self, ty: &Type, name: &str) -> Option<String> {
        match ty {
            ty if ty.is_copy() => self.owned(ty, name, 0),
            Type::String => Some(format!("{name:?}")),
            Type::List(item) if **item == Type::String => Some(format!("&[{name:?}]")),
            Type::List(item) if matches!(**item, Type::Named(_)) => {
                Some(format!("&[{}]", self.owned(item, name, 0)?))
            }
            Type::Named(_) => Some(format!("&{}", self.owned(ty, name, 0)?)),
            _ => None,
        }
    }

    /// Returns an expression for an argument of a constructor.
    fn owned(&mut self, ty: &Type, name: &str, depth: usize) -> Option<String> {
        match ty {
            Type::Bool => Some("true".to_owned()),
            Type::Int32 | Type::Int64 | Type::UInt64 => Some("1".to_owned()),
            Type::Number => Some("1.0".to_owned()),
            Type::String | Type::Secret | Type::Any => Some(format!("{name:?}")),
            Type::Nullable(_) => Some("None".to_owned()),
            // Arrays do not convert to items of a list.
            Type::List(item) if matches!(**item, Type::List(_)) => None,
            Type::List(item) => Some(format!("[{}]", self.owned(item, name, depth + 1)?)),
            Type::Named(id) if depth < MAX_DEPTH => {
                let types = self.types;
                let definition = &types[*id];
                let value = match &definition.shape {
                    Shape::Struct(_) if !definition.serialize => return None,
                    Shape::Struct(object) => {
                        let arguments =
                            object.fields.iter().filter(|field| types.fixed_value(field).is_none());
                        let required = arguments.filter_map(|field| match field.presence {
                            Presence::Required => Some(self.owned(&field.ty, &field.wire, depth + 1)),
                            Presence::RequiredNullable => Some(Some("None".to_owned())),
                            Presence::Optional | Presence::OptionalNullable => None,
                        });
                        format!("new({})", required.collect::<Option<Vec<_>>>()?.join(", "))
                    }
                    Shape::Enum(list) => ident(&list.values.first()?.name).to_string(),
                    Shape::Union(union) => {
                        let is_named = |ty: &Type| matches!(ty, Type::Named(_));
                        let mut named = union.variants.iter().filter(|variant| is_named(&variant.ty));
                        let variant = named.find(|variant| !variant.boxed)?;
                        let value = self.owned(&variant.ty, name, depth + 1)?;
                        format!("{}({value})", ident(&variant.name))
                    }
                    Shape::Alias(_) => return None,
                };
                self.uses.insert("types".to_owned());
                Some(format!("types::{}::{value}", ident(&definition.name)))
            }
            _ => None,
        }
    }
}
