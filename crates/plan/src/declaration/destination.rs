//! Destinations of secrets.

use std::fmt;
use std::path::{Component, PathBuf};

use api_keys_core::SecretSource;
use serde::{Deserialize, Serialize};

/// A destination of a secret. Delivery is idempotent, and verified by reading the secret back where that is possible.
///
/// Relative paths start at the directory of the declaration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Destination {
    /// A file that contains only the secret, with mode 0600.
    File {
        /// The path.
        path: PathBuf,
    },
    /// A variable in a dotenv file with mode 0600. Other lines are kept.
    Dotenv {
        /// The path.
        path: PathBuf,
        /// The name of the variable.
        variable: String,
    },
    /// The standard input of a shell command.
    Command {
        /// The command line. `API_KEYS_KEY`, `API_KEYS_PROVIDER`, `API_KEYS_KEY_ID` and `API_KEYS_KEY_NAME` are set in
        /// its environment.
        command: String,
        /// A command line that prints the stored secret, for verification.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<String>,
    },
    /// An entry in the credential store of the operating system.
    Keyring {
        /// The service.
        service: String,
        /// The account.
        account: String,
    },
    /// The manifest of a Kubernetes Secret, in a file with mode 0600. Other keys of the same Secret are kept.
    Kubernetes {
        /// The path of the manifest.
        path: PathBuf,
        /// The name of the Secret.
        name: String,
        /// The namespace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// The key in the data of the Secret.
        key: String,
    },
    /// A secret in AWS Secrets Manager, with the credentials of the AWS SDK's default chain.
    Aws {
        /// The name or ARN of the secret. A name that does not exist is created.
        secret: String,
        /// The member of the secret's JSON object. By default the whole secret is the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// The region. By default that of the environment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// The URL of another endpoint.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<String>,
    },
    /// A secret in the KV engine, version 2, of HashiCorp Vault. Other fields of the secret are kept.
    Vault {
        /// The URL of the server. By default that in `VAULT_ADDR`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        /// The namespace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// The mount point of the engine. By default `secret`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mount: Option<String>,
        /// The path of the secret.
        path: String,
        /// The field of the secret.
        field: String,
        /// The source of the token. By default `VAULT_TOKEN`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<CredentialSource>,
    },
    /// A secret of GitHub Actions.
    Github {
        /// The repository, as `OWNER/NAME`.
        repository: String,
        /// The environment of the repository. By default the secret is one of the whole repository.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// The name of the secret.
        name: String,
        /// The URL of the API. By default `https://api.github.com`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        api: Option<String>,
        /// The source of the token. By default `GITHUB_TOKEN`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<CredentialSource>,
    },
}

impl Destination {
    /// Returns the path of the file that contains the secret, without `.` segments.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::File { path } | Self::Dotenv { path, .. } | Self::Kubernetes { path, .. } => {
                Some(path.components().filter(|part| !matches!(part, Component::CurDir)).collect())
            }
            _ => None,
        }
    }
}

/// The source of a destination's credential. A declaration contains no credentials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a table with `env`, the name of a variable, or `file`, a path"
)]
#[non_exhaustive]
pub enum CredentialSource {
    /// An environment variable.
    Env {
        /// The name of the variable.
        env: String,
    },
    /// A file.
    File {
        /// The path.
        file: PathBuf,
    },
}

impl From<CredentialSource> for SecretSource {
    fn from(source: CredentialSource) -> Self {
        match source {
            CredentialSource::Env { env } => Self::env(env),
            CredentialSource::File { file } => Self::file(file),
        }
    }
}

/// Formats the destination without its credentials: `vault secret/ci#token`.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => write!(f, "file {}", path.display()),
            Self::Dotenv { path, variable } => write!(f, "dotenv {}#{variable}", path.display()),
            Self::Command { command, .. } => write!(f, "command {command}"),
            Self::Keyring { service, account } => write!(f, "keyring {service}/{account}"),
            Self::Kubernetes { path, name, key, .. } => {
                write!(f, "kubernetes {}#{name}/{key}", path.display())
            }
            Self::Aws { secret, field: Some(field), .. } => write!(f, "aws {secret}#{field}"),
            Self::Aws { secret, .. } => write!(f, "aws {secret}"),
            Self::Vault { mount, path, field, .. } => {
                write!(f, "vault {}/{path}#{field}", mount.as_deref().unwrap_or("secret"))
            }
            Self::Github { repository, environment: Some(environment), name, .. } => {
                write!(f, "github {repository}/{environment}#{name}")
            }
            Self::Github { repository, name, .. } => write!(f, "github {repository}#{name}"),
        }
    }
}
