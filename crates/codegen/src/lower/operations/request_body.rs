//! Request bodies.

use super::{encodings, media_types};
use crate::document::Node;
use crate::lower::descriptions;
use crate::lower::schemas::Schemas;
use crate::model::{Body, Content, Docs, Type};
use crate::problem::{AS_ANY, Problem};

pub(super) fn lower<'d>(
    node: &Node<'d>,
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<Option<Body>, Problem> {
    let node = node.resolve()?;
    node.expect_keys("a request body", &["description", "content", "required"], &[])?;
    let content = node.require("content")?;
    let entries = content.entries()?;
    let rank = |media_type: &str| Kind::of(media_type) as usize;
    let Some((media_type, media)) = entries.iter().min_by_key(|(media_type, _)| rank(media_type)) else {
        let problem =
            content.problem("the request body has no media type", "describe it as `application/json`");
        content.tolerate(problem, "no body is sent")?;
        return Ok(None);
    };
    let kind = Kind::of(media_type);
    // The strict policy allows JSON and forms only.
    if matches!(kind, Kind::Text | Kind::Other) && !node.is_lenient() {
        return Err(content.problem("the request body is not JSON", "describe it as `application/json`"));
    }
    let schema = media_types::schema(media)?;
    if matches!(kind, Kind::Text | Kind::Other)
        && let Some(schema) = schema.as_ref().filter(|schema| !media_types::is_text(schema))
    {
        let problem = schema.problem(format!("a request body of type `{media_type}` is not supported"), "");
        schema.tolerate(problem, if kind == Kind::Text { "treated as text" } else { "treated as bytes" })?;
    }
    let encodings = match kind {
        Kind::Form | Kind::Multipart => encodings::lower(media, kind == Kind::Multipart)?,
        _ => Vec::new(),
    };
    for (other, other_media) in &entries {
        if media_types::schema(other_media)?.map(|node| node.value()) != schema.as_ref().map(Node::value) {
            let problem = other_media.problem(
                format!("the request body has another schema for `{other}`"),
                "use one schema for all media types",
            );
            other_media.pass_over(problem, &format!("sent as `{media_type}`"))?;
        }
    }
    let docs = match (node.text_of("description")?, &schema) {
        (Some(text), _) if !text.is_empty() => Docs { text: text.to_owned(), notes: Vec::new() },
        (_, Some(schema)) => descriptions::docs(schema)?,
        _ => Docs::default(),
    };
    let content = match (kind, schema) {
        (Kind::Text, _) => Content::Text,
        (Kind::Other, _) => Content::Bytes,
        (Kind::Multipart, None) => Content::AnyMultipart,
        (_, None) => {
            media.pass_over(media.problem("the request body has no schema", "add a `schema`"), AS_ANY)?;
            Content::Json(Type::Any)
        }
        (_, Some(schema)) => {
            let ty = schemas.usage(&schema, &format!("{title}Request"))?.into_type();
            match (kind, ty) {
                (Kind::Form, ty) => Content::Form(ty),
                (Kind::Multipart, Type::Named(id)) if schemas.is_struct(id) => {
                    schemas.mark_files(id, &schema)?;
                    Content::Multipart(id)
                }
                (Kind::Multipart, _) => Content::AnyMultipart,
                (_, ty) => Content::Json(ty),
            }
        }
    };
    let is_usual = match &content {
        Content::Json(_) => *media_type == "application/json" || media_type.contains('*'),
        Content::Form(_) | Content::Multipart(_) | Content::AnyMultipart => true,
        Content::Bytes | Content::Text => media_types::is_default_for_bytes(media_type),
    };
    let media_type =
        (!is_usual && media_types::is_header_value(media_type)).then(|| (*media_type).to_owned());
    Ok(Some(Body { docs, content, media_type, required: node.flag("required")?, encodings }))
}

/// The kinds of request bodies in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Multipart,
    Text,
    Other,
}

impl Kind {
    fn of(media_type: &str) -> Self {
        match media_types::essence(media_type).as_str() {
            _ if media_types::is_json(media_type) => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            "multipart/form-data" => Self::Multipart,
            text if text.starts_with("text/") => Self::Text,
            _ => Self::Other,
        }
    }
}
