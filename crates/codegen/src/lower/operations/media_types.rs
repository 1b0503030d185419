//! Media types.

use super::streams::Format;
use crate::document::Node;
use crate::lower::schemas::{is_bytes, is_untyped};
use crate::problem::Problem;

/// Returns a media type without parameters, in lower case.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns whether a media type is sent by default for text and bytes, or is a range of media types.
pub(super) fn is_default_for_bytes(media_type: &str) -> bool {
    media_type == "application/octet-stream" || media_type.contains('*')
}

pub(super) fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Returns whether a media type is certainly not JSON, whatever its schema.
pub(super) fn is_another_format(media_type: &str) -> bool {
    ["xml", "yaml", "csv", "protobuf"].iter().any(|format| media_type.to_ascii_lowercase().contains(format))
}

/// Returns whether a schema is a string or allows any value.
pub(super) fn is_text(schema: &Node<'_>) -> bool {
    let Ok(schema) = schema.resolve() else { return true };
    match schema.get("type") {
        Some(ty) => ty.value() == "string",
        None => is_untyped(&schema),
    }
}

/// Returns whether a media type is XML or based on XML.
pub(super) fn is_xml(media_type: &str) -> bool {
    let essence = essence(media_type);
    ["application/xml", "text/xml"].contains(&essence.as_str()) || essence.ends_with("+xml")
}

/// Returns whether a media type is JSON or based on JSON.
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    ["application/json", "text/json", "*/*", "application/*"].contains(&essence.as_str())
        || essence.ends_with("+json")
}

/// Returns whether a range of media types, such as `*/*`, is for bytes.
pub(super) fn is_range_of_bytes(media_type: &str, media: &Node<'_>) -> bool {
    media_type.contains('*') && media.get("schema").is_some_and(|schema| is_bytes(&schema))
}

/// Returns the entries of `content` without references.
pub(super) fn entries<'d>(content: &Node<'d>) -> Result<Vec<(&'d str, Node<'d>)>, Problem> {
    let mut entries = Vec::new();
    for (media_type, media) in content.entries()? {
        if let Some(media) = media.resolve_or_omit("the media type is omitted")? {
            entries.push((media_type, media));
        }
    }
    Ok(entries)
}

pub(super) fn schema<'d>(media_type: &str, media: &Node<'d>) -> Result<Option<Node<'d>>, Problem> {
    let mut handled = vec!["schema"];
    handled.extend(media.is_lenient().then_some("encoding"));
    handled.extend(Format::of(media_type).map(|_| "itemSchema"));
    media.expect_keys("a media type", &handled, &["example", "examples"])?;
    Ok(media.get("schema"))
}
