//! Validation of input.

use std::collections::HashMap;
use std::time::Duration;

use api_keys_core::{Expiry, NewApiKey, UpdateApiKey};
use serde_json::{Map, Value};

use super::errors::ApiError;
use super::key::DEFAULT_KIND;

/// The type of a field.
enum Rule {
    Any,
    Text,
    Kind,
    Name,
    Description,
    Subject,
    User,
    Scopes,
    Span,
}

/// The fields of a body. Others are rejected.
pub(super) struct Schema {
    required: &'static [&'static str],
    fields: &'static [(&'static str, Rule)],
    nullable: &'static [&'static str],
}

pub(super) const CREATE: Schema = Schema {
    required: &["name", "subject"],
    fields: &[
        ("type", Rule::Kind),
        ("name", Rule::Name),
        ("description", Rule::Description),
        ("subject", Rule::Subject),
        ("claims", Rule::Any),
        ("scopes", Rule::Scopes),
        ("created_by", Rule::User),
        ("seconds_until_expiration", Rule::Span),
    ],
    nullable: &["description", "created_by", "seconds_until_expiration"],
};

/// Without the name, which cannot be changed.
pub(super) const UPDATE: Schema = Schema {
    required: &[],
    fields: &[
        ("claims", Rule::Any),
        ("scopes", Rule::Scopes),
        ("description", Rule::Description),
        ("subject", Rule::Subject),
        ("seconds_until_expiration", Rule::Span),
    ],
    nullable: &["description", "seconds_until_expiration"],
};

pub(super) const REVOKE: Schema =
    Schema { required: &[], fields: &[("revocation_reason", Rule::Text)], nullable: &["revocation_reason"] };

pub(super) const VERIFY: Schema =
    Schema { required: &["secret"], fields: &[("secret", Rule::Text)], nullable: &[] };

impl Schema {
    /// Returns the body if it is valid.
    pub(super) fn read(&self, body: &[u8]) -> Result<Map<String, Value>, ApiError> {
        let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| ApiError::malformed())?;
        let missing = self.required.iter().filter(|&&name| !body.contains_key(name));
        let mut errors: Vec<_> =
            missing.map(|name| ApiError::invalid(format_args!("body.{name}"), "Required")).collect();
        for (name, value) in &body {
            let problem = match self.fields.iter().find(|(known, _)| known == name) {
                None => Some("Unrecognized key"),
                Some(_) if value.is_null() && self.nullable.contains(&name.as_str()) => None,
                Some((_, rule)) => rule.problem(value),
            };
            errors.extend(problem.map(|problem| ApiError::invalid(format_args!("body.{name}"), problem)));
        }
        ApiError::join(errors).map(|()| body)
    }
}

impl Rule {
    fn problem(&self, value: &Value) -> Option<&'static str> {
        match (self, value) {
            (Self::Any, _) => None,
            (Self::Scopes, Value::Array(scopes)) => {
                (!scopes.iter().all(Value::is_string)).then_some("Expected an array of strings")
            }
            (Self::Scopes, _) => Some("Expected an array of strings"),
            (Self::Span, Value::Number(seconds)) => {
                seconds.as_f64().is_none_or(|seconds| seconds <= 0.0).then_some("Must be greater than 0")
            }
            (Self::Span, _) => Some("Expected a number"),
            (_, Value::String(text)) => self.text_problem(text),
            _ => Some("Expected a string"),
        }
    }

    fn text_problem(&self, text: &str) -> Option<&'static str> {
        let length = text.chars().count();
        match self {
            Self::Kind | Self::Name if length < 3 => Some("Must be at least 3 characters"),
            Self::Kind if length > 25 => Some("Must be at most 25 characters"),
            Self::Description if length > 255 => Some("Must be at most 255 characters"),
            Self::Name if text.trim() != text || text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) => {
                Some("Failed regex check")
            }
            Self::Subject if !is_subject(text, &["user_", "org_", "mch_", "scim_"]) => {
                Some("Failed regex check")
            }
            Self::User if !is_subject(text, &["user_"]) => Some("Failed regex check"),
            _ => None,
        }
    }
}

/// A prefix and 27 letters, digits or underscores.
fn is_subject(text: &str, prefixes: &[&str]) -> bool {
    let rest = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    rest.is_some_and(|rest| rest.len() == 27 && rest.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_'))
}

pub(super) fn new_key(mut body: Map<String, Value>) -> NewApiKey {
    let mut new = NewApiKey::new(text(&body, "name").unwrap_or_default());
    new.description = text(&body, "description");
    new.owner = text(&body, "subject");
    new.scopes = Some(scopes(body.get("scopes")));
    new.expiry = body.get("seconds_until_expiration").map_or(Expiry::Never, expiry);
    new.metadata = body.remove("claims").filter(|claims| !claims.is_null());
    new.extra = body.into_iter().filter(|(name, _)| matches!(name.as_str(), "type" | "created_by")).collect();
    new
}

pub(super) fn changes(body: &Map<String, Value>) -> UpdateApiKey {
    let mut changes = UpdateApiKey::new();
    for (name, value) in body {
        changes = match (name.as_str(), value) {
            ("claims", Value::Null) => changes.clear_metadata(),
            ("claims", claims) => changes.metadata(claims.clone()),
            ("scopes", given) => changes.scopes(scopes(Some(given))),
            ("description", Value::String(description)) => changes.description(description),
            ("description", _) => changes.clear_description(),
            ("subject", Value::String(subject)) => changes.owner(subject),
            ("seconds_until_expiration", Value::Null) => changes.clear_expiry(),
            ("seconds_until_expiration", seconds) => changes.expiry(expiry(seconds)),
            _ => changes,
        };
    }
    changes
}

fn text(body: &Map<String, Value>, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn scopes(scopes: Option<&Value>) -> Vec<String> {
    let scopes = scopes.and_then(Value::as_array).into_iter().flatten();
    scopes.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Parses a lifetime; null is no expiration. Durations are clamped to the longest one that can be represented.
fn expiry(seconds: &Value) -> Expiry {
    const LONGEST: f64 = 1e11;
    match seconds.as_f64() {
        None => Expiry::Never,
        Some(seconds) => Expiry::In(Duration::try_from_secs_f64(seconds.min(LONGEST)).unwrap_or_default()),
    }
}

/// The parameters of a list.
pub(super) struct Filter<'a> {
    pub(super) subject: &'a str,
    pub(super) kind: &'a str,
    pub(super) include_invalid: bool,
    pub(super) limit: usize,
    pub(super) offset: usize,
    pub(super) query: Option<&'a str>,
}

impl<'a> Filter<'a> {
    pub(super) fn read(query: &'a HashMap<String, String>) -> Result<Self, ApiError> {
        let get = |name: &str| query.get(name).map(String::as_str);
        let mut errors = Vec::new();
        let mut require = |good: bool, name: &str, problem: &str| {
            if !good {
                errors.push(ApiError::invalid(format_args!("query_parameter.{name}"), problem));
            }
        };

        let subject = get("subject");
        require(subject.is_some(), "subject", "Required");
        require(
            subject.is_none_or(|text| Rule::Subject.text_problem(text).is_none()),
            "subject",
            "Failed regex check",
        );
        let kind = get("type").unwrap_or(DEFAULT_KIND);
        require(kind.chars().count() >= 3, "type", "Must be at least 3 characters");
        let include_invalid = get("include_invalid").unwrap_or("false");
        require(matches!(include_invalid, "true" | "false"), "include_invalid", "Expected 'true' or 'false'");
        // Numbers, not integers: the vendor's SDK sends `10.0`.
        let limit = get("limit").map_or(Some(10.0), number);
        require(
            limit.is_some_and(|limit| (1.0..=100.0).contains(&limit)),
            "limit",
            "Expected a number from 1 to 100",
        );
        let offset = get("offset").map_or(Some(0.0), number);
        require(offset.is_some_and(|offset| offset >= 0.0), "offset", "Expected a number from 0");

        ApiError::join(errors)?;
        Ok(Self {
            subject: subject.unwrap_or_default(),
            kind,
            include_invalid: include_invalid == "true",
            limit: limit.unwrap_or_default() as usize,
            offset: offset.unwrap_or_default() as usize,
            query: get("query").filter(|text| !text.is_empty()),
        })
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}
