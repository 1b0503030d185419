//! The steps of one key.

use std::time::Duration;

use api_keys_core::defect::Defect;
use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, Field, IssuedKey, KeyId, Operation,
    Patch, Result as ApiResult, RotateOptions, SecretKey, Timestamp, UpdateApiKey,
};
use serde_json::Value;

use super::Execution;
use super::host::{Delivery, Outcome, StepError};
use crate::declaration::Marking;
use crate::declaration::key::{DeclaredKey, Expires};
use crate::identity::Identity;
use crate::identity::mark::{self, KeyState, Mark};
use crate::identity::state::State;
use crate::planning::compare;
use crate::planning::key::checksum;
use crate::planning::step::{Action, Step};

/// Names that are tried until the vendor accepts one.
const MAX_NAMES: usize = 20;

/// The overlap with which the secret of an interrupted creation is replaced, because it may be in use.
const RESUME_OVERLAP: Duration = Duration::from_secs(60 * 60);

/// The steps of one key, and their results.
pub(super) struct Group<'a> {
    execution: &'a Execution<'a>,
    identity: Identity,
    steps: &'a [Step],
    /// The result of each executed step.
    results: Vec<Result<Option<KeyId>, StepError>>,
    issued: Option<Issued>,
    /// The existing key, with the changes of earlier steps.
    key: Option<ApiKey>,
}

/// A key whose secret has not been delivered.
struct Issued {
    key: ApiKey,
    secret: SecretKey,
    /// `true` if no earlier execution has created it.
    created: bool,
    /// A key of an interrupted creation that this one replaces.
    replaces: Option<KeyId>,
    at: Timestamp,
}

impl<'a> Group<'a> {
    pub(super) fn new(execution: &'a Execution<'a>, steps: &'a [Step]) -> Self {
        let key = steps
            .first()
            .and_then(|step| execution.key(step.existing_provider(), step.id.as_ref()?).cloned());
        let logical = steps.first().map(|step| step.key.as_str()).unwrap_or_default();
        let identity = execution.declaration.identity(logical);
        Self { execution, identity, steps, results: Vec::new(), issued: None, key }
    }

    /// Returns the step that creates a key.
    pub(super) fn creation(&self) -> Option<&'a Step> {
        self.steps.iter().find(|step| matches!(step.action, Action::Create | Action::Replace))
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the name of the key at the vendor.
    pub(super) fn name(&self) -> &str {
        let logical = self.identity.name();
        self.execution.declaration.keys.get(logical).map_or(logical, |declared| declared.vendor_name(logical))
    }

    /// Returns the provider and the id of the created key.
    pub(super) fn created(&self) -> Option<(&str, &KeyId)> {
        let issued = self.issued.as_ref().filter(|issued| issued.created)?;
        Some((&self.creation()?.provider, &issued.key.id))
    }

    /// Records an error for the next step.
    pub(super) fn fail(&mut self, error: StepError) {
        self.issued = None;
        if !self.failed() {
            self.results.push(Err(error));
        }
    }

    fn failed(&self) -> bool {
        matches!(self.results.last(), Some(Err(_)))
    }

    pub(super) fn into_outcomes(self) -> Vec<Outcome> {
        let mut results = self.results.into_iter();
        let outcome = |step: &Step| Outcome {
            step: step.clone(),
            result: results.next().unwrap_or(Err(StepError::Skipped)),
        };
        self.steps.iter().map(outcome).collect()
    }

    /// Executes the steps before the creation, and creates the key.
    pub(super) async fn issue(&mut self) {
        let Some(creation) = self.creation() else { return };
        while !self.failed() && self.results.len() < self.steps.len() {
            let step = &self.steps[self.results.len()];
            if self.execution.host.is_stopped() {
                return self.fail(StepError::Skipped);
            }
            if std::ptr::eq(step, creation) {
                match self.issue_for(step).await {
                    Ok(issued) => self.issued = Some(issued),
                    Err(error) => self.fail(error),
                }
                return;
            }
            self.execute(step).await;
        }
    }

    /// Executes the remaining steps.
    pub(super) async fn finish(&mut self) {
        while !self.failed() && self.results.len() < self.steps.len() {
            if self.execution.host.is_stopped() && self.issued.is_none() {
                break;
            }
            self.execute(&self.steps[self.results.len()]).await;
        }
        self.execution.host.completed(self.identity.name());
    }

    async fn execute(&mut self, step: &'a Step) {
        let result = match step.action {
            Action::Create | Action::Replace => self.deliver_new(step).await,
            Action::Adopt => self.adopt(step).await,
            Action::Update => self.update(step).await,
            Action::Deliver => self.deliver_again(step).await,
            Action::Rotate => self.rotate(step).await,
            Action::Revoke => self.revoke(step).await,
            Action::Blocked => Err(StepError::Blocked(step.reason.clone().unwrap_or_default())),
        };
        self.results.push(result);
    }

    fn declared(&self) -> Result<&'a DeclaredKey, StepError> {
        let name = self.identity.name();
        let declared = self.execution.declaration.keys.get(name);
        declared.ok_or_else(|| StepError::Blocked(format!("`{name}` is not declared")))
    }

    /// Returns the mark of a key that this machine is changing.
    pub(super) fn claim(&self, state: KeyState) -> Mark {
        let mut mark = Mark::new(self.identity.clone(), state);
        mark.issued = Some(self.execution.options.now);
        mark.machine = Some(self.execution.options.machine.clone());
        mark
    }

    /// Returns the mark of a delivered key.
    fn delivered(&self, declared: &DeclaredKey, issued: Timestamp) -> Mark {
        let mut mark = Mark::new(self.identity.clone(), KeyState::Current);
        mark.issued = Some(issued);
        mark.destinations = Some(checksum(&declared.destinations));
        mark.expires = declared.expires.as_ref().map(Expires::to_string);
        mark
    }

    /// Issues the secret of a new key, or that of an interrupted creation.
    async fn issue_for(&self, step: &Step) -> Result<Issued, StepError> {
        let provider = self.execution.provider(&step.provider)?;
        self.prepare().await?;
        if let Some(id) = &step.resume
            && let Some(issued) = self.resume(provider, &step.provider, id).await?
        {
            self.execution.host.reached("resumed");
            return Ok(issued);
        }
        self.revoke_undelivered(step).await?;
        let at = self.execution.host.now();
        let issued = match self.create(provider, &step.provider, self.declared()?).await {
            Ok(issued) => issued,
            Err(error) => {
                if error.effect() == Effect::NotApplied && step.resume.is_none() {
                    let ended = self.execution.record(|state| state.end(&self.identity, &step.provider));
                    ended.map_err(StepError::state)?;
                }
                return Err(error.into());
            }
        };
        self.execution.host.reached("created");
        let (key, secret) = issued.into_parts();
        Ok(Issued { key, secret, created: true, replaces: step.resume.clone(), at })
    }

    /// Revokes keys of interrupted creations of which no secret was written anywhere, so that repeated interruptions do not
    /// accumulate keys.
    async fn revoke_undelivered(&self, creation: &Step) -> Result<(), StepError> {
        let revoked = self.steps.iter().filter(|step| step.action == Action::Revoke);
        let pending = revoked.filter_map(|step| Some((&step.provider, step.id.as_ref()?)));
        let resumed = creation.resume.iter().map(|id| (&creation.provider, id));
        for (provider, id) in pending.chain(resumed) {
            let key = self.execution.key(provider, id);
            let is_ours = key.and_then(|key| self.execution.mark(provider, key)).is_none_or(|mark| {
                let machine = &self.execution.options.machine;
                mark.state == KeyState::Pending && mark.machine.as_ref().is_none_or(|other| other == machine)
            });
            if is_ours && !self.execution.host.may_be_delivered(provider, id) {
                self.revoke_key(provider, id).await?;
            }
        }
        Ok(())
    }

    /// Returns the secret of a key of an interrupted creation, or a new secret for it.
    async fn resume(
        &self,
        provider: &dyn ApiKeyProvider,
        name: &str,
        id: &KeyId,
    ) -> Result<Option<Issued>, StepError> {
        let Some(key) = self.execution.key(name, id).cloned() else { return Ok(None) };
        let resumed = |secret, at| Issued { key: key.clone(), secret, created: false, replaces: None, at };
        let mark = self.execution.mark(name, &key);
        // A key that is only named by an interrupted creation could not be recognized after its delivery and first use.
        if mark.as_ref().is_none_or(|mark| mark.machine.as_ref() != Some(&self.execution.options.machine)) {
            self.write_claim(name, &key, &self.claim(KeyState::Pending)).await?;
        }
        let started = mark.and_then(|mark| mark.issued);
        let at = started.or(key.created_at).unwrap_or_else(|| self.execution.host.now());
        if let Some(secret) = self.execution.host.undelivered(name, id) {
            return Ok(Some(resumed(secret, at)));
        }
        let capabilities = provider.capabilities();
        if let Some(secret) = provider.reveal_if_stored(id).await? {
            return Ok(Some(resumed(secret, at)));
        }
        if provider.supports(Operation::Rotate) && capabilities.rotate_keeps_id {
            let overlaps = capabilities.rotate_fields.contains(Field::Overlap);
            let overlap = if overlaps { RESUME_OVERLAP } else { Duration::ZERO };
            let at = self.execution.host.now();
            let issued = provider.rotate(id, RotateOptions::new().overlap(overlap)).await?;
            return Ok(Some(resumed(issued.secret, at)));
        }
        Ok(None)
    }

    /// Creates the declared key, with a numbered name if the vendor rejects the name as a duplicate.
    async fn create(
        &self,
        provider: &dyn ApiKeyProvider,
        name: &str,
        declared: &DeclaredKey,
    ) -> ApiResult<IssuedKey> {
        let mut new = declared.request(self.identity.name());
        self.execution.marking(name).mark_new(&mut new, &self.claim(KeyState::Pending));
        let base = new.name.clone();
        let mut number = 1;
        loop {
            let error = match provider.create(new.clone()).await {
                Ok(issued) => return Ok(issued),
                Err(error) => error,
            };
            match (error.kind(), error.effect()) {
                (ErrorKind::Conflict, Effect::NotApplied) if number < MAX_NAMES => {
                    number += 1;
                    new.name = format!("{base} ({number})");
                }
                // The vendor did not apply a field, so that the key may have more permissions than declared.
                _ => match error.issued_key_id() {
                    Some(id) if provider.revoke_if_exists(&id).await.is_ok() => {
                        return Err(error.with_effect(Effect::NotApplied));
                    }
                    _ => return Err(error),
                },
            }
        }
    }

    /// Delivers the new key, and confirms it. Then revokes the key that it replaces, unless both overlap.
    async fn deliver_new(&mut self, step: &Step) -> Result<Option<KeyId>, StepError> {
        let issued = self.issued.take().ok_or(StepError::Skipped)?;
        if let Some(id) = step.id.as_ref().filter(|_| Defect::RevokedBeforeDelivery.is_active()) {
            self.revoke_key(step.existing_provider(), id).await?;
        }
        self.deliver(&step.provider, &issued.key, &issued.secret).await?;
        let old = step.existing_provider();
        if let Some(key) = &self.key {
            // Before the successor is confirmed, so that there is never more than one current key.
            self.retire(old, key, step.overlap).await?;
        }
        self.confirm_new(step, &issued).await?;
        if let Some(id) = step.id.as_ref().filter(|_| step.overlap.is_zero()) {
            self.revoke_key(old, id).await?;
        }
        Ok(Some(issued.key.id))
    }

    async fn confirm_new(&self, step: &Step, issued: &Issued) -> Result<(), StepError> {
        let (provider, declared) = (&step.provider, self.declared()?);
        self.confirm(provider, &issued.key, declared, issued.at, UpdateApiKey::new()).await?;
        let exists = |id: &KeyId| self.execution.key(provider, id).is_some();
        let forget = |state: &mut State| state.forget_gone(&self.identity, provider, &issued.key.id, exists);
        self.execution.record(forget).map_err(StepError::state)?;
        self.execution.host.forget(&step.provider, &issued.key.id);
        self.execution.host.reached("confirmed");
        if let Some(id) = &issued.replaces {
            self.revoke_key(&step.provider, id).await?;
        }
        Ok(())
    }

    /// Marks an existing key as one to be revoked after the overlap.
    async fn retire(&self, provider: &str, key: &ApiKey, overlap: Duration) -> Result<(), StepError> {
        let due = self.execution.host.now().checked_add(overlap).unwrap_or(Timestamp::MAX);
        let mark = Mark::new(self.identity.clone(), KeyState::Retired(due));
        match self.write_mark(provider, key, &mark, UpdateApiKey::new()).await {
            // Revoked or removed in the meantime.
            Err(StepError::Contended) => {}
            Err(StepError::Api(error)) if error.is_not_found() => {}
            written => written?,
        }
        self.execution.host.reached("retired");
        Ok(())
    }

    async fn adopt(&mut self, step: &Step) -> Result<Option<KeyId>, StepError> {
        let declared = self.declared()?;
        let key = self.existing()?;
        let capabilities = self.execution.provider(&step.provider)?.capabilities();
        let created = key.created_at.filter(|_| capabilities.created_at_reliable);
        // The rest of its fields are changed by other steps.
        let mark = self.delivered(declared, created.unwrap_or(self.execution.options.now));
        self.write_mark(&step.provider, &key, &mark, UpdateApiKey::new()).await?;
        self.execution.host.reached("adopted");
        Ok(None)
    }

    async fn update(&mut self, step: &Step) -> Result<Option<KeyId>, StepError> {
        let declared = self.declared()?;
        let key = self.existing()?;
        let changes = compare::update(self.identity.name(), declared, &step.changes);
        let known = self.execution.mark(&step.provider, &key);
        let mut mark = known.unwrap_or_else(|| self.delivered(declared, self.execution.options.now));
        mark.expires = declared.expires.as_ref().map(Expires::to_string);
        let mut after = key.clone();
        changes.clone().apply(&mut after, None);
        self.write_mark(&step.provider, &key, &mark, changes).await?;
        self.key = Some(after);
        self.execution.host.reached("updated");
        Ok(None)
    }

    /// Delivers the existing secret.
    async fn deliver_again(&mut self, step: &Step) -> Result<Option<KeyId>, StepError> {
        let declared = self.declared()?;
        let key = self.existing()?;
        let secret = self.execution.provider(&step.provider)?.reveal(&key.id).await?;
        self.deliver(&step.provider, &key, &secret).await?;
        let issued = self.execution.mark(&step.provider, &key).and_then(|mark| mark.issued);
        let issued = issued.unwrap_or(self.execution.options.now);
        self.confirm(&step.provider, &key, declared, issued, UpdateApiKey::new()).await?;
        self.execution.host.reached("confirmed");
        Ok(None)
    }

    /// Replaces the secret in place.
    async fn rotate(&mut self, step: &Step) -> Result<Option<KeyId>, StepError> {
        let declared = self.declared()?;
        let key = self.existing()?;
        let provider = self.execution.provider(&step.provider)?;
        let rescued = self.execution.host.undelivered(&step.provider, &key.id);
        let at = self.execution.host.now();
        let secret = match rescued {
            Some(secret) => secret,
            None => {
                self.prepare().await?;
                let mut claim = self.claim(KeyState::Rotating);
                claim.expires = declared.expires.as_ref().map(Expires::to_string);
                self.write_claim(&step.provider, &key, &claim).await?;
                self.execution.host.reached("rotating");
                let issued = provider.rotate(&key.id, RotateOptions::new().overlap(step.overlap)).await?;
                self.execution.host.reached("rotated");
                issued.secret
            }
        };
        self.deliver(&step.provider, &key, &secret).await?;
        let mut renewal = UpdateApiKey::new();
        if let Some(expires @ Expires::In(_)) = &declared.expires {
            renewal.expiry = Patch::Set(expires.expiry());
        }
        self.confirm(&step.provider, &key, declared, at, renewal).await?;
        self.execution.host.forget(&step.provider, &key.id);
        self.execution.host.reached("confirmed");
        Ok(Some(key.id))
    }

    /// Marks a key as one that this machine is changing, unless another machine does. Vendors do not compare and set: the key
    /// is read before and after, so that the other machine would have to act at the same moment.
    async fn write_claim(&self, provider: &str, key: &ApiKey, claim: &Mark) -> Result<(), StepError> {
        let api = self.execution.provider(provider)?;
        let marked = self.execution.marking(provider) != Marking::State;
        if marked && mark::read(&api.get(&key.id).await?) != mark::read(key) {
            return Err(StepError::Contended);
        }
        self.write_mark(provider, key, claim, UpdateApiKey::new()).await?;
        let owner = |key: &ApiKey| mark::read(key).and_then(|mark| mark.machine);
        if marked && owner(&api.get(&key.id).await?) != claim.machine {
            return Err(StepError::Contended);
        }
        Ok(())
    }

    async fn revoke(&self, step: &Step) -> Result<Option<KeyId>, StepError> {
        let Some(id) = &step.id else { return Ok(None) };
        match self.execution.key(&step.provider, id).filter(|_| !step.overlap.is_zero()) {
            Some(key) => self.retire(&step.provider, key, step.overlap).await?,
            None => self.revoke_key(&step.provider, id).await?,
        }
        Ok(None)
    }

    async fn revoke_key(&self, provider: &str, id: &KeyId) -> Result<(), StepError> {
        self.execution.provider(provider)?.revoke_if_exists(id).await?;
        self.execution.host.reached("revoked, not recorded");
        self.execution.host.forget(provider, id);
        self.execution.record(|state| state.remove(provider, id)).map_err(StepError::state)?;
        self.execution.host.reached("revoked");
        Ok(())
    }

    async fn prepare(&self) -> Result<(), StepError> {
        let destinations = &self.declared()?.destinations;
        let prepared = self.execution.host.prepare(&self.identity, destinations).await;
        prepared.map_err(StepError::Unprepared)
    }

    async fn deliver(&self, provider: &str, key: &ApiKey, secret: &SecretKey) -> Result<(), StepError> {
        let delivery = Delivery {
            identity: &self.identity,
            provider,
            id: &key.id,
            name: key.name.as_deref(),
            secret,
            destinations: &self.declared()?.destinations,
        };
        self.execution.host.deliver(&delivery).await.map_err(StepError::Undelivered)?;
        self.execution.host.reached("delivered");
        Ok(())
    }

    /// Writes that the secret of a key is delivered.
    async fn confirm(
        &self,
        provider: &str,
        key: &ApiKey,
        declared: &DeclaredKey,
        issued: Timestamp,
        mut changes: UpdateApiKey,
    ) -> Result<(), StepError> {
        // Some vendors do not report a new key with all of its fields.
        match self.execution.marking(provider) {
            Marking::Metadata => changes.metadata = set(declared.metadata.clone().map(Value::Object)),
            Marking::Description => changes.description = set(declared.description.clone()),
            Marking::State => {}
        }
        self.write_mark(provider, key, &self.delivered(declared, issued), changes).await
    }

    /// Writes a mark together with changes.
    async fn write_mark(
        &self,
        provider: &str,
        key: &ApiKey,
        mark: &Mark,
        mut changes: UpdateApiKey,
    ) -> Result<(), StepError> {
        let marking = self.execution.marking(provider);
        marking
            .mark_update(&mut changes, key, mark)
            .map_err(|_| StepError::Blocked("the key has metadata that cannot be represented".to_owned()))?;
        if !changes.fields().is_empty() {
            let updated = self.execution.provider(provider)?.update(&key.id, changes).await?;
            if updated.status.is_inactive() {
                return Err(StepError::Contended);
            }
        }
        match marking {
            Marking::State => {
                self.execution.record(|state| state.set(provider, &key.id, mark)).map_err(StepError::state)
            }
            _ => Ok(()),
        }
    }

    fn existing(&self) -> Result<ApiKey, StepError> {
        self.key.clone().ok_or_else(|| StepError::Blocked("the key is not listed".to_owned()))
    }
}

fn set<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Keep, Patch::Set)
}
