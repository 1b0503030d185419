//! Bodies of requests.

use super::schemas::Schemas;
use super::{answers, encodings, notes};
use crate::document::Node;
use crate::model::{Body, Content, Docs, Type};
use crate::problem::Problem;

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
        let problem = content.problem("a body without a media type", "describe it as `application/json`");
        content.tolerate(problem, "none is sent")?;
        return Ok(None);
    };
    let kind = Kind::of(media_type);
    // None of ours has one, so one that turns up there is a slip.
    if matches!(kind, Kind::Text | Kind::Other) && !node.is_lenient() {
        return Err(content.problem("a body that is not JSON", "describe it as `application/json`"));
    }
    let schema = answers::schema(media)?;
    if matches!(kind, Kind::Text | Kind::Other)
        && let Some(schema) = schema.as_ref().filter(|schema| !answers::is_text(schema))
    {
        let problem = schema.problem(format!("a body in `{media_type}` is not supported"), "");
        schema.tolerate(problem, if kind == Kind::Text { "it is text" } else { "it is bytes" })?;
    }
    let encodings = match kind {
        Kind::Form | Kind::Multipart => encodings::lower(media, kind == Kind::Multipart)?,
        _ => Vec::new(),
    };
    for (other, other_media) in &entries {
        if answers::schema(other_media)?.map(|node| node.value()) != schema.as_ref().map(Node::value) {
            let problem = other_media.problem(
                format!("the body has another schema as `{other}`"),
                "give all media types of a request one schema",
            );
            other_media.pass_over(problem, &format!("it is sent as `{media_type}`"))?;
        }
    }
    let docs = match (node.text_of("description")?, &schema) {
        (Some(text), _) if !text.is_empty() => Docs { text: text.to_owned(), notes: Vec::new() },
        (_, Some(schema)) => notes::docs(schema)?,
        _ => Docs::default(),
    };
    let content = match (kind, schema) {
        (Kind::Text, _) => Content::Text,
        (Kind::Other, _) => Content::Bytes,
        (Kind::Multipart, None) => Content::AnyMultipart,
        (_, None) => {
            media.pass_over(
                media.problem("a body without a schema", "add a `schema`"),
                "it is any JSON value",
            )?;
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
        Content::Bytes | Content::Text => {
            *media_type == "application/octet-stream" || media_type.contains('*')
        }
    };
    // What can be no header is said in no header.
    let is_header = media_type.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let media_type = (!is_usual && is_header).then(|| (*media_type).to_owned());
    Ok(Some(Body { docs, content, media_type, required: node.flag("required")?, encodings }))
}

/// Kinds of bodies, the one to be preferred first.
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
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            _ if answers::is_json(media_type) => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            "multipart/form-data" => Self::Multipart,
            text if text.starts_with("text/") => Self::Text,
            _ => Self::Other,
        }
    }
}
