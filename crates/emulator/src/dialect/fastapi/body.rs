//! What a new key shall be.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::dialect::python::{Fault, Faults, Payload, Refusal, both, required_object, string};

/// A create, validated.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) description: Option<String>,
    pub(super) roles: Vec<String>,
}

const ROLES: [&str; 6] =
    ["DEFAULT-RULE-ADMIN", "TASK-ADMIN", "VALIDATION-USER", "ORG-AUDITOR", "ORG-ADMIN", "TENANT-USER"];
const EXPECTED: &str =
    "'DEFAULT-RULE-ADMIN', 'TASK-ADMIN', 'VALIDATION-USER', 'ORG-AUDITOR', 'ORG-ADMIN' or 'TENANT-USER'";
/// In the document, and always refused.
const NOT_MINTABLE: &str = "TENANT-USER";

/// The roles of a key of which nothing is said.
pub(super) fn default_roles() -> Vec<String> {
    vec!["VALIDATION-USER".to_owned()]
}

/// Validates a body. Whether the roles may be given away is asked later, see [`Wanted::check_roles`].
pub(super) fn wanted(payload: &Payload) -> Result<Wanted, Refusal> {
    let body = match payload {
        Payload::Value(value) => value,
        Payload::LoneSurrogate => {
            return Err(Refusal::Crash("UnicodeEncodeError", "surrogates not allowed".to_owned()));
        }
        Payload::NotFinite => {
            let loc = [json!("body"), json!("description")];
            return Err(Refusal::Invalid(vec![Fault::not_a_string(&loc, Value::Null)]));
        }
    };
    let fields = required_object(body, &[json!("body")])?;
    let description = match fields.get("description") {
        None | Some(Value::Null) => Ok(None),
        Some(text) => string(text, &[json!("body"), json!("description")]).map(Some),
    };
    let roles = match fields.get("roles") {
        None => Ok(default_roles()),
        // Not the same as saying nothing: the key gets no role at all.
        Some(Value::Null) => Ok(Vec::new()),
        Some(roles) => read_roles(roles),
    };
    let (description, roles) = both(description, roles)?;
    Ok(Wanted { description, roles })
}

fn read_roles(roles: &Value) -> Result<Vec<String>, Faults> {
    let (body, field) = (json!("body"), json!("roles"));
    let Some(items) = roles.as_array() else {
        return Err(vec![Fault::not_a_list(&[body, field], roles.clone())]);
    };
    let mut read = Vec::new();
    let mut faults = Faults::new();
    for (i, item) in items.iter().enumerate() {
        match item.as_str().filter(|role| ROLES.contains(role)) {
            Some(role) => read.push(role.to_owned()),
            None => {
                let loc = [body.clone(), field.clone(), json!(i)];
                faults.push(Fault::not_in_enum(&loc, item.clone(), EXPECTED));
            }
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

impl Wanted {
    /// Refuses roles that are not given away here, before the number of keys is looked at.
    pub(super) fn check_roles(&self) -> Result<(), Refusal> {
        if self.roles.iter().any(|role| role == NOT_MINTABLE) {
            let detail = format!(
                "Roles ['{NOT_MINTABLE}'] cannot be assigned via this endpoint; use the tenant signup flow."
            );
            return Err(Refusal::http(StatusCode::BAD_REQUEST, detail));
        }
        Ok(())
    }
}
