//! Request bodies.

use api_keys_core::{Expiry, NewApiKey, Patch, Timestamp, UpdateApiKey};
use serde_json::{Map, Value, json};

use crate::pydantic::{
    Rejection, ValidationError, ValidationErrors, boolean, datetime, list, matching, required_object, string,
    text,
};

const SCOPE: &str = r"^[a-z][a-z0-9:_\-]*$";

/// The fields of a body. The errors of all fields are collected.
pub(super) struct Fields<'a> {
    body: &'a Value,
    fields: &'a Map<String, Value>,
    errors: ValidationErrors,
}

impl<'a> Fields<'a> {
    pub(super) fn new(body: &'a Value) -> Result<Self, ValidationErrors> {
        Ok(Self { body, fields: required_object(body, &[json!("body")])?, errors: Vec::new() })
    }

    /// Reads a field that can be absent, but not null.
    pub(super) fn defined<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value, &[Value]) -> Result<T, ValidationErrors>,
    ) -> Option<T> {
        let value = read(self.fields.get(name)?, &[json!("body"), json!(name)]);
        value.map_err(|errors| self.errors.extend(errors)).ok()
    }

    /// Reads a field that can be absent or null.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value, &[Value]) -> Result<T, ValidationErrors>,
    ) -> Option<T> {
        if self.fields.get(name)?.is_null() { None } else { self.defined(name, read) }
    }

    fn required(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value, &[Value]) -> Result<String, ValidationErrors>,
    ) -> String {
        if !self.fields.contains_key(name) {
            let loc = [json!("body"), json!(name)];
            self.errors.push(ValidationError::missing(&loc, self.body.clone()));
        }
        self.defined(name, read).unwrap_or_default()
    }

    /// Returns a value if all fields are valid.
    pub(super) fn valid<T>(self, value: T) -> Result<T, ValidationErrors> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

fn name(value: &Value, loc: &[Value]) -> Result<String, ValidationErrors> {
    text(value, loc, 1, 128)
}

fn description(value: &Value, loc: &[Value]) -> Result<String, ValidationErrors> {
    text(value, loc, 0, 1024)
}

pub(super) fn scopes(value: &Value, loc: &[Value]) -> Result<Vec<String>, ValidationErrors> {
    let is_scope = |scope: &str| {
        scope.starts_with(|c: char| c.is_ascii_lowercase())
            && scope.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b":_-".contains(&b))
    };
    list(value, loc, |item, loc| matching(item, loc, SCOPE, is_scope))
}

/// Parses the request for a new key. Returns whether it is enabled.
pub(super) fn new_key(body: &Value, now: Timestamp) -> Result<(NewApiKey, bool), Rejection> {
    let mut fields = Fields::new(body)?;
    let mut new = NewApiKey::new(fields.required("name", name));
    new.description = fields.optional("description", description);
    let enabled = fields.defined("is_active", boolean).unwrap_or(true);
    new.scopes = Some(fields.defined("scopes", scopes).unwrap_or_default());
    let expires_at = fields.optional("expires_at", datetime);
    let (mut new, enabled) = fields.valid((new, enabled))?;
    new.expiry = match expires_at {
        None => Expiry::Never,
        Some(Some(time)) if time > now => Expiry::At(time),
        Some(_) => return Err(invalid_expiry()),
    };
    Ok((new, enabled))
}

/// Parses changes.
pub(super) fn changes(body: &Value) -> Result<UpdateApiKey, Rejection> {
    let mut fields = Fields::new(body)?;
    let mut changes = UpdateApiKey::new();
    changes.name = fields.optional("name", name);
    changes.description = fields.optional("description", description).map_or(Patch::Keep, Patch::Set);
    changes.enabled = fields.optional("is_active", boolean);
    changes.scopes = fields.optional("scopes", scopes);
    let expires_at = fields.optional("expires_at", datetime);
    let clears = fields.defined("clear_expires", boolean).unwrap_or(false);
    let mut changes = fields.valid(changes)?;
    changes.expiry = match expires_at {
        _ if clears => Patch::Clear,
        None => Patch::Keep,
        Some(Some(time)) => Patch::Set(Expiry::At(time)),
        // The router fails later, when the time is compared.
        Some(None) => return Err(invalid_expiry()),
    };
    Ok(changes)
}

/// Parses a secret and the required scopes.
pub(super) fn verification(body: &Value) -> Result<(String, Vec<String>), Rejection> {
    let mut fields = Fields::new(body)?;
    let secret = fields.required("api_key", |value, loc| text(value, loc, 1, usize::MAX));
    let scopes =
        fields.optional("required_scopes", |value, loc| list(value, loc, string)).unwrap_or_default();
    Ok(fields.valid((secret, scopes))?)
}

fn invalid_expiry() -> Rejection {
    Rejection::Crash("ValueError", "expires_at must be in the future, with an offset".to_owned())
}
