//! How the fields of a form are written, where its document says more than what they are.

use super::{answers, parameters};
use crate::document::Node;
use crate::model::{Encoding, Place, Written};
use crate::problem::Problem;

/// The fields of a form that are written in ways of their own.
pub(super) fn lower(media: &Node<'_>, is_multipart: bool) -> Result<Vec<Encoding>, Problem> {
    let mut encodings = Vec::new();
    for (wire, node) in media.entries_of("encoding")? {
        node.expect_keys("an encoding", &["contentType", "style", "explode"], &["allowReserved"])?;
        let content_type = node.text_of("contentType")?.unwrap_or_default();
        let is_json = !content_type.is_empty() && answers::is_json(content_type);
        let has_style = node.get("style").is_some() || node.get("explode").is_some();
        let how = if is_multipart {
            if has_style {
                let instead = "each item of a list is a part, and an object is JSON";
                node.note("the style of a part of a body", instead);
            }
            // Of several types, the file says which one it is.
            let is_one = !content_type.is_empty() && !content_type.contains(['*', ',']);
            let is_header = content_type.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            if is_one && !is_json && is_object(media, wire) {
                let problem = node.problem(
                    format!("an object as `{content_type}` is not supported"),
                    "describe it as `application/json`",
                );
                node.tolerate(problem, "it is written as JSON")?;
            }
            (is_one && is_header).then(|| Written::Labelled(content_type.to_owned()))
        } else if has_style {
            Some(Written::As(parameters::style(&node, Place::Query)?))
        } else {
            is_json.then_some(Written::As("Json"))
        };
        encodings.extend(how.map(|how| Encoding { wire: wire.to_owned(), how }));
    }
    Ok(encodings)
}

/// Whether a field of a form is an object.
fn is_object(media: &Node<'_>, field: &str) -> bool {
    let property = || media.get("schema")?.resolve().ok()?.get("properties")?.get(field)?.resolve().ok();
    property().is_some_and(|property| {
        property.get("properties").is_some()
            || property.get("type").is_some_and(|name| name.value() == "object")
    })
}
