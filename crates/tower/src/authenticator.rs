//! Authentication of requests.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys_core::{ApiKeyProvider, Error, Operation, Result, SecretKey, Timestamp, Verification};
use futures_util::FutureExt as _;
use http::HeaderName;
use http::request::Parts;

use crate::authenticated::Authenticated;
use crate::cache::{Cache, Changes, Digest, Entry, Hasher, Outcome, cache};
use crate::credential::Places;
use crate::invalidating::Invalidating;
use crate::rate_limit::RateLimit;
use crate::rejection::Rejection;
use crate::telemetry;

/// The extra field with the number of remaining uses. A key that has it is verified for each request.
const REMAINING: &str = "remaining";

/// Authenticates requests with the keys of a provider.
///
/// Results are cached: by default 30 seconds for valid keys and 5 seconds for invalid ones, and never beyond the
/// expiration of a key. A key that is revoked elsewhere is therefore accepted for up to 30 seconds; one that is changed
/// through [`provider`](Self::provider) is verified again at once. Errors of the provider are not cached, and requests
/// with the same key wait for one verification. A key with a number of remaining uses is not cached.
///
/// The cache is bounded and does not contain secrets: entries are found by an HMAC under a random key of this process.
#[derive(Clone)]
pub struct Authenticator(Arc<Inner>);

struct Inner {
    provider: Arc<dyn ApiKeyProvider>,
    places: Places,
    accepts: Box<dyn Fn(&str) -> bool + Send + Sync>,
    hasher: Hasher,
    changes: Arc<Changes>,
    fresh: Cache,
    /// Valid results, for use while the provider is unavailable.
    stale: Option<(Cache, Duration)>,
    valid_for: Duration,
    invalid_for: Duration,
    rate_limit: Option<RateLimit>,
}

impl Authenticator {
    /// Creates an authenticator with defaults.
    ///
    /// # Errors
    /// See [`AuthenticatorBuilder::build`].
    pub fn new(provider: Arc<dyn ApiKeyProvider>) -> Result<Self> {
        Self::builder(provider).build()
    }

    /// Creates a builder.
    pub fn builder(provider: Arc<dyn ApiKeyProvider>) -> AuthenticatorBuilder {
        AuthenticatorBuilder {
            provider,
            places: Places::default(),
            accepts: Box::new(|_| true),
            capacity: 10_000,
            valid_for: Duration::from_secs(30),
            invalid_for: Duration::from_secs(5),
            stale_for: None,
            rate_limit: None,
        }
    }

    /// Returns a provider for changes to keys, after which the changed keys are verified again.
    pub fn provider(&self) -> Arc<dyn ApiKeyProvider> {
        Arc::new(Invalidating::new(self.0.provider.clone(), self.0.changes.clone()))
    }

    /// Authenticates a request.
    ///
    /// # Errors
    /// Returns the reason why the request must be rejected.
    pub async fn authenticate(&self, parts: &Parts) -> Result<Authenticated, Rejection> {
        match self.look_up(parts) {
            Lookup::Hit(result) => result,
            Lookup::Miss(secret, digest) => self.resolve(&secret, digest).await,
        }
    }

    /// Authenticates a request as far as possible without waiting.
    pub(crate) fn look_up(&self, parts: &Parts) -> Lookup {
        let inner = &*self.0;
        let secret = inner.places.find(parts);
        let secret = secret.and_then(|secret| match (inner.accepts)(&secret) {
            true => Ok(secret),
            false => Err(Rejection::Malformed),
        });
        let result = match secret {
            Err(rejection) => Err(rejection),
            Ok(secret) => {
                let digest = inner.hasher.digest(&secret);
                // Completes at once unless the cache is being maintained.
                let entry = inner.fresh.get(&digest).now_or_never().flatten();
                let Some(entry) = entry.filter(|entry| inner.changes.is_valid(entry)) else {
                    return Lookup::Miss(SecretKey::new(secret), digest);
                };
                telemetry::lookup(true);
                inner.accept(entry)
            }
        };
        telemetry::request(&result);
        Lookup::Hit(result)
    }

    /// Verifies the secret of a request that was not in the cache.
    pub(crate) async fn resolve(
        &self,
        secret: &SecretKey,
        digest: Digest,
    ) -> Result<Authenticated, Rejection> {
        let result = self.0.verify(secret, digest).await;
        telemetry::request(&result);
        result
    }

    /// Verifies a secret.
    ///
    /// # Errors
    /// Returns the reason why the secret must be rejected.
    pub async fn verify(&self, secret: &SecretKey) -> Result<Authenticated, Rejection> {
        if !(self.0.accepts)(secret.expose()) {
            return Err(Rejection::Malformed);
        }
        self.0.verify(secret, self.0.hasher.digest(secret.expose())).await
    }
}

/// The result of [`Authenticator::look_up`].
pub(crate) enum Lookup {
    Hit(Result<Authenticated, Rejection>),
    /// The secret must be verified.
    Miss(SecretKey, Digest),
}

impl Inner {
    async fn verify(&self, secret: &SecretKey, digest: Digest) -> Result<Authenticated, Rejection> {
        if let Some(entry) = self.fresh.get(&digest).await {
            if self.changes.is_valid(&entry) {
                return self.accept(entry);
            }
            // Waiting requests verify it once.
            self.fresh.invalidate(&digest).await;
        }
        match self.fresh.try_get_with(digest, self.request(digest, secret)).await {
            // Another request's verification may have started before the last change.
            Ok(entry) if self.changes.is_valid(&entry) => self.accept(entry),
            Ok(_) => {
                let entry = self.request(digest, secret).await;
                self.accept(entry.map_err(|error| Rejection::Unavailable(Arc::new(error)))?)
            }
            Err(error) => match self.stale(&digest).await {
                Some(entry) => self.accept(entry),
                None => Err(Rejection::Unavailable(error)),
            },
        }
    }

    async fn request(&self, digest: Digest, secret: &SecretKey) -> Result<Entry> {
        telemetry::lookup(false);
        let changes = self.changes.count();
        let start = Instant::now();
        let verification = self.provider.verify(secret).await;
        telemetry::verification(start.elapsed());
        let entry = match verification? {
            Verification::Invalid(reason) => {
                let outcome = Outcome::Invalid(reason);
                Entry { outcome, changes, lifetime: self.invalid_for }
            }
            Verification::Valid(key) => {
                let counted = key.extra.get(REMAINING).is_some_and(|uses| !uses.is_null());
                let rest = key.expiry.at().map(|end| end.duration_since(Timestamp::now()));
                let rest = rest.map(|rest| Duration::try_from(rest).unwrap_or_default());
                let lifetime = match counted {
                    true => Duration::ZERO,
                    false => rest.map_or(self.valid_for, |rest| rest.min(self.valid_for)),
                };
                Entry { outcome: Outcome::Valid(Arc::from(key)), changes, lifetime }
            }
        };
        if let Some((cache, stale_for)) = &self.stale {
            match entry.outcome {
                Outcome::Valid(_) if !entry.lifetime.is_zero() => {
                    let lifetime = entry.lifetime + *stale_for;
                    cache.insert(digest, Entry { lifetime, ..entry.clone() }).await;
                }
                _ => cache.invalidate(&digest).await,
            }
        }
        Ok(entry)
    }

    /// Accepts a request with this result.
    fn accept(&self, entry: Entry) -> Result<Authenticated, Rejection> {
        let key = match entry.outcome {
            Outcome::Valid(key) => key,
            Outcome::Invalid(reason) => return Err(Rejection::Invalid(reason)),
        };
        if let Some(limit) = &self.rate_limit {
            limit.check(&key.id).map_err(Rejection::RateLimited)?;
        }
        Ok(Authenticated(key))
    }

    /// Returns a valid result from before the provider became unavailable.
    async fn stale(&self, digest: &Digest) -> Option<Entry> {
        let (cache, _) = self.stale.as_ref()?;
        let entry = cache.get(digest).await.filter(|entry| self.changes.is_valid(entry))?;
        let expired = match &entry.outcome {
            Outcome::Valid(key) => key.expiry.is_past(Timestamp::now()),
            Outcome::Invalid(_) => true,
        };
        (!expired).then_some(entry)
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("provider", &self.0.provider)
            .field("places", &self.0.places)
            .field("cached", &self.0.fresh.entry_count())
            .finish_non_exhaustive()
    }
}

/// A builder for [`Authenticator`].
#[must_use = "call `build`"]
pub struct AuthenticatorBuilder {
    provider: Arc<dyn ApiKeyProvider>,
    places: Places,
    accepts: Box<dyn Fn(&str) -> bool + Send + Sync>,
    capacity: u64,
    valid_for: Duration,
    invalid_for: Duration,
    stale_for: Option<Duration>,
    rate_limit: Option<(NonZeroU32, Duration)>,
}

impl AuthenticatorBuilder {
    /// Sets whether keys are read from `Authorization: Bearer`. On by default.
    pub fn bearer(mut self, read: bool) -> Self {
        self.places.bearer = read;
        self
    }

    /// Sets the headers that contain a key. The default is `X-API-Key`.
    pub fn headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.places.headers = names.into_iter().collect();
        self
    }

    /// Also reads keys from a parameter of the query. Off by default: URLs are written to logs and histories.
    pub fn query_parameter(mut self, name: impl Into<String>) -> Self {
        self.places.query = Some(name.into());
        self
    }

    /// Sets a test that every key passes, such as `SecretFormat::matches` of `api-keys-sql`. A text that fails it is
    /// rejected without a lookup.
    pub fn accepts(mut self, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.accepts = Box::new(test);
        self
    }

    /// Sets the maximum number of cached results. The default is 10,000.
    pub fn capacity(mut self, results: u64) -> Self {
        self.capacity = results;
        self
    }

    /// Sets the time for which a valid result is used, which is the time for which a key that was revoked elsewhere is
    /// still accepted. The default is 30 seconds; zero turns the cache off.
    pub fn valid_for(mut self, lifetime: Duration) -> Self {
        self.valid_for = lifetime;
        self
    }

    /// Sets the time for which an invalid result is used. The default is 5 seconds.
    pub fn invalid_for(mut self, lifetime: Duration) -> Self {
        self.invalid_for = lifetime;
        self
    }

    /// Uses a valid result for a further time while the provider is unavailable. By default such requests are rejected.
    pub fn stale_for(mut self, lifetime: Duration) -> Self {
        self.stale_for = Some(lifetime);
        self
    }

    /// Limits the requests of each key in this process. Up to `requests` are accepted at once, and then one in each
    /// `requests`th of the duration. By default there is no limit.
    pub fn rate_limit(mut self, requests: NonZeroU32, per: Duration) -> Self {
        self.rate_limit = Some((requests, per));
        self
    }

    /// Builds the authenticator.
    ///
    /// # Errors
    /// [`Unsupported`](api_keys_core::ErrorKind::Unsupported) if the provider cannot verify keys, and
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) if requests cannot contain a key, the rate limit is
    /// invalid, or the operating system has no random bytes.
    pub fn build(self) -> Result<Authenticator> {
        let vendor = self.provider.vendor();
        self.provider.capabilities().validate(vendor, Operation::Verify)?;
        let invalid = |message: &str| Error::configuration(vendor, message);
        if !self.places.bearer && self.places.headers.is_empty() && self.places.query.is_none() {
            return Err(invalid("no place of a request can contain a key"));
        }
        let limit =
            |(requests, per)| RateLimit::new(requests, per).ok_or_else(|| invalid("invalid rate limit"));
        let rate_limit = self.rate_limit.map(limit).transpose()?;
        let hasher = Hasher::new().ok_or_else(|| invalid("the operating system has no random bytes"))?;
        Ok(Authenticator(Arc::new(Inner {
            provider: self.provider,
            places: self.places,
            accepts: self.accepts,
            hasher,
            changes: Arc::new(Changes::new()),
            fresh: cache(self.capacity),
            stale: self.stale_for.map(|lifetime| (cache(self.capacity), lifetime)),
            valid_for: self.valid_for,
            invalid_for: self.invalid_for,
            rate_limit,
        })))
    }
}

impl fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorBuilder")
            .field("provider", &self.provider)
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}
