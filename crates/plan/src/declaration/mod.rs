//! The declaration of keys.

pub(crate) mod destination;
pub(crate) mod duration;
pub(crate) mod key;
mod resolve;

use std::collections::BTreeMap;
use std::time::Duration;

use api_keys_core::Capabilities;
use serde::{Deserialize, Serialize};

use self::destination::Destination;
use self::duration::Period;
use self::key::{DeclaredKey, Expires};
use crate::identity::{Identity, METADATA_MEMBER, is_valid_name};

/// A declaration with its variables replaced and an environment applied.
///
/// ```
/// use api_keys_plan::Declaration;
///
/// let declaration = Declaration::parse(
///     r#"
///     project = "shop"
///
///     [variables]
///     team = "org_1"
///
///     [keys.ci]
///     provider = "prod"
///     owner = "${team}"
///     expires = "90d"
///     rotate = { every = "30d", overlap = "24h" }
///     destinations = [{ type = "file", path = "secrets/ci" }]
///
///     [environments.staging]
///     variables.team = "org_2"
///     "#,
///     Some("staging"),
///     &[],
/// )?;
/// assert_eq!(declaration.keys["ci"].owner.as_deref(), Some("org_2"));
/// # Ok::<(), api_keys_plan::DeclarationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Declaration {
    /// The name of the project, which separates its keys from those of other declarations.
    pub project: String,
    /// The environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Providers to read in addition to those of the keys, such as one whose keys have moved to another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<String>,
    /// The place of marks by provider, instead of the one that the vendor's capabilities suggest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<String, Marking>,
    /// The keys by logical name.
    #[serde(default)]
    pub keys: BTreeMap<String, DeclaredKey>,
}

/// The place where a key is marked as managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Marking {
    /// The member `api-keys` of the key's metadata.
    Metadata,
    /// The end of the key's description.
    Description,
    /// The state file.
    State,
}

/// An error in a declaration. Contains no values, because a value may be a misplaced secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{location}: {message}")]
pub struct DeclarationError {
    location: String,
    message: String,
}

impl DeclarationError {
    fn new(location: impl Into<String>, message: impl Into<String>) -> Self {
        Self { location: location.into(), message: message.into() }
    }

    /// Returns the location: a line, or the path of a setting such as `keys.ci.expires`.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Returns the message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Declaration {
    /// Parses a declaration in TOML, merges the tables of an environment into it, and replaces `${NAME}` by variables.
    /// Given variables take precedence over those of the declaration. `$${` is replaced by `${`.
    ///
    /// # Errors
    /// The first error in the declaration.
    pub fn parse(
        text: &str,
        environment: Option<&str>,
        variables: &[(String, String)],
    ) -> Result<Self, DeclarationError> {
        let value = resolve::resolve(text, environment, variables)?;
        let declaration: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let location = error.path().to_string();
            DeclarationError::new(location, resolve::without_values(&error.into_inner().to_string()))
        })?;
        declaration.validate()?;
        Ok(declaration)
    }

    /// Returns the identity of a key.
    pub(crate) fn identity(&self, name: &str) -> Identity {
        Identity::new(&self.scope(), name)
    }

    /// Returns the project with its environment, such as `shop:staging`.
    pub fn scope(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{}:{environment}", self.project),
            None => self.project.clone(),
        }
    }

    /// Returns the names of all providers, in order.
    pub fn provider_names(&self) -> Vec<&str> {
        let named = self.keys.values().map(|key| &key.provider).chain(&self.providers);
        let mut names: Vec<_> = named.map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the place of the marks of a provider: the declared one, or the first that its capabilities allow.
    pub fn marking(&self, provider: &str, capabilities: &Capabilities) -> Marking {
        self.marks.get(provider).copied().unwrap_or_else(|| Marking::of(capabilities))
    }

    fn validate(&self) -> Result<(), DeclarationError> {
        let name = |location: &str, name: &str| match is_valid_name(name) {
            true => Ok(()),
            false => Err(DeclarationError::new(
                location,
                "a name has 1 to 64 ASCII letters, digits, `-`, `_` or `.`",
            )),
        };
        name("project", &self.project)?;
        if let Some(environment) = &self.environment {
            name("environment", environment)?;
        }
        let (mut used, mut files) = (BTreeMap::new(), BTreeMap::new());
        let mut adopted = BTreeMap::new();
        for (logical, key) in &self.keys {
            let location = format!("keys.{logical}");
            name(&location, logical)?;
            key.validate(&location)?;
            // A command may tell keys apart by its environment.
            let exclusive = key.destinations.iter();
            for destination in exclusive.filter(|one| !matches!(one, Destination::Command { .. })) {
                let whole = matches!(destination, Destination::File { .. });
                // A file with one secret cannot have other contents.
                let file = destination.file().and_then(|path| {
                    let before = files.insert(path, (logical, whole));
                    before.filter(|(_, other)| whole || *other).map(|(other, _)| other)
                });
                if let Some(other) = used.insert(destination, logical).or(file) {
                    let message = format!("a destination of `{other}` is also one of `{logical}`");
                    return Err(DeclarationError::new(format!("{location}.destinations"), message));
                }
            }
            if let Some(id) = &key.adopt
                && let Some(other) = adopted.insert((&key.provider, id), logical)
            {
                let message = format!("`{other}` adopts the same key");
                return Err(DeclarationError::new(format!("{location}.adopt"), message));
            }
        }
        Ok(())
    }
}

impl DeclaredKey {
    fn validate(&self, location: &str) -> Result<(), DeclarationError> {
        let invalid =
            |field: &str, message: &str| Err(DeclarationError::new(format!("{location}.{field}"), message));
        if self.provider.is_empty() {
            return invalid("provider", "must not be empty");
        }
        if self.name.as_ref().is_some_and(String::is_empty) {
            return invalid("name", "must not be empty");
        }
        if self.destinations.is_empty() {
            return invalid("destinations", "at least one destination is required");
        }
        if self.metadata.as_ref().is_some_and(|metadata| metadata.contains_key(METADATA_MEMBER)) {
            return invalid("metadata", "the member `api-keys` is reserved");
        }
        let overlap = self.rotate.overlap();
        let lifetime = match &self.expires {
            Some(Expires::In(period)) => Some(period.duration()),
            _ => None,
        };
        if lifetime.is_some_and(|lifetime| lifetime <= overlap) {
            return invalid("rotate.overlap", "a key would expire before the end of the overlap");
        }
        match self.rotate.every.as_ref().map(Period::duration) {
            None => {}
            Some(Duration::ZERO) => return invalid("rotate.every", "must not be zero"),
            Some(every) if every <= overlap => {
                return invalid("rotate.overlap", "must be shorter than `rotate.every`");
            }
            Some(every) if lifetime.is_some_and(|lifetime| lifetime <= every) => {
                return invalid("rotate.every", "a key would expire before it is rotated");
            }
            Some(_) => {}
        }
        Ok(())
    }
}
