//! Authentication of requests.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{ApiKeyProvider, Error, Operation, Result, SecretKey};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Uri};

use crate::authenticated::Authenticated;
use crate::cache::cache;
use crate::changes::Changes;
use crate::credential::Places;
use crate::digest::{Digest, Hasher};
use crate::fleet::Fleet;
use crate::invalidating::Invalidating;
use crate::rate_limit::RateLimit;
use crate::rejection::Rejection;
use crate::telemetry;
use crate::verifier::{Lookup, Verifier};

/// Authenticates requests with the keys of a provider.
///
/// Results are cached: by default 30 seconds for valid keys and 5 seconds for invalid ones, and never beyond the
/// expiration of a key. A key that is revoked elsewhere is therefore accepted for up to 30 seconds; one that is changed
/// through [`provider`](Self::provider) is verified again at once. Errors of the provider are not cached, and requests
/// with the same key wait for one verification. A key with a number of remaining uses is not cached.
///
/// The cache is bounded and does not contain secrets: entries are found by a message authentication
/// code under a random key of this process.
#[derive(Clone)]
pub struct Authenticator(Arc<Verifier>);

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
            fleet: None,
        }
    }

    /// Returns a provider for changes to keys, after which the changed keys are verified again.
    pub fn provider(&self) -> Arc<dyn ApiKeyProvider> {
        let inner = &*self.0;
        Arc::new(Invalidating::new(inner.provider.clone(), inner.changes.clone(), inner.tier.clone()))
    }

    /// Authenticates a request.
    ///
    /// # Errors
    /// Returns the reason why the request must be rejected.
    pub async fn authenticate(&self, parts: &Parts) -> Result<Authenticated, Rejection> {
        match self.look_up(&parts.headers, &parts.uri) {
            Lookup::Hit(result) => result,
            Lookup::Miss(secret, digest) => self.resolve(&secret, digest).await,
        }
    }

    /// Authenticates a request if that is possible without waiting.
    pub(crate) fn look_up(&self, headers: &HeaderMap, uri: &Uri) -> Lookup {
        let inner = &*self.0;
        let lookup = match inner.places.find(headers, uri) {
            Ok(key) => inner.look_up(&key),
            Err(rejection) => Lookup::Hit(Err(rejection)),
        };
        if let Lookup::Hit(result) = &lookup {
            telemetry::request(result);
        }
        lookup
    }

    /// Authenticates a request that [`look_up`](Self::look_up) did not.
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

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("provider", &self.0.provider)
            .field("places", &self.0.places)
            .field("cached", &self.0.cache.len())
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
    fleet: Option<Fleet>,
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
    /// rejected without a call to the provider.
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

    /// Limits the requests of each key, in this process or, with a fleet, in all instances. Up to `requests` are accepted
    /// at once, and then one in each `requests`th of the duration. By default there is no limit.
    pub fn rate_limit(mut self, requests: NonZeroU32, per: Duration) -> Self {
        self.rate_limit = Some((requests, per));
        self
    }

    /// Shares results, changes and rate limits with other instances of the service. [`build`](Self::build) must then be
    /// called within a Tokio runtime, and does not fail if Redis is unavailable.
    #[cfg(feature = "redis")]
    pub fn fleet(mut self, fleet: Fleet) -> Self {
        self.fleet = Some(fleet);
        self
    }

    /// Builds the authenticator.
    ///
    /// # Errors
    /// [`Unsupported`](api_keys_core::ErrorKind::Unsupported) if the provider cannot verify keys, and
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) if requests cannot contain a key, the rate limit is
    /// invalid, the fleet is invalid or outside a Tokio runtime, or the operating system has no random bytes.
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
        let hasher = Hasher::random().ok_or_else(|| invalid("the operating system has no random bytes"))?;
        let changes = Arc::new(Changes::new());
        let tier = self.fleet.map(|fleet| fleet.start(vendor, changes.clone()).map(Arc::new)).transpose()?;
        Ok(Authenticator(Arc::new(Verifier {
            provider: self.provider,
            places: self.places,
            accepts: self.accepts,
            hasher,
            changes,
            cache: cache(self.capacity),
            flights: Arc::default(),
            valid_for: self.valid_for,
            invalid_for: self.invalid_for,
            stale_for: self.stale_for,
            rate_limit,
            tier,
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
