//! The impact of a difference on users of the generated client.

use serde::Serialize;
use serde_json::Value;

use super::schema::is_lower;

/// The impact of a difference on users of our client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// Existing calls continue to work.
    Compatible,
    /// Existing calls may fail or change their meaning.
    Breaking,
}

/// The direction of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Sent,
    Received,
}

impl Direction {
    /// Returns the impact of more or fewer possible values. More are compatible in requests and breaking in responses.
    pub(super) fn widened(self, wider: bool) -> Impact {
        match (self, wider) {
            (Self::Sent, true) | (Self::Received, false) => Impact::Compatible,
            (Self::Sent, false) | (Self::Received, true) => Impact::Breaking,
        }
    }

    pub(super) fn narrowed(self) -> Impact {
        self.widened(false)
    }

    /// Returns the impact of a changed type; `None` is any type.
    pub(super) fn retyped(self, was: Option<&str>, is: Option<&str>) -> Impact {
        match (was, is) {
            (Some(_), None) | (Some("integer"), Some("number")) => self.widened(true),
            (None, Some(_)) | (Some("number"), Some("integer")) => self.widened(false),
            _ => Impact::Breaking,
        }
    }

    /// Returns the impact of an added, removed or changed bound. The client does not check bounds.
    pub(super) fn bounded(self, _was: bool, is: bool) -> Impact {
        match (self, is) {
            (Self::Sent, true) => Impact::Breaking,
            _ => Impact::Compatible,
        }
    }
}

/// Returns the impact of a changed bound.
pub(super) fn bound(direction: Direction, keyword: &str, values: (Option<f64>, Option<f64>)) -> Impact {
    let is_tighter = match values {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(_), Some(_)) if keyword == "multipleOf" => true,
        (Some(was), Some(is)) => (is > was) == is_lower(keyword),
    };
    direction.bounded(true, is_tighter)
}

/// Returns the impact of a changed `format`.
pub(super) fn format(direction: Direction, values: (Option<&Value>, Option<&Value>)) -> Impact {
    let name = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let (was, is) = (name(values.0), name(values.1));
    // The maximum number of bits of a number. A secret is any string.
    let bits = |format: Option<&str>| if format == Some("int32") { 32 } else { 64 };
    let is_size = |format: &Option<String>| {
        matches!(format.as_deref(), None | Some("int32" | "int64" | "float" | "double"))
    };
    let is_text = |format: &Option<String>| matches!(format.as_deref(), None | Some("password"));
    match (was, is) {
        (was, is) if is_text(&was) && is_text(&is) => Impact::Compatible,
        (was, is) if is_size(&was) && is_size(&is) => match bits(is.as_deref()).cmp(&bits(was.as_deref())) {
            std::cmp::Ordering::Equal => Impact::Compatible,
            order => direction.widened(order.is_gt()),
        },
        (None, Some(_)) => direction.widened(false),
        (Some(_), None) => direction.widened(true),
        (Some(_), Some(_)) | (None, None) => Impact::Breaking,
    }
}
