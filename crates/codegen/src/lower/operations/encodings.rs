//! Encodings of form fields.

use super::{media_types, parameters};
use crate::document::Node;
use crate::lower::schemas::is_file;
use crate::model::{Encoding, EncodingFormat, Location};
use crate::problem::{Problem, Topic};

/// Returns the encodings that differ from the default.
pub(super) fn lower(media: &Node<'_>, is_multipart: bool) -> Result<Vec<Encoding>, Problem> {
    let mut encodings = Vec::new();
    for (wire, node) in media.entries_of("encoding")? {
        let mut handled = vec!["contentType", "style", "explode"];
        if let Some(headers) = node.get("headers")
            && is_multipart
            && property(media, wire).is_some_and(|property| is_file(&property))
        {
            headers.note(Topic::Bodies, "a file can have headers", "set them with `FilePart::header`");
            handled.push("headers");
        }
        node.expect_keys("an encoding", &handled, &["allowReserved"])?;
        let content_type = node.text_of("contentType")?.unwrap_or_default();
        let is_json = !content_type.is_empty() && media_types::is_json(content_type);
        let has_style = node.get("style").is_some() || node.get("explode").is_some();
        let format = if is_multipart {
            if has_style {
                let instead = "each item of an array is a part, and an object is JSON";
                node.note(Topic::Bodies, "the style of a part is not supported", instead);
            }
            // With several types, the file has one.
            let is_one = !content_type.is_empty() && !content_type.contains(['*', ',']);
            if is_one && !is_json && is_object(media, wire) {
                let problem = node.problem(
                    format!("an object of type `{content_type}` is not supported"),
                    "describe it as `application/json`",
                );
                node.tolerate(problem, "sent as JSON")?;
            }
            (is_one && media_types::is_header_value(content_type))
                .then(|| EncodingFormat::ContentType(content_type.to_owned()))
        } else if has_style {
            Some(EncodingFormat::Style(parameters::style(&node, Location::Query)?))
        } else {
            is_json.then_some(EncodingFormat::Style("Json"))
        };
        encodings.extend(format.map(|format| Encoding { wire: wire.to_owned(), format }));
    }
    Ok(encodings)
}

fn property<'d>(media: &Node<'d>, field: &str) -> Option<Node<'d>> {
    media.get("schema")?.resolve().ok()?.get("properties")?.get(field)?.resolve().ok()
}

fn is_object(media: &Node<'_>, field: &str) -> bool {
    property(media, field).is_some_and(|property| {
        property.get("properties").is_some()
            || property.get("type").is_some_and(|name| name.value() == "object")
    })
}
