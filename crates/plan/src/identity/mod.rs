//! The identity of managed keys.

pub(crate) mod mark;
pub(crate) mod state;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The member of a key's metadata that contains its mark.
pub(crate) const METADATA_MEMBER: &str = "api-keys";

/// The identity of a managed key: project, environment and logical name, such as `shop:staging/ci`.
///
/// ```
/// use api_keys_plan::Identity;
///
/// let identity: Identity = "shop:staging/ci".parse()?;
/// assert_eq!((identity.scope(), identity.name()), ("shop:staging", "ci"));
/// # Ok::<(), api_keys_plan::InvalidIdentity>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Identity {
    scope: String,
    name: String,
}

impl Identity {
    pub(crate) fn new(scope: &str, name: &str) -> Self {
        Self { scope: scope.to_owned(), name: name.to_owned() }
    }

    /// Returns the project with its environment.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// Returns the logical name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// An error for a text that is not an [`Identity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected PROJECT/KEY or PROJECT:ENVIRONMENT/KEY")]
pub struct InvalidIdentity;

impl FromStr for Identity {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        let (scope, name) = text.split_once('/').ok_or(InvalidIdentity)?;
        let (project, environment) = scope.split_once(':').unwrap_or((scope, "default"));
        match [project, environment, name].into_iter().all(is_valid_name) {
            true => Ok(Self::new(scope, name)),
            false => Err(InvalidIdentity),
        }
    }
}

impl TryFrom<String> for Identity {
    type Error = InvalidIdentity;

    fn try_from(text: String) -> Result<Self, InvalidIdentity> {
        text.parse()
    }
}

impl From<Identity> for String {
    fn from(identity: Identity) -> Self {
        identity.to_string()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scope, self.name)
    }
}

/// Returns whether a text can be the name of a project, an environment or a key.
pub(crate) fn is_valid_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
