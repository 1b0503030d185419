//! Destinations of declared secrets.

#[cfg(feature = "aws")]
mod aws;
mod command;
mod dotenv;
mod file;
mod github;
mod http;
mod keyring;
mod kubernetes;
mod vault;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api_keys::{SecretKey, SecretSource};
use api_keys_plan::{CredentialSource, Destination};
use async_trait::async_trait;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::crash;
use crate::file::remove_temporary;
use crate::secret::Subject;

/// A place that stores one secret. Errors contain no secret.
#[async_trait]
trait Store: Send + Sync {
    /// Checks that the secret can be written, as far as that is possible without writing.
    async fn prepare(&self, subject: &Subject<'_>) -> io::Result<()> {
        self.read(subject).await.map(drop)
    }

    /// Reads the secret back.
    async fn read(&self, subject: &Subject<'_>) -> io::Result<Stored>;

    /// Writes the secret. Can be repeated.
    async fn write(&self, subject: &Subject<'_>, secret: &SecretKey) -> io::Result<()>;
}

/// The content of a destination.
enum Stored {
    Secret(SecretKey),
    Nothing,
    /// The destination cannot be read, or reports by itself whether it was written.
    Unreadable,
}

impl Stored {
    fn is(&self, secret: &SecretKey) -> bool {
        matches!(self, Self::Secret(stored) if stored.expose() == secret.expose())
    }
}

/// The destinations of a project.
#[derive(Debug)]
pub(crate) struct Destinations {
    directory: PathBuf,
    /// Locks by container: several secrets can be in one file, and a container is read and written as a whole.
    containers: std::sync::Mutex<HashMap<String, Arc<Mutex<()>>>>,
}

impl Destinations {
    /// Creates destinations whose relative paths start at a directory.
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), containers: Default::default() }
    }

    /// Checks that a destination can be used, as far as that is possible without a request.
    pub(crate) fn check(&self, destination: &Destination) -> io::Result<()> {
        self.open(destination).map(drop)
    }

    /// Checks that a destination can be reached.
    pub(crate) async fn prepare(&self, destination: &Destination, subject: &Subject<'_>) -> io::Result<()> {
        self.open(destination)?.prepare(subject).await
    }

    /// Writes a secret to a destination that does not contain it yet, and reads it back.
    pub(crate) async fn deliver(
        &self,
        destination: &Destination,
        subject: &Subject<'_>,
        secret: &SecretKey,
    ) -> io::Result<()> {
        let store = self.open(destination)?;
        let _lock = self.lock(destination).await;
        if let Some(path) = destination.file() {
            // It contains a secret.
            remove_temporary(&self.directory.join(path))?;
        }
        if store.read(subject).await?.is(secret) {
            return Ok(());
        }
        store.write(subject, secret).await?;
        crash::point("written");
        match store.read(subject).await? {
            Stored::Unreadable => Ok(()),
            stored if stored.is(secret) => Ok(()),
            _ => Err(io::Error::other("it does not contain the secret after it was written")),
        }
    }

    async fn lock(&self, destination: &Destination) -> OwnedMutexGuard<()> {
        let container = match (destination.file(), destination) {
            (Some(path), _) => path.display().to_string(),
            (None, Destination::Vault { mount, path, .. }) => format!("{mount:?} {path}"),
            (None, Destination::Aws { secret, .. }) => secret.clone(),
            (None, other) => other.to_string(),
        };
        let lock = {
            let mut containers = self.containers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            Arc::clone(containers.entry(container).or_default())
        };
        lock.lock_owned().await
    }

    fn open(&self, destination: &Destination) -> io::Result<Box<dyn Store>> {
        let path = |path: &Path| self.directory.join(path);
        Ok(match destination {
            Destination::File { path: file } => Box::new(file::File { path: path(file) }),
            Destination::Dotenv { path: file, variable } => {
                Box::new(dotenv::Dotenv::new(path(file), variable)?)
            }
            Destination::Command { command, check } => Box::new(command::Command {
                command: command.clone(),
                check: check.clone(),
                directory: self.directory.clone(),
            }),
            Destination::Keyring { service, account } => {
                Box::new(keyring::Keyring { service: service.clone(), account: account.clone() })
            }
            Destination::Kubernetes { path: file, name, namespace, key } => {
                Box::new(kubernetes::Kubernetes {
                    path: path(file),
                    name: name.clone(),
                    namespace: namespace.clone(),
                    key: key.clone(),
                })
            }
            #[cfg(feature = "aws")]
            Destination::Aws { secret, field, region, endpoint } => Box::new(aws::Aws {
                secret: secret.clone(),
                field: field.clone(),
                region: region.clone(),
                endpoint: endpoint.clone(),
            }),
            #[cfg(not(feature = "aws"))]
            Destination::Aws { .. } => {
                return Err(io::Error::other(
                    "this build does not support AWS Secrets Manager (feature `aws`)",
                ));
            }
            Destination::Vault { address, namespace, mount, path, field, token } => {
                Box::new(vault::Vault::new(
                    address.as_deref(),
                    namespace.as_deref(),
                    mount.as_deref(),
                    path,
                    field,
                    self.credential(token.as_ref(), "VAULT_TOKEN")?,
                )?)
            }
            Destination::Github { repository, environment, name, api, token } => {
                Box::new(github::Github::new(
                    api.as_deref(),
                    repository,
                    environment.as_deref(),
                    name,
                    self.credential(token.as_ref(), "GITHUB_TOKEN")?,
                )?)
            }
            _ => return Err(io::Error::other("this version does not support the destination")),
        })
    }

    /// Reads the credential of a destination.
    fn credential(&self, source: Option<&CredentialSource>, default: &str) -> io::Result<SecretKey> {
        let source = match source {
            Some(CredentialSource::File { file }) => SecretSource::file(self.directory.join(file)),
            Some(source) => source.clone().into(),
            None => SecretSource::env(default),
        };
        let secret = source.read().map_err(io::Error::other)?;
        match secret.expose().trim() {
            "" => Err(io::Error::other("the credential is empty")),
            secret => Ok(SecretKey::new(secret)),
        }
    }
}
