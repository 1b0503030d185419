//! Every key that the demo makes, so that none is left behind.

use api_keys::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, IssuedKey, KeyId, NewApiKey, Result,
    RevokeOptions, RotateOptions, SecretKey, Timestamp,
};

use super::report::CleanedUp;
use crate::failure::chain;

/// Mints keys and remembers them until they are surely gone.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    provider: &'a dyn ApiKeyProvider,
    alive: Vec<KeyId>,
    /// A create that was begun and of which nobody knows whether it made a key, because it failed or was dropped.
    unclear: Option<(NewApiKey, Timestamp)>,
    secrets: Vec<SecretKey>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(provider: &'a dyn ApiKeyProvider) -> Self {
        Self { provider, alive: Vec::new(), unclear: None, secrets: Vec::new() }
    }

    pub(super) async fn create(&mut self, new: NewApiKey) -> Result<IssuedKey> {
        self.unclear = Some((new.clone(), Timestamp::now()));
        let answer = self.provider.create(new).await;
        match &answer {
            Ok(issued) => {
                self.unclear = None;
                self.note(issued);
            }
            Err(error) if error.effect() == Effect::NotApplied => self.unclear = None,
            Err(_) => {}
        }
        answer
    }

    pub(super) async fn rotate(&mut self, id: &KeyId) -> Result<IssuedKey> {
        let answer = self.provider.rotate(id, RotateOptions::new()).await;
        answer.inspect(|issued| self.note(issued))
    }

    fn note(&mut self, issued: &IssuedKey) {
        self.secrets.push(issued.secret.clone());
        if !self.alive.contains(&issued.key.id) {
            self.alive.push(issued.key.id.clone());
        }
    }

    /// Nothing more can be done about this key.
    pub(super) fn settled(&mut self, id: &KeyId) {
        self.alive.retain(|alive| alive != id);
    }

    /// Removes what is still there.
    pub(super) async fn clean_up(&mut self) -> CleanedUp {
        let mut done = CleanedUp::default();
        if let Some((new, started_at)) = self.unclear.take() {
            match self.provider.orphans(&new, started_at).await {
                Ok(orphans) => self.alive.extend(orphans.into_iter().map(|key| key.id)),
                Err(error) => {
                    let line = format!("perhaps a key of the name {}: {}", new.name, chain(&error));
                    done.left_behind.push(self.scrub(&line));
                }
            }
        }
        for id in std::mem::take(&mut self.alive) {
            match self.remove(&id).await {
                Ok(()) if self.is_alive(&id).await => {
                    done.left_behind
                        .push(self.scrub(&format!("the key {id}: it was removed and is still there")));
                }
                Ok(()) => done.removed += 1,
                Err(error) => {
                    done.left_behind.push(self.scrub(&format!("the key {id}: {}", chain(&error))));
                }
            }
        }
        done
    }

    /// Deletes a key or, where that is not possible, makes it useless.
    async fn remove(&self, id: &KeyId) -> Result<()> {
        let deleted = self.provider.delete(id).await;
        let Err(error) = deleted else { return Ok(()) };
        if error.is_not_found() {
            return Ok(());
        }
        let revoked = self.provider.revoke(id, RevokeOptions::new()).await;
        match revoked {
            Ok(_) => Ok(()),
            // Why it could not even be revoked says more than that there is no delete.
            Err(revoking) if error.kind() == ErrorKind::Unsupported => Err(revoking),
            Err(_) => Err(error),
        }
    }

    /// Whether a removed key is there all the same. What cannot be read counts as removed.
    async fn is_alive(&self, id: &KeyId) -> bool {
        self.provider.find(id).await.is_ok_and(|found| found.is_some_and(|key| !key.status.is_inactive()))
    }

    /// A text without any secret that was minted, even if a server put one where none belongs.
    pub(super) fn scrub(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(SecretKey::expose).filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}
