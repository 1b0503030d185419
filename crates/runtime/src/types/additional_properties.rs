//! Undocumented fields.

use std::collections::BTreeMap;
use std::fmt;

use api_keys_core::Fields;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::secret_name::looks_secret;

/// The fields of a response that the OpenAPI document does not define.
///
/// A later version of a server may add any field, including a secret. `Debug` therefore prints only the names, and
/// [`into_public`](Self::into_public) omits fields whose names look like secrets.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AdditionalProperties(BTreeMap<String, Value>);

impl AdditionalProperties {
    /// Returns the fields whose names do not look like secrets.
    pub fn into_public(self) -> Fields {
        self.0.into_iter().filter(|(name, _)| !looks_secret(name)).collect()
    }

    /// Returns all fields, including possible secrets.
    pub fn as_map(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// Returns all fields, including possible secrets.
    pub fn into_inner(self) -> BTreeMap<String, Value> {
        self.0
    }
}

impl From<BTreeMap<String, Value>> for AdditionalProperties {
    fn from(fields: BTreeMap<String, Value>) -> Self {
        Self(fields)
    }
}

impl fmt::Debug for AdditionalProperties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
