//! What a run needs to know about the provider at hand.

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{Field, FieldSet, KeyId, SecretKey};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::{Check, Outcome};

type Hook<A, T> = Arc<dyn Fn(A) -> BoxFuture<'static, T> + Send + Sync>;

/// What [`run`](crate::run) needs to know about the provider at hand, beyond its capabilities. Everything is optional;
/// what is missing skips the checks that need it.
#[derive(Clone)]
#[must_use = "options do nothing until they are given to `run`"]
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
    skip: Vec<(&'static str, String)>,
}

impl Options {
    /// Nothing special: no owner, scopes `read` and `write`, at most ten keys at a time.
    pub fn new() -> Self {
        // Different in every run, and short: some vendors take names of no more than 32 characters.
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
            skip: Vec::new(),
        }
    }

    /// Whose the keys are. Needed where
    /// [`owner_required`](api_keys_core::Capabilities::owner_required) says so.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// A second owner, to hold listing by owner and the change of an owner against.
    pub fn other_owner(mut self, owner: impl Into<String>) -> Self {
        self.other_owner = Some(owner.into());
        self
    }

    /// What the names of the run's keys begin with; by default `check-` and six random hexadecimal digits. Must be
    /// unique to this run, since every key of such a name is removed at its end, and short, since what follows needs
    /// up to 16 characters.
    pub fn name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.name_prefix = prefix.into();
        self
    }

    /// Two scopes, different ones, that the vendor knows and that this credential may grant.
    pub fn scopes(mut self, one: impl Into<String>, other: impl Into<String>) -> Self {
        self.scopes = [one.into(), other.into()];
        self
    }

    /// A vendor-specific field and a value of it that `create` takes.
    pub fn create_extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.create_extra.insert(name.into(), value.into());
        self
    }

    /// A vendor-specific field and a value of it that `update` takes; not the value that a key is created with.
    pub fn update_extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.update_extra.insert(name.into(), value.into());
        self
    }

    /// An id of the vendor's form that no key has. Where keys can be deleted, the run makes one itself.
    pub fn unknown_id(mut self, id: KeyId) -> Self {
        self.unknown_id = Some(id);
        self
    }

    /// How many keys the run may hold at a time, ten unless said; fewer where
    /// [`max_active`](api_keys_core::Capabilities::max_active) allows fewer. That quota is checked only if the run may
    /// use it up.
    pub fn max_keys(mut self, keys: u32) -> Self {
        self.max_keys = keys;
        self
    }

    /// The shortest life of a key that the vendor takes, and the unit in which it counts if that is longer than a
    /// second. Half of it is checked to be refused. Unless said, an hour is taken to be possible.
    pub fn min_expiry(mut self, span: Duration) -> Self {
        self.min_expiry = Some(span);
        self
    }

    /// Leaves these fields out, where the server at hand is set up not to take what the vendor does in general.
    pub fn without(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.without = self.without.iter().chain(fields).collect();
        self
    }

    /// Tells how many requests have reached the server by now. Then a refusal is checked to have sent nothing, rather
    /// than to say so. Nobody else may use the server during the run.
    pub fn request_counter(mut self, counter: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.request_counter = Some(Arc::new(counter));
        self
    }

    /// Asks the vendor's own service whether a secret authenticates: the proof of revoke, delete and rotate. Without
    /// it, `verify` is asked where there is one; with both, they must agree.
    pub fn secret_is_live<F, Fut>(mut self, probe: F) -> Self
    where
        F: Fn(SecretKey) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = bool> + Send + 'static,
    {
        self.secret_is_live = Some(Arc::new(move |secret| probe(secret).boxed()));
        self
    }

    /// Awaited after every change, for vendors that need a while until all their servers know of it.
    pub fn settle<F, Fut>(mut self, pause: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.settle = Some(Arc::new(move |()| pause().boxed()));
        self
    }

    /// Lets this much of the vendor's time pass, so that a key of [`min_expiry`](Self::min_expiry), or of a second,
    /// can be seen to expire: sleeps, or moves the clock of a server that is made for tests.
    pub fn wait<F, Fut>(mut self, sleep: F) -> Self
    where
        F: Fn(Duration) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.wait = Some(Arc::new(move |span| sleep(span).boxed()));
        self
    }

    /// Leaves out a check by its name: a known fault, with its reason for the report. A name that no check has fails
    /// the run.
    pub fn skip(mut self, check: &'static str, why: impl Into<String>) -> Self {
        self.skip.push((check, why.into()));
        self
    }

    pub(crate) fn skipped(&self, check: &str) -> Option<&str> {
        self.skip.iter().find(|(name, _)| *name == check).map(|(_, why)| why.as_str())
    }

    /// A failure for every name to skip that no check has.
    pub(crate) fn misspelt(&self, checks: &[Check]) -> Vec<Check> {
        let unknown = |name: &str| checks.iter().all(|check| check.name != name);
        let names = self.skip.iter().map(|(name, _)| *name).filter(|name| unknown(name));
        let why = || "it was to be skipped, but there is no such check".to_owned();
        names.map(|name| Check { name, outcome: Outcome::Failed { why: why(), error: None } }).collect()
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
            .field("skip", &self.skip)
            .finish_non_exhaustive()
    }
}
