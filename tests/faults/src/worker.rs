//! An application that manages keys over a faulty network, and recovers from failures as documented.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use api_keys::{
    ApiKey, ApiKeyProviderExt as _, Capabilities, Effect, Expiry, KeyExpiry, KeyId, ListQuery, NewApiKey,
    Operation, RevokeOptions, RotateOptions, SecretKey, Timestamp, Verification,
};
use tokio::time::sleep;

use crate::caller::{Caller, Outcome};
use crate::ledger::{Doubt, Fate, Found};
use crate::record::Record;
use crate::rescue::rescued;
use crate::vendor::{changes, new_key};

/// The maximum number of keys per application. Vendors list at most a hundred of all applications together.
const MOST_KEYS: usize = 3;

/// The number of recovery attempts before it is postponed, and the first delay, which increases.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// A key that the application has.
struct Key {
    id: KeyId,
    name: String,
    secret: SecretKey,
    /// True if a rotation failed and was not recovered: the secret may be invalid.
    doubtful: bool,
}

/// An application.
pub(crate) struct Worker {
    caller: Caller,
    capabilities: Capabilities,
    keys: Vec<Key>,
}

impl Worker {
    pub(crate) fn new(caller: Caller) -> Self {
        let capabilities = caller.provider.capabilities();
        Self { caller, capabilities, keys: Vec::new() }
    }

    /// Performs operations until none is left. Its keys remain, to be compared with the server.
    pub(crate) async fn run(mut self, left: &AtomicI64) {
        while left.fetch_sub(1, Ordering::SeqCst) > 0 {
            self.operate().await;
        }
    }

    async fn operate(&mut self) {
        if self.keys.is_empty() {
            return self.create().await;
        }
        let at = self.caller.rng.usize(..self.keys.len());
        match self.caller.rng.u8(..100) {
            0..=29 if self.keys.len() < MOST_KEYS => self.create().await,
            0..=29 => self.end(at).await,
            30..=49 if self.can(Operation::Rotate) => self.rotate(at).await,
            50..=59 if self.can(Operation::Update) => self.update(at).await,
            60..=69 => self.get(at).await,
            70..=79 => self.list().await,
            80..=86 if self.can(Operation::Verify) => self.verify(at).await,
            87..=89 if self.can(Operation::Reveal) => self.reveal(at).await,
            _ if self.keys.len() < MOST_KEYS => self.create().await,
            _ => self.end(at).await,
        }
    }

    fn can(&self, operation: Operation) -> bool {
        self.capabilities.support(operation).is_supported()
    }

    /// Returns whether the state of a key is known: the server has lost no writes of it.
    fn is_known(&self, id: &KeyId) -> bool {
        !self.caller.world.ledger.is_rolled_back(id)
    }

    fn check(&self, holds: bool, text: impl FnOnce() -> String) {
        self.caller.world.ledger.check(holds, text);
    }

    /// Creates a key, and returns after it was received or searched for.
    async fn create(&mut self) {
        let call = self.caller.next_call();
        let new = new_key(self.caller.world.vendor, call.key_name());
        Record::get().value(&new);
        let started = Timestamp::now();
        let provider = self.caller.provider.clone();
        match self.caller.call(call, Operation::Create, provider.create(new.clone())).await {
            Outcome::Done(issued) => {
                let (key, secret) = issued.into_parts();
                self.check(key.name.as_deref() == Some(&*new.name), || format!("{call}: got {key:?}"));
                self.check(is_restricted(&key, &new), || format!("{call}: not as requested: {key:?}"));
                self.caller.world.ledger.found(call, Found::Returned);
                self.hold(key.id, new.name, secret);
            }
            Outcome::Failed(error) if error.effect() == Effect::NotApplied => {}
            outcome => {
                self.caller.world.arrivals.settled(call).await;
                let rescued = match outcome {
                    Outcome::Failed(error) => rescued(&error),
                    _ => None,
                };
                self.recover(Doubt { call, new, started }, rescued).await;
            }
        }
    }

    /// Recovers from a create that may have created a key: uses the secret if there is one, or finds and revokes the
    /// key.
    async fn recover(&mut self, doubt: Doubt, rescued: Option<(Option<KeyId>, SecretKey)>) {
        let Doubt { call, ref new, started } = doubt;
        if let Some((Some(id), secret)) = rescued {
            self.caller.world.ledger.found(call, Found::Rescued);
            return self.hold(id, new.name.clone(), secret);
        }
        let orphans = self.orphans(new, started).await;
        // The name is unique, so there is at most one, unless the network delivered the request twice.
        let copies = 1 + self.caller.world.arrivals.of(call).duplicated as usize;
        let few = orphans.as_ref().is_none_or(|orphans| orphans.len() <= copies);
        self.check(few, || format!("{call}: several orphans: {orphans:?}"));
        match (orphans.as_deref(), rescued) {
            (Some([id]), Some((None, secret))) => {
                self.caller.world.ledger.found(call, Found::Rescued);
                self.hold(id.clone(), new.name.clone(), secret);
            }
            (Some(ids @ [_, ..]), None) => {
                self.caller.world.ledger.found(call, Found::Orphaned);
                for id in ids {
                    self.end_key(id).await;
                }
            }
            // None yet, but the request may still be pending.
            _ => self.caller.world.ledger.doubt(doubt),
        }
    }

    async fn orphans(&mut self, new: &NewApiKey, started: Timestamp) -> Option<Vec<KeyId>> {
        for again in 0..TRIES {
            sleep(again * PAUSE).await;
            let call = self.caller.next_call();
            let provider = self.caller.provider.clone();
            let found = self.caller.call(call, Operation::List, provider.orphans(new, started)).await;
            if let Outcome::Done(keys) = found {
                return Some(keys.into_iter().map(|key| key.id).collect());
            }
        }
        None
    }

    fn hold(&mut self, id: KeyId, name: String, secret: SecretKey) {
        Record::get().secret(secret.expose());
        self.caller.world.ledger.fate(&id, Fate::Held(secret.clone()));
        self.keys.push(Key { id, name, secret, doubtful: false });
    }

    /// Rotates a key until its secret is known to be valid.
    async fn rotate(&mut self, at: usize) {
        let id = self.keys[at].id.clone();
        for again in 0..TRIES {
            sleep(again * PAUSE).await;
            let call = self.caller.next_call();
            let provider = self.caller.provider.clone();
            let rotation = provider.rotate(&id, RotateOptions::new());
            let outcome = self.caller.call(call, Operation::Rotate, rotation).await;
            let secret = match outcome {
                Outcome::Done(issued) => {
                    self.check(issued.key.id == id, || format!("{call}: asked for {id}, got {issued:?}"));
                    Some(issued.into_parts().1)
                }
                Outcome::Failed(error) if error.effect() == Effect::NotApplied => {
                    if again == 0 {
                        // The old secret is valid.
                        return;
                    }
                    None
                }
                Outcome::Failed(error) => rescued(&error).map(|(_, secret)| secret),
                Outcome::Dropped => None,
            };
            if again > 0 {
                self.caller.world.ledger.rotated_again();
            }
            if let Some(secret) = secret {
                Record::get().secret(secret.expose());
                self.caller.world.ledger.fate(&id, Fate::Held(secret.clone()));
                self.keys[at].secret = secret;
                self.keys[at].doubtful = false;
                return;
            }
            self.keys[at].doubtful = true;
            self.caller.world.ledger.doubt_secret(&id);
            self.caller.world.arrivals.settled(call).await;
        }
    }

    async fn update(&mut self, at: usize) {
        let id = self.keys[at].id.clone();
        let call = self.caller.next_call();
        let changes = changes(self.caller.world.vendor, call.0);
        Record::get().value(&changes);
        let provider = self.caller.provider.clone();
        if let Outcome::Done(key) =
            self.caller.call(call, Operation::Update, provider.update(&id, changes)).await
        {
            self.check(key.id == id, || format!("{call}: asked for {id}, got {key:?}"));
        }
    }

    async fn get(&mut self, at: usize) {
        let (id, name) = (self.keys[at].id.clone(), self.keys[at].name.clone());
        let call = self.caller.next_call();
        let provider = self.caller.provider.clone();
        if let Outcome::Done(key) = self.caller.call(call, Operation::Get, provider.get(&id)).await {
            let right = key.id == id && key.name == Some(name) || !self.is_known(&id);
            self.check(right, || format!("{call}: asked for {id}, got {key:?}"));
        }
    }

    async fn list(&mut self) {
        let call = self.caller.next_call();
        let mut query = ListQuery::new().limit(100);
        if self.capabilities.owner_required {
            query.owner = new_key(self.caller.world.vendor, String::new()).owner;
        }
        let provider = self.caller.provider.clone();
        if let Outcome::Done(page) = self.caller.call(call, Operation::List, provider.list(query)).await {
            for key in &self.keys {
                let there = page.next.is_some()
                    || page.items.iter().any(|item| item.id == key.id)
                    || !self.is_known(&key.id);
                self.check(there, || format!("{call}: {} is not listed", key.id));
            }
        }
    }

    async fn verify(&mut self, at: usize) {
        let call = self.caller.next_call();
        let provider = self.caller.provider.clone();
        let secret = self.keys[at].secret.clone();
        if let Outcome::Done(verification) =
            self.caller.call(call, Operation::Verify, provider.verify(&secret)).await
        {
            let key = &self.keys[at];
            let right = matches!(&verification, Verification::Valid(found) if found.id == key.id)
                || key.doubtful
                || !self.is_known(&key.id);
            self.check(right, || format!("{call}: {} was verified as {verification:?}", key.id));
        }
    }

    async fn reveal(&mut self, at: usize) {
        let call = self.caller.next_call();
        let provider = self.caller.provider.clone();
        let id = self.keys[at].id.clone();
        if let Outcome::Done(secret) = self.caller.call(call, Operation::Reveal, provider.reveal(&id)).await {
            let key = &self.keys[at];
            let right = secret.expose() == key.secret.expose() || key.doubtful || !self.is_known(&key.id);
            self.check(right, || format!("{call}: another secret was revealed"));
        }
    }

    /// Ends a key. After a failure the key remains in the ledger, and is ended by the audit.
    async fn end(&mut self, at: usize) {
        let key = self.keys.swap_remove(at);
        self.end_key(&key.id).await;
    }

    async fn end_key(&mut self, id: &KeyId) {
        let ended = self.revoke_and_delete(id).await;
        self.caller.world.ledger.fate(id, if ended { Fate::Ended } else { Fate::Ending });
    }

    /// Revokes a key and deletes its record, so that the server does not fill up. Both are repeated until they are
    /// known to have succeeded.
    async fn revoke_and_delete(&mut self, id: &KeyId) -> bool {
        self.until_done(id, Operation::Revoke).await
            && (!self.capabilities.revoke_keeps_record
                || !self.can(Operation::Delete)
                || self.until_done(id, Operation::Delete).await)
    }

    async fn until_done(&mut self, id: &KeyId, operation: Operation) -> bool {
        for again in 0..TRIES {
            sleep(again * PAUSE).await;
            let call = self.caller.next_call();
            let provider = self.caller.provider.clone();
            let outcome = match operation {
                Operation::Delete => self.caller.call(call, operation, provider.delete(id)).await,
                _ => {
                    let revocation = provider.revoke(id, RevokeOptions::new());
                    match self.caller.call(call, operation, revocation).await {
                        Outcome::Done(_) => Outcome::Done(()),
                        Outcome::Failed(error) => Outcome::Failed(error),
                        Outcome::Dropped => Outcome::Dropped,
                    }
                }
            };
            match outcome {
                Outcome::Done(()) => return true,
                Outcome::Failed(error) if error.is_not_found() || error.effect() == Effect::Applied => {
                    return true;
                }
                Outcome::Failed(_) | Outcome::Dropped => {}
            }
        }
        false
    }
}

/// Returns whether a key has the requested restrictions, as far as the vendor reports them.
fn is_restricted(key: &ApiKey, new: &NewApiKey) -> bool {
    let latest = Timestamp::now() + Duration::from_secs(31 * 24 * 60 * 60);
    let expires = match new.expiry {
        Expiry::VendorDefault => true,
        _ => key.expiry != KeyExpiry::Never && key.expiry.at().is_none_or(|end| end < latest),
    };
    let scopes = key.scopes.is_none() || new.scopes.is_none() || key.scopes == new.scopes;
    expires && scopes && (new.metadata.is_none() || key.metadata.is_some())
}
