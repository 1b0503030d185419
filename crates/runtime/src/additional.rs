//! Fields that a document leaves open.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::secret::looks_secret;

/// The fields of an answer that its document does not name.
///
/// A later version of a server may send anything here, a secret too. So `Debug` shows the names only, and
/// [`into_public`](Self::into_public) leaves out what is called like a secret.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AdditionalProperties(BTreeMap<String, Value>);

impl AdditionalProperties {
    /// The fields whose names do not look like that of a secret.
    pub fn into_public(self) -> Map<String, Value> {
        self.0.into_iter().filter(|(name, _)| !looks_secret(name)).collect()
    }

    /// All fields, also what may be a secret.
    pub fn as_map(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// All fields.
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
