//! Media types.

use crate::document::Node;
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

/// Returns whether a schema is a string or empty.
pub(super) fn is_text(schema: &Node<'_>) -> bool {
    let Ok(schema) = schema.resolve() else { return true };
    match schema.get("type") {
        Some(ty) => ty.value() == "string",
        None => schema.value().as_object().is_none_or(serde_json::Map::is_empty),
    }
}

/// Returns whether a media type is JSON or based on JSON.
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    ["application/json", "text/json", "*/*", "application/*"].contains(&essence.as_str())
        || essence.ends_with("+json")
}

pub(super) fn schema<'d>(media: &Node<'d>) -> Result<Option<Node<'d>>, Problem> {
    let handled: &[_] = if media.is_lenient() { &["schema", "encoding"] } else { &["schema"] };
    media.expect_keys("a media type", handled, &["example", "examples"])?;
    Ok(media.get("schema"))
}
