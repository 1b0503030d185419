//! The steps of a rotation.

use jiff::Timestamp;

use super::plan::conflict;
use super::{Rotation, RotationMethod, RotationState, successor};
use crate::capabilities::operation::Operation;
use crate::defect::Defect;
use crate::error::kind::{Effect, ErrorKind};
use crate::error::{Error, Result};
use crate::ext::ApiKeyProviderExt as _;
use crate::provider::contract::ApiKeyProvider;
use crate::types::key::{IssuedKey, KeyId};
use crate::types::rotation::RotateOptions;

/// Names that are tried until the vendor accepts one.
const MAX_NAMES: usize = 20;

impl Rotation {
    /// Issues the new secret. Deliver it, and save the rotation before and after the delivery.
    ///
    /// A rotation whose secret was issued and not delivered issues another one, unless the vendor can
    /// [reveal](ApiKeyProvider::reveal) it. The first successor remains valid until the next delivery, because the
    /// interrupted delivery may have succeeded.
    ///
    /// A vendor that rejects the name as a duplicate gets a numbered one, such as `ci (2)`. A successor with other fields
    /// than the old key is revoked.
    ///
    /// # Errors
    /// After an error with [`Effect::NotApplied`] there is no successor. After others, the next call finds it, so save
    /// the rotation and try again. [`Conflict`](ErrorKind::Conflict) if the secret has been delivered, or if several
    /// keys may be the successor.
    ///
    /// # Cancel safety
    /// After a dropped call, the next one finds the successor.
    pub async fn issue<P: ApiKeyProvider + ?Sized>(
        &mut self,
        provider: &P,
        now: Timestamp,
    ) -> Result<IssuedKey> {
        let vendor = provider.vendor();
        if !matches!(self.state, RotationState::Planned | RotationState::Issued { .. }) {
            return Err(conflict(vendor, format!("the rotation is {}", self.state.as_str())));
        }
        let mut target = self.key.id.clone();
        let resumes = !self.unsent && !Defect::InterruptedSuccessorIgnored.is_active();
        if resumes && !self.is_in_place(&provider.capabilities()) {
            match self.recover(provider).await? {
                Recovered::Secret(issued) => return Ok(self.issued(*issued, now)),
                Recovered::Key(id) => target = id,
                Recovered::Nothing => {}
            }
        }
        let unsent = std::mem::take(&mut self.unsent);
        let issued = match self.method {
            RotationMethod::Native => {
                provider.rotate(&target, RotateOptions::new().overlap(self.options.overlap)).await
            }
            RotationMethod::Replace => self.create(provider).await,
        };
        match issued {
            Ok(issued) => Ok(self.issued(issued, now)),
            Err(error) => {
                self.unsent = unsent
                    && error.effect() == Effect::NotApplied
                    && !self.revoked_first
                    && self.superseded.is_empty();
                Err(error)
            }
        }
    }

    fn issued(&mut self, mut issued: IssuedKey, now: Timestamp) -> IssuedKey {
        // Some vendors return only the id.
        issued.key.name = issued.key.name.take().or_else(|| self.key.name.clone());
        // A superseded successor can be revealed after another one could not be created.
        self.superseded.retain(|id| *id != issued.key.id);
        self.state = RotationState::Issued { new: issued.key.id.clone(), at: now };
        issued
    }

    /// Finds the successor of an interrupted call.
    async fn recover<P: ApiKeyProvider + ?Sized>(&mut self, provider: &P) -> Result<Recovered> {
        self.resumed = true;
        let orphan = self.orphan(provider).await?;
        let issued = match self.new_id() {
            Some(new) => provider.find(new).await?.filter(|key| !key.status.is_inactive()),
            None => None,
        };
        if let Some(key) = orphan.as_ref().or(issued.as_ref())
            && let Some(secret) = provider.reveal_if_stored(&key.id).await?
        {
            if orphan.is_some() {
                self.supersede();
            }
            return Ok(Recovered::Secret(Box::new(IssuedKey::new(key.clone(), secret))));
        }
        // The vendor may have ended the old key already, so that only its successor can be rotated.
        if self.method == RotationMethod::Native {
            return Ok(orphan.or(issued).map_or(Recovered::Nothing, |key| Recovered::Key(key.id)));
        }
        if let Some(orphan) = orphan {
            provider.revoke_if_exists(&orphan.id).await?;
        }
        self.supersede();
        Ok(Recovered::Nothing)
    }

    /// Remembers a successor whose secret may have been delivered.
    fn supersede(&mut self) {
        if let Some(new) = self.new_id().cloned().filter(|new| !self.superseded.contains(new)) {
            self.superseded.push(new);
        }
    }

    /// Creates a key like the old one.
    async fn create<P: ApiKeyProvider + ?Sized>(&mut self, provider: &P) -> Result<IssuedKey> {
        let (vendor, capabilities) = (provider.vendor(), provider.capabilities());
        let mut new = successor::request(vendor, &capabilities, &self.key, &self.options)?;
        let mut names = 1;
        let issued = loop {
            let error = match provider.create(new.clone()).await {
                Ok(issued) => break issued,
                Err(error) => error,
            };
            match (error.kind(), error.effect()) {
                (ErrorKind::Conflict, Effect::NotApplied) if names < MAX_NAMES => {
                    new.name = successor::next_name(&new.name);
                    names += 1;
                }
                (ErrorKind::LimitReached, Effect::NotApplied)
                    if self.options.revoke_first && !self.revoked_first =>
                {
                    provider.revoke_if_exists(&self.key.id).await?;
                    self.revoked_first = true;
                }
                (_, Effect::Applied) => {
                    return Err(match error.issued_key_id() {
                        Some(id) => self.remove(provider, id, error).await,
                        None => error,
                    });
                }
                _ => return Err(error),
            }
        };
        // The response may repeat the request instead of what is stored.
        let differences = match provider.find(&issued.key.id).await {
            Ok(stored) => {
                let stored = stored.as_ref().unwrap_or(&issued.key);
                successor::differences(&capabilities, &self.options, &self.key, stored)
            }
            Err(error) => {
                let error = error.with_effect(Effect::Applied);
                return Err(self.remove(provider, issued.key.id, error).await);
            }
        };
        if differences.is_empty() {
            return Ok(issued);
        }
        let message = format!("the successor has other fields than the key: {}", differences.join(", "));
        let error = Error::new(ErrorKind::UnexpectedResponse, vendor, Operation::Rotate)
            .with_message(message)
            .with_effect(Effect::Applied);
        Err(self.remove(provider, issued.key.id, error).await)
    }

    /// Revokes a successor that cannot be used, and returns the error without an effect if that succeeds.
    async fn remove<P: ApiKeyProvider + ?Sized>(&mut self, provider: &P, id: KeyId, error: Error) -> Error {
        match provider.revoke_if_exists(&id).await {
            Ok(()) => error.with_operation(Operation::Rotate).with_effect(Effect::NotApplied),
            Err(_) => {
                self.superseded.push(id);
                error
            }
        }
    }

    /// Revokes successors that were replaced by a later one, after its delivery, and a successor that the vendor created
    /// only after the interrupted call was repeated. Has no effect in other states.
    ///
    /// # Errors
    /// The errors of [`revoke`](ApiKeyProvider::revoke), except for a key that does not exist, and of
    /// [`list`](ApiKeyProvider::list). [`Conflict`](ErrorKind::Conflict) if several keys may be the successor.
    pub async fn revoke_superseded<P: ApiKeyProvider + ?Sized>(&mut self, provider: &P) -> Result<()> {
        if !matches!(self.state, RotationState::Delivered { .. }) || Defect::SupersededKept.is_active() {
            return Ok(());
        }
        while let Some(id) = self.superseded.last() {
            provider.revoke_if_exists(id).await?;
            // Otherwise it would be taken for a late successor.
            self.known.push(id.clone());
            self.superseded.pop();
        }
        self.revoke_late_orphan(provider).await
    }

    /// Revokes the old key after the delivery of the new secret, also before the end of the overlap. Repeating it is
    /// safe.
    ///
    /// # Errors
    /// The errors of [`revoke`](ApiKeyProvider::revoke), except for a key that does not exist.
    /// [`Conflict`](ErrorKind::Conflict) without a request to revoke if the delivery is not recorded, if the successor
    /// does not exist or is inactive, or if the vendor itself ends the overlap and it has not ended.
    pub async fn finish<P: ApiKeyProvider + ?Sized>(&mut self, provider: &P, now: Timestamp) -> Result<()> {
        let vendor = provider.vendor();
        let new = match &self.state {
            RotationState::Completed { .. } => return Ok(()),
            RotationState::Delivered { new, .. } => new.clone(),
            state => {
                return Err(conflict(vendor, format!("the rotation is {}, not delivered", state.as_str())));
            }
        };
        self.revoke_superseded(provider).await?;
        match self.method {
            RotationMethod::Native if !self.is_due(now) => {
                let due = self.due().unwrap_or(now);
                return Err(conflict(vendor, format!("the vendor ends the overlap at {due:.0}")));
            }
            RotationMethod::Native => {}
            RotationMethod::Replace => {
                let problem = match provider.find(&new).await? {
                    None => Some("does not exist".to_owned()),
                    Some(key) => key.status.is_inactive().then(|| format!("is {}", key.status)),
                };
                if let Some(problem) = problem {
                    return Err(conflict(
                        vendor,
                        format!("the successor {new} {problem}; the old key was not revoked"),
                    ));
                }
                provider.revoke_if_exists(&self.key.id).await?;
            }
        }
        self.state = RotationState::Completed { new, at: now };
        Ok(())
    }

    /// Revokes the successor. The old key remains valid.
    ///
    /// # Errors
    /// The errors of [`revoke`](ApiKeyProvider::revoke), except for a key that does not exist.
    /// [`Conflict`](ErrorKind::Conflict) without a request to revoke if the old key is not active, if the vendor
    /// itself rotates, or if the rotation is completed.
    pub async fn abort<P: ApiKeyProvider + ?Sized>(&mut self, provider: &P, now: Timestamp) -> Result<()> {
        let vendor = provider.vendor();
        match self.state {
            RotationState::Aborted { .. } => return Ok(()),
            RotationState::Completed { .. } => return Err(conflict(vendor, "the rotation is completed")),
            RotationState::Planned if self.unsent => {}
            _ if self.method == RotationMethod::Native => {
                return Err(conflict(vendor, "the vendor may have replaced the secret"));
            }
            _ => {
                if provider.find(&self.key.id).await?.is_none_or(|key| key.status.is_inactive()) {
                    return Err(conflict(vendor, "the old key is not active: no valid key would remain"));
                }
                self.resumed |= self.state == RotationState::Planned;
                self.revoke_late_orphan(provider).await?;
                for id in self.superseded.iter().chain(self.new_id()) {
                    provider.revoke_if_exists(id).await?;
                }
            }
        }
        self.superseded.clear();
        self.state = RotationState::Aborted { at: now };
        Ok(())
    }

    /// Revokes a successor that the vendor created after the interrupted call was repeated.
    async fn revoke_late_orphan<P: ApiKeyProvider + ?Sized>(&self, provider: &P) -> Result<()> {
        match self.resumed {
            true => match self.orphan(provider).await? {
                Some(orphan) => provider.revoke_if_exists(&orphan.id).await,
                None => Ok(()),
            },
            false => Ok(()),
        }
    }
}

/// The successor of an interrupted call.
enum Recovered {
    /// Its secret.
    Secret(Box<IssuedKey>),
    /// A key whose secret is lost, to be rotated again.
    Key(KeyId),
    Nothing,
}
