//! One key's life on one provider, from create to delete, held against what the provider promises.

use std::pin::pin;
use std::time::{Duration, Instant};

use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Capabilities, ErrorKind, Field, IssuedKey, KeyExpiry,
    KeyId, ListQuery, NewApiKey, Operation, RecordState, Result, Revocation, RevokeOptions, SecretKey,
    Timestamp, UpdateApiKey, Verification,
};
use futures_util::TryStreamExt as _;

use super::ledger::Ledger;
use super::report::{CleanedUp, Outcome, Report, Step};
use super::target::Target;
use crate::failure::chain;

/// The order in which the operations make sense.
const ORDER: [Operation; Operation::ALL.len()] = [
    Operation::Create,
    Operation::Get,
    Operation::List,
    Operation::Update,
    Operation::Verify,
    Operation::Reveal,
    Operation::Rotate,
    Operation::Revoke,
    Operation::Delete,
];

const DESCRIPTION: &str = "made by `api-keys demo`";
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// No vendor refuses a month.
const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Runs the lifecycle and cleans up, even after Ctrl-C.
pub(super) async fn run(target: &Target) -> Report {
    let provider = &*target.provider;
    let mut lifecycle = Lifecycle {
        provider,
        capabilities: provider.capabilities(),
        owner: target.owner.as_deref(),
        // Unlike any other key's, so that what is found under it is ours. Some vendors allow 32 characters.
        name: format!("api-keys-demo-{:08x}", fastrand::u32(..)),
        ledger: Ledger::new(provider),
        steps: Vec::new(),
        hint: None,
    };
    let interrupted = tokio::select! {
        () = lifecycle.walk() => false,
        Ok(()) = tokio::signal::ctrl_c() => true,
    };
    let cleaned_up = lifecycle.ledger.clean_up().await;
    lifecycle.report(cleaned_up, interrupted)
}

struct Lifecycle<'a> {
    provider: &'a dyn ApiKeyProvider,
    capabilities: Capabilities,
    owner: Option<&'a str>,
    name: String,
    ledger: Ledger<'a>,
    steps: Vec<Step>,
    hint: Option<String>,
}

/// The operations, one after another.
impl Lifecycle<'_> {
    async fn walk(&mut self) {
        let Some(issued) = self.create().await else { return };
        let (ApiKey { mut id, .. }, mut secret) = issued.into_parts();
        self.get(&id).await;
        self.list(&id).await;
        self.update(&id).await;
        self.verify(&id, &secret).await;
        self.reveal(&id, &secret).await;
        if let Some(issued) = self.rotate(&id, &secret).await {
            (id, secret) = (issued.key.id, issued.secret);
        }
        let revocation = self.revoke(&id, &secret).await;
        self.delete(id, revocation).await;
    }

    async fn create(&mut self) -> Option<IssuedKey> {
        let new = self.new_key();
        let asked = new.clone();
        let answer = timed(self.ledger.create(new)).await;
        let issued = self.judge(Operation::Create, answer)?;
        self.hint = Some(hint(&issued));
        self.expect(issued.key.name == Some(asked.name), "the new key has another name than was asked for");
        self.expect(
            issued.key.description == asked.description,
            "the new key has not the description asked for",
        );
        if let (Some(asked), Some(told)) = (asked.owner, &issued.key.owner) {
            self.expect(asked == *told, "the new key belongs to somebody else than was asked for");
        }
        if self.capabilities.create_fields.contains(Field::Expiry) {
            let now = issued.key.created_at.unwrap_or_else(Timestamp::now);
            let holds = match issued.key.expiry {
                KeyExpiry::Unknown => true,
                KeyExpiry::Never => false,
                // Vendors that count in days round down.
                KeyExpiry::At(end) => {
                    let lifetime = Duration::try_from(end.duration_since(now)).unwrap_or_default();
                    (LIFETIME - DAY - HOUR..=LIFETIME + HOUR).contains(&lifetime)
                }
            };
            self.expect(holds, "the new key does not end when it was asked to");
        }
        Some(issued)
    }

    async fn get(&mut self, id: &KeyId) {
        let answer = timed(self.provider.get(id)).await;
        if let Some(key) = self.judge(Operation::Get, answer) {
            self.expect(key.id == *id, "the answer is about another key");
            self.expect(key.name.as_ref() == Some(&self.name), "the key has another name than it was given");
            self.expect(!key.status.is_inactive(), "the key is not active");
        }
    }

    async fn list(&mut self, id: &KeyId) {
        let everything = self.capabilities.list_fields.contains(Field::IncludeInactive);
        let answer = timed(self.is_listed(id, everything)).await;
        if let Some(listed) = self.judge(Operation::List, answer) {
            self.expect(listed != Some(false), "the new key is not in the list");
        }
    }

    async fn update(&mut self, id: &KeyId) {
        let settable = self.capabilities.update_fields;
        let describes = settable.contains(Field::Description) && !settable.contains(Field::Name);
        let text =
            if describes { format!("{DESCRIPTION}, changed") } else { format!("{}-renamed", self.name) };
        let changes = UpdateApiKey::new();
        let changes = if describes { changes.description(&text) } else { changes.name(&text) };
        let changed = |key: ApiKey| {
            let told = if describes { key.description } else { key.name };
            told.as_ref() == Some(&text)
        };

        let answer = timed(self.provider.update(id, changes)).await;
        let Some(key) = self.judge(Operation::Update, answer) else { return };
        self.expect(key.id == *id, "the answer is about another key");
        self.expect(changed(key), "the answer does not show the change");
        if self.provider.supports(Operation::Get) {
            let read = self.provider.get(id).await;
            self.expect_answer("the key cannot be read after the update", read, |key| {
                (!changed(key)).then_some("the change is not there when the key is read again")
            });
        }
    }

    async fn verify(&mut self, id: &KeyId, secret: &SecretKey) {
        let answer = timed(self.provider.verify(secret)).await;
        if let Some(verification) = self.judge(Operation::Verify, answer) {
            self.expect(
                verification.key().is_some_and(|key| key.id == *id),
                "the secret does not authenticate as its key",
            );
        }
    }

    async fn reveal(&mut self, id: &KeyId, secret: &SecretKey) {
        let answer = timed(self.provider.reveal(id)).await;
        if let Some(revealed) = self.judge(Operation::Reveal, answer) {
            self.expect(revealed.expose() == secret.expose(), "another secret was revealed than was issued");
        }
    }

    async fn rotate(&mut self, id: &KeyId, old: &SecretKey) -> Option<IssuedKey> {
        let answer = timed(self.ledger.rotate(id)).await;
        let issued = self.judge(Operation::Rotate, answer)?;
        let kept = issued.key.id == *id;
        self.expect(
            kept == self.capabilities.rotate_keeps_id,
            if kept { "the key has kept its id" } else { "the key has a new id" },
        );
        self.expect(issued.secret.expose() != old.expose(), "the secret is the old one");
        if self.provider.supports(Operation::Verify) {
            self.expect_dead(old, "the old secret still authenticates").await;
            let judged = self.provider.verify(&issued.secret).await;
            self.expect_answer("the new secret cannot be verified", judged, |verification| {
                let good = verification.key().is_some_and(|key| key.id == issued.key.id);
                (!good).then_some("the new secret does not authenticate")
            });
        }
        Some(issued)
    }

    async fn revoke(&mut self, id: &KeyId, secret: &SecretKey) -> Option<Revocation> {
        let answer = timed(self.provider.revoke(id, RevokeOptions::new())).await;
        let revocation = self.judge(Operation::Revoke, answer)?;
        let retained = revocation.record == RecordState::Retained;
        self.expect(
            retained == self.capabilities.revoke_keeps_record,
            if retained { "the record was retained" } else { "the record was removed" },
        );
        self.expect(
            revocation.reversible == self.capabilities.revoke_reversible,
            if revocation.reversible { "it can be undone" } else { "it cannot be undone" },
        );
        if self.provider.supports(Operation::Verify) {
            self.expect_dead(secret, "the secret still authenticates").await;
        }
        let listed = self.is_listed(id, false).await;
        self.expect_answer("the keys cannot be listed afterwards", listed, |listed| {
            (listed == Some(true)).then_some("the key is still listed as one that authenticates")
        });
        if !retained {
            if self.is_gone(id).await {
                self.ledger.settled(id);
            }
        } else if self.provider.supports(Operation::Get) {
            let read = self.provider.get(id).await;
            let inactive = self.expect_answer("the record cannot be read afterwards", read, |key| {
                (!key.status.is_inactive()).then_some("the key still counts as active")
            });
            if inactive && !self.provider.supports(Operation::Delete) {
                self.ledger.settled(id);
            }
        }
        Some(revocation)
    }

    async fn delete(&mut self, id: KeyId, revocation: Option<Revocation>) {
        let removed = revocation.is_some_and(|revocation| revocation.record == RecordState::Removed);
        let mut id = id;
        if removed && self.provider.supports(Operation::Delete) {
            // There is nothing left to delete, so it takes a second key.
            match self.ledger.create(self.new_key()).await {
                Ok(issued) => id = issued.key.id,
                Err(error) => {
                    let reason = format!("there is no key to delete: {}", chain(&error));
                    return self.record(Operation::Delete, Outcome::Failed(vec![reason]));
                }
            }
        }
        let answer = timed(self.provider.delete(&id)).await;
        if self.judge(Operation::Delete, answer).is_some() && self.is_gone(&id).await {
            self.ledger.settled(&id);
        }
    }
}

/// Asking and judging.
impl Lifecycle<'_> {
    /// Everything that can be set without knowing the vendor.
    fn new_key(&self) -> NewApiKey {
        let fields = self.capabilities.create_fields;
        let mut new = NewApiKey::new(&self.name);
        if fields.contains(Field::Description) {
            new = new.description(DESCRIPTION);
        }
        if fields.contains(Field::Expiry) {
            new = new.expires_in(LIFETIME);
        }
        new.owner = self.owner.map(str::to_owned);
        new
    }

    /// Walks the list until the key turns up. `None` when it may be behind the end that the vendor puts to a list.
    async fn is_listed(&self, id: &KeyId, include_inactive: bool) -> Result<Option<bool>> {
        let mut query = ListQuery::new().include_inactive(include_inactive);
        if self.capabilities.list_fields.contains(Field::Owner) {
            query.owner = self.owner.map(str::to_owned);
        }
        let mut keys = pin!(self.provider.keys(query));
        let mut seen = 0;
        while let Some(key) = keys.try_next().await? {
            if key.id == *id {
                return Ok(Some(true));
            }
            seen += 1;
        }
        Ok(self.capabilities.list_ceiling.is_none_or(|ceiling| seen < ceiling).then_some(false))
    }

    async fn is_gone(&mut self, id: &KeyId) -> bool {
        if !self.provider.supports(Operation::Get) {
            return true;
        }
        let found = self.provider.find(id).await;
        self.expect_answer("whether the record is gone cannot be read", found, |found| {
            found.is_some().then_some("the record is still there")
        })
    }

    async fn expect_dead(&mut self, secret: &SecretKey, otherwise: &'static str) {
        let judged = self.provider.verify(secret).await;
        self.expect_answer("the secret cannot be verified afterwards", judged, |verification| {
            matches!(verification, Verification::Valid(_)).then_some(otherwise)
        });
    }

    /// Holds an answer against what was promised of the operation. Returns it if the operation is offered and was
    /// done; whether it was done right is for the caller to see.
    fn judge<T>(&mut self, operation: Operation, answer: (Result<T>, Duration)) -> Option<T> {
        let supported = self.capabilities.support(operation).is_supported();
        let (answer, elapsed) = answer;
        let (answer, outcome) = match answer {
            Ok(answer) if supported => (Some(answer), Outcome::Done(elapsed)),
            Ok(_) => (None, Outcome::Failed(vec!["it is not offered, and was done all the same".to_owned()])),
            Err(error) if supported => (None, Outcome::Failed(vec![chain(&error)])),
            Err(error) if error.kind() == ErrorKind::Unsupported && error.attempts() == 0 => {
                (None, Outcome::Refused)
            }
            Err(error) => {
                let reason = format!("it is not offered, and was not refused as such: {}", chain(&error));
                (None, Outcome::Failed(vec![reason]))
            }
        };
        self.record(operation, outcome);
        answer
    }

    fn record(&mut self, operation: Operation, outcome: Outcome) {
        let support = self.capabilities.support(operation);
        self.steps.push(Step { operation, support, outcome });
    }

    /// The step that was recorded last has failed unless this is so.
    fn expect(&mut self, so: bool, otherwise: &str) {
        if so {
            return;
        }
        let Some(Step { outcome, .. }) = self.steps.last_mut() else { return };
        match outcome {
            Outcome::Failed(reasons) => reasons.push(otherwise.to_owned()),
            _ => *outcome = Outcome::Failed(vec![otherwise.to_owned()]),
        }
    }

    /// The same for the answer to a further question. Returns whether all is well.
    fn expect_answer<T>(
        &mut self,
        unanswered: &str,
        answer: Result<T>,
        wrong: impl FnOnce(T) -> Option<&'static str>,
    ) -> bool {
        let reason = match answer {
            Ok(answer) => wrong(answer).map(str::to_owned),
            Err(error) => Some(format!("{unanswered}: {}", chain(&error))),
        };
        if let Some(reason) = &reason {
            self.expect(false, reason);
        }
        reason.is_none()
    }

    fn report(self, cleaned_up: CleanedUp, interrupted: bool) -> Report {
        let Self { provider, capabilities, ledger, mut steps, hint, .. } = self;
        for step in &mut steps {
            if let Outcome::Failed(reasons) = &mut step.outcome {
                reasons.iter_mut().for_each(|reason| *reason = ledger.scrub(reason));
            }
        }
        for operation in ORDER.into_iter().skip(steps.len()) {
            let support = capabilities.support(operation);
            steps.push(Step { operation, support, outcome: Outcome::NotRun });
        }
        Report { vendor: provider.vendor(), hint, steps, cleaned_up, interrupted }
    }
}

async fn timed<T>(answer: impl Future<Output = Result<T>>) -> (Result<T>, Duration) {
    let begun = Instant::now();
    let answer = answer.await;
    (answer, begun.elapsed())
}

/// As much of a secret as may be shown: what the vendor shows, if that is little enough, or its last four characters.
fn hint(issued: &IssuedKey) -> String {
    const MOST: usize = 8;
    let secret = issued.secret.expose();
    let length = secret.chars().count();
    let told = issued.key.hint.as_deref().filter(|hint| hint.chars().count() <= MOST);
    match told {
        _ if length < 2 * MOST => "…".to_owned(),
        Some(told) if secret.starts_with(told) => format!("{told}…"),
        Some(told) if secret.ends_with(told) => format!("…{told}"),
        _ => format!("…{}", secret.chars().skip(length - 4).collect::<String>()),
    }
}
