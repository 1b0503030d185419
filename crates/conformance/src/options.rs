//! Options of a run.

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{Field, FieldSet, KeyId, SecretKey};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use serde_json::{Map, Value};

use crate::report::{Check, Outcome};

/// The last check, which also runs if the run is limited or cancelled.
pub(crate) const NO_KEYS_REMAIN: &str = "no_keys_remain";

type Hook<A, T> = Arc<dyn Fn(A) -> BoxFuture<'static, T> + Send + Sync>;

/// Options for [`run`](crate::run). All are optional; checks that need a missing option are skipped.
#[derive(Clone)]
#[must_use = "options have no effect until they are passed to `run`"]
pub struct Options {
    pub(crate) owner: Option<String>,
    pub(crate) other_owner: Option<String>,
    pub(crate) name_prefix: String,
    pub(crate) scopes: [String; 2],
    pub(crate) create_extra: Map<String, Value>,
    pub(crate) update_extra: Map<String, Value>,
    pub(crate) unknown_id: Option<KeyId>,
    pub(crate) max_keys: u32,
    pub(crate) min_expiry: Option<Duration>,
    pub(crate) without: FieldSet,
    pub(crate) request_counter: Option<Arc<dyn Fn() -> u64 + Send + Sync>>,
    pub(crate) secret_is_live: Option<Hook<SecretKey, bool>>,
    pub(crate) settle: Option<Hook<(), ()>>,
    pub(crate) wait: Option<Hook<Duration, ()>>,
    pub(crate) cancel_on: Option<Shared<BoxFuture<'static, ()>>>,
    only: Option<Vec<&'static str>>,
    skip: Vec<(&'static str, String)>,
}

impl Options {
    /// Creates options without an owner, with the scopes `read` and `write` and at most ten concurrent keys.
    pub fn new() -> Self {
        // Unique per run, and short: some vendors limit names to 32 characters.
        let random = RandomState::new().hash_one(()) & 0xff_ffff;
        Self {
            owner: None,
            other_owner: None,
            name_prefix: format!("check-{random:06x}-"),
            scopes: ["read".to_owned(), "write".to_owned()],
            create_extra: Map::new(),
            update_extra: Map::new(),
            unknown_id: None,
            max_keys: 10,
            min_expiry: None,
            without: FieldSet::EMPTY,
            request_counter: None,
            secret_is_live: None,
            settle: None,
            wait: None,
            cancel_on: None,
            only: None,
            skip: Vec::new(),
        }
    }

    /// Sets the owner of the keys. Required if
    /// [`owner_required`](api_keys_core::Capabilities::owner_required) is set.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// Sets a second owner, for checks of listing by owner and of changing the owner.
    pub fn other_owner(mut self, owner: impl Into<String>) -> Self {
        self.other_owner = Some(owner.into());
        self
    }

    /// Sets the prefix of key names; by default `check-` and six random hexadecimal digits. It must be unique to this
    /// run, because all keys with the prefix are removed, and short, because up to 16 characters are appended.
    pub fn name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.name_prefix = prefix.into();
        self
    }

    /// Sets two different scopes that the credential may grant.
    pub fn scopes(mut self, one: impl Into<String>, other: impl Into<String>) -> Self {
        self.scopes = [one.into(), other.into()];
        self
    }

    /// Adds a vendor-specific field that `create` accepts.
    pub fn create_extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.create_extra.insert(name.into(), value.into());
        self
    }

    /// Adds a vendor-specific field that `update` accepts, with another value than in `create`.
    pub fn update_extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.update_extra.insert(name.into(), value.into());
        self
    }

    /// Sets a valid id without a key. If `delete` is supported, the run obtains one itself.
    pub fn unknown_id(mut self, id: KeyId) -> Self {
        self.unknown_id = Some(id);
        self
    }

    /// Sets the maximum number of concurrent keys; ten by default. The quota
    /// [`max_active`](api_keys_core::Capabilities::max_active) is checked only if it does not exceed this number.
    pub fn max_keys(mut self, keys: u32) -> Self {
        self.max_keys = keys;
        self
    }

    /// Sets the shortest lifetime that the vendor accepts, which is also its unit if it exceeds a second. Half of it
    /// must be rejected. By default one hour is assumed to be valid.
    pub fn min_expiry(mut self, lifetime: Duration) -> Self {
        self.min_expiry = Some(lifetime);
        self
    }

    /// Excludes fields that this server is configured not to accept.
    pub fn without(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.without = self.without.iter().chain(fields).collect();
        self
    }

    /// Sets a counter of the requests that have reached the server, to check that rejected calls send no request. The
    /// server must not have other clients during the run.
    pub fn request_counter(mut self, counter: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.request_counter = Some(Arc::new(counter));
        self
    }

    /// Sets a function that returns whether a secret authenticates with the vendor's service, to check revoke, delete
    /// and rotate. Without it, `verify` is used if supported; with both, they must agree.
    pub fn secret_is_live<F, Fut>(mut self, probe: F) -> Self
    where
        F: Fn(SecretKey) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = bool> + Send + 'static,
    {
        self.secret_is_live = Some(Arc::new(move |secret| probe(secret).boxed()));
        self
    }

    /// Sets a pause after every change, for vendors that are eventually consistent.
    pub fn settle<F, Fut>(mut self, pause: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.settle = Some(Arc::new(move |()| pause().boxed()));
        self
    }

    /// Sets a function that sleeps or advances the server's clock, to check that a key with the lifetime
    /// [`min_expiry`](Self::min_expiry), or one second, expires.
    pub fn wait<F, Fut>(mut self, sleep: F) -> Self
    where
        F: Fn(Duration) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.wait = Some(Arc::new(move |duration| sleep(duration).boxed()));
        self
    }

    /// Skips a check, with a reason for the report. An unknown name fails the run.
    pub fn skip(mut self, check: &'static str, reason: impl Into<String>) -> Self {
        self.skip.push((check, reason.into()));
        self
    }

    /// Limits the run to some checks, and to the removal of keys. Other checks are not in the report. An unknown name
    /// fails the run.
    pub fn only(mut self, checks: impl IntoIterator<Item = &'static str>) -> Self {
        self.only = Some(checks.into_iter().collect());
        self
    }

    /// Cancels the run when a future completes: the current check is dropped, the remaining ones are
    /// [`NotRun`](Outcome::NotRun), and keys are removed as usual. A key that is being created at this moment is found
    /// by its name, except in the check of blank names.
    pub fn cancel_on(mut self, cancelled: impl Future<Output = ()> + Send + 'static) -> Self {
        self.cancel_on = Some(cancelled.boxed().shared());
        self
    }

    pub(crate) fn includes(&self, check: &str) -> bool {
        check == NO_KEYS_REMAIN || self.only.as_ref().is_none_or(|only| only.contains(&check))
    }

    pub(crate) fn skipped(&self, check: &str) -> Option<&str> {
        self.skip.iter().find(|(name, _)| *name == check).map(|(_, reason)| reason.as_str())
    }

    /// Returns a failure for every unknown name in `only` and `skip`.
    pub(crate) fn unknown_checks(&self, known: &[&str]) -> Vec<Check> {
        let only = self.only.iter().flatten().map(|name| (*name, "only"));
        let skip = self.skip.iter().map(|(name, _)| (*name, "skip"));
        let unknown = only.chain(skip).filter(|(name, _)| !known.contains(name));
        let failed =
            |option| Outcome::Failed { reason: format!("unknown check in `Options::{option}`"), error: None };
        unknown.map(|(name, option)| Check { name, operation: None, outcome: failed(option) }).collect()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("owner", &self.owner)
            .field("other_owner", &self.other_owner)
            .field("name_prefix", &self.name_prefix)
            .field("scopes", &self.scopes)
            .field("unknown_id", &self.unknown_id)
            .field("max_keys", &self.max_keys)
            .field("min_expiry", &self.min_expiry)
            .field("without", &self.without)
            .field("only", &self.only)
            .field("skip", &self.skip)
            .finish_non_exhaustive()
    }
}
