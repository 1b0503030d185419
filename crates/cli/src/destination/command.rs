//! Shell commands.

use std::io;
use std::path::PathBuf;

use api_keys::SecretKey;
use async_trait::async_trait;

use super::{Store, Stored};
use crate::secret::Subject;
use crate::secret::command::{deliver, output};
use crate::secret::running::Running;

pub(super) struct Command {
    pub(super) command: String,
    pub(super) check: Option<String>,
    pub(super) directory: PathBuf,
}

#[async_trait]
impl Store for Command {
    /// Does nothing: a command need not be prepared to run without a key.
    async fn prepare(&self, _: &Subject<'_>) -> io::Result<()> {
        Ok(())
    }

    async fn read(&self, subject: &Subject<'_>) -> io::Result<Stored> {
        let Some(check) = &self.check else { return Ok(Stored::Unreadable) };
        let printed = output(check, &self.directory, subject).await?;
        Ok(match printed {
            Some(text) => Stored::Secret(SecretKey::new(text)),
            None => Stored::Nothing,
        })
    }

    async fn write(&self, subject: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        let running = Running::new(subject, &self.command)?;
        // The command of an interrupted execution would overwrite the secret later.
        running.wait().await?;
        let (line, directory, secret, owned) =
            (self.command.clone(), self.directory.clone(), secret.clone(), subject.to_owned());
        let delivered = tokio::task::spawn_blocking(move || {
            let started = |pid| running.started(pid);
            deliver(&line, Some(&directory), &owned.borrow(), &secret, started)?;
            running.ended()
        });
        delivered.await.unwrap_or_else(|panic| Err(io::Error::other(panic)))
    }
}
