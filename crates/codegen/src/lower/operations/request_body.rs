//! Request bodies.

use super::streams::{self, Format};
use super::{encodings, media_types};
use crate::document::Node;
use crate::lower::descriptions;
use crate::lower::schemas::Schemas;
use crate::model::{Body, Content, Docs, Encoding, EncodingFormat, Type, XmlBody};
use crate::problem::{AS_ANY, Problem, Topic};

pub(super) fn lower<'d>(
    node: &Node<'d>,
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<Option<Body>, Problem> {
    let node = node.resolve()?;
    node.expect_keys("a request body", &["description", "content", "required"], &[])?;
    let content = node.require("content")?;
    let entries = media_types::entries(&content)?;
    let rank = |(media_type, media): &&(&str, Node<'_>)| Kind::of(media_type, media) as usize;
    let is_other_json = |media_type: &str| !media_types::essence(media_type).starts_with("application/json");
    let first = |entry: &&(&str, Node<'_>)| (rank(entry), is_other_json(entry.0));
    let Some((media_type, media)) = entries.iter().min_by_key(first) else {
        let problem =
            content.problem("the request body has no media type", "describe it as `application/json`");
        content.tolerate(problem, "no body is sent")?;
        return Ok(None);
    };
    let schema = media_types::schema(media_type, media)?;
    let kind = match Kind::of(media_type, media) {
        Kind::Xml if schema.as_ref().is_none_or(media_types::is_text) => Kind::Other,
        kind => kind,
    };
    // The strict policy allows JSON, XML and forms only.
    if matches!(kind, Kind::Text | Kind::Other) && !node.is_lenient() {
        return Err(content.problem("the request body is not JSON", "describe it as `application/json`"));
    }
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
    let has_schema = !matches!(kind, Kind::Text | Kind::Other);
    for (other, other_media) in entries.iter().filter(|entry| has_schema || rank(entry) != kind as usize) {
        if media_types::schema(other, other_media)?.map(|node| node.value())
            != schema.as_ref().map(Node::value)
        {
            let problem = other_media.problem(
                format!("the request body has another schema for `{other}`"),
                "use one schema for all media types",
            );
            other_media.pass_over(problem.about(Topic::Bodies), &format!("sent as `{media_type}`"))?;
        }
    }
    let docs = match (node.text_of("description")?, &schema) {
        (Some(text), _) if !text.is_empty() => Docs { text: text.to_owned(), notes: Vec::new() },
        (_, Some(schema)) => descriptions::docs(schema)?,
        _ => Docs::default(),
    };
    let content = match (kind, schema) {
        (Kind::JsonLines, _) => Content::JsonLines(streams::item(media, schemas, title)?),
        (Kind::Text, _) => Content::Text,
        (Kind::Other, _) => Content::Bytes,
        (Kind::Multipart, None) => Content::AnyMultipart,
        (_, None) => {
            let problem = media.problem("the request body has no schema", "add a `schema`");
            media.pass_over(problem.about(Topic::Bodies), AS_ANY)?;
            Content::Json(Type::Any)
        }
        (_, Some(schema)) => {
            let ty = schemas.usage(&schema, &format!("{title}Request"))?.into_type();
            match (kind, ty) {
                (Kind::Form, ty) => Content::Form(ty),
                (Kind::Xml, ty) => {
                    let root = schemas.xml_root(&schema, &format!("{title}Request"), true)?;
                    Content::Xml(XmlBody { ty, root, media_type: (*media_type).to_owned() })
                }
                (Kind::Multipart, Type::Named(id)) if schemas.is_struct(id) => {
                    schemas.mark_files(id, &schema, &json_fields(&encodings))?;
                    Content::Multipart(id)
                }
                (Kind::Multipart, _) => Content::AnyMultipart,
                (_, ty) => Content::Json(ty),
            }
        }
    };
    let is_usual = match &content {
        Content::Json(_) => *media_type == "application/json" || media_type.contains('*'),
        Content::JsonLines(_) => *media_type == "application/jsonl",
        Content::Xml(_) => *media_type == "application/xml",
        Content::Form(_) | Content::Multipart(_) | Content::AnyMultipart => true,
        Content::Bytes | Content::Text => media_types::is_default_for_bytes(media_type),
    };
    let mut media_types = Vec::new();
    // The client prefers `application/json` to other types based on JSON.
    if matches!(content, Content::Bytes | Content::Text) || (kind == Kind::Json && !is_usual) {
        let same_kind = entries.iter().filter(|entry| rank(entry) == kind as usize);
        media_types.extend(same_kind.map(|(media_type, _)| (*media_type).to_owned()));
    }
    if media_types.len() == 1 && !media_type.contains('*') {
        media_types.clear();
    }
    let media_type =
        (!is_usual && media_types::is_header_value(media_type)).then(|| (*media_type).to_owned());
    Ok(Some(Body { docs, content, media_type, media_types, required: node.flag("required")?, encodings }))
}

/// Returns the names of the fields that are JSON.
fn json_fields(encodings: &[Encoding]) -> Vec<&str> {
    let is_json = |encoding: &&Encoding| match &encoding.format {
        EncodingFormat::ContentType(content_type) => media_types::is_json(content_type),
        EncodingFormat::Style(_) => false,
    };
    encodings.iter().filter(is_json).map(|encoding| encoding.wire.as_str()).collect()
}

/// The kinds of request bodies in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    JsonLines,
    Form,
    Multipart,
    Xml,
    Text,
    Other,
}

impl Kind {
    fn of(media_type: &str, media: &Node<'_>) -> Self {
        match media_types::essence(media_type).as_str() {
            _ if media_types::is_range_of_bytes(media_type, media) => Self::Other,
            _ if media_types::is_json(media_type) => Self::Json,
            _ if Format::of(media_type) == Some(Format::JsonLines) => Self::JsonLines,
            "application/x-www-form-urlencoded" => Self::Form,
            "multipart/form-data" => Self::Multipart,
            _ if media_types::is_xml(media_type) => Self::Xml,
            text if text.starts_with("text/") => Self::Text,
            _ => Self::Other,
        }
    }
}
