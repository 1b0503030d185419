//! The request for a new key.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::pydantic::{
    Payload, Rejection, ValidationError, ValidationErrors, both, list, required_object, string,
};

/// A validated create request.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) description: Option<String>,
    pub(super) roles: Vec<String>,
}

const ROLES: [&str; 6] =
    ["DEFAULT-RULE-ADMIN", "TASK-ADMIN", "VALIDATION-USER", "ORG-AUDITOR", "ORG-ADMIN", "TENANT-USER"];
const EXPECTED: &str =
    "'DEFAULT-RULE-ADMIN', 'TASK-ADMIN', 'VALIDATION-USER', 'ORG-AUDITOR', 'ORG-ADMIN' or 'TENANT-USER'";
/// Documented, but always rejected.
const NOT_ASSIGNABLE: &str = "TENANT-USER";

/// The roles of a key that is created without roles.
pub(super) fn default_roles() -> Vec<String> {
    vec!["VALIDATION-USER".to_owned()]
}

/// Validates a body. [`Wanted::check_roles`] checks later if the roles can be granted.
pub(super) fn wanted(payload: &Payload) -> Result<Wanted, Rejection> {
    let body = match payload {
        Payload::Value(value) => value,
        Payload::LoneSurrogate => {
            return Err(Rejection::Crash("UnicodeEncodeError", "surrogates not allowed".to_owned()));
        }
        Payload::NotFinite => {
            let loc = [json!("body"), json!("description")];
            return Err(Rejection::Invalid(vec![ValidationError::not_a_string(&loc, Value::Null)]));
        }
    };
    let fields = required_object(body, &[json!("body")])?;
    let description = match fields.get("description") {
        None | Some(Value::Null) => Ok(None),
        Some(text) => string(text, &[json!("body"), json!("description")]).map(Some),
    };
    let roles = match fields.get("roles") {
        None => Ok(default_roles()),
        // Unlike omission, null creates a key without roles.
        Some(Value::Null) => Ok(Vec::new()),
        Some(roles) => read_roles(roles),
    };
    let (description, roles) = both(description, roles)?;
    Ok(Wanted { description, roles })
}

fn read_roles(roles: &Value) -> Result<Vec<String>, ValidationErrors> {
    list(roles, &[json!("body"), json!("roles")], |item, loc| match item.as_str() {
        Some(role) if ROLES.contains(&role) => Ok(role.to_owned()),
        _ => Err(vec![ValidationError::not_in_enum(loc, item.clone(), EXPECTED)]),
    })
}

impl Wanted {
    /// Rejects roles that cannot be granted, before the number of keys is checked.
    pub(super) fn check_roles(&self) -> Result<(), Rejection> {
        if self.roles.iter().any(|role| role == NOT_ASSIGNABLE) {
            let detail = format!(
                "Roles ['{NOT_ASSIGNABLE}'] cannot be assigned via this endpoint; use the tenant signup flow."
            );
            return Err(Rejection::http(StatusCode::BAD_REQUEST, detail));
        }
        Ok(())
    }
}
