//! Verification of keys.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys_core::defect::Defect;
use api_keys_core::{ApiKey, ApiKeyProvider, Result, SecretKey, Timestamp, Verification};

use crate::authenticated::Authenticated;
use crate::cache::{Cache, Entry, Outcome, remaining_lifetime};
use crate::changes::Changes;
use crate::credential::{Places, text};
use crate::digest::{Digest, Hasher};
use crate::fleet::Tier;
use crate::flights::Flights;
use crate::rate_limit::RateLimit;
use crate::rejection::Rejection;
use crate::telemetry;

/// The extra field with the number of remaining uses. A key that has it is verified for each request.
const REMAINING: &str = "remaining";

/// Verifies keys, with a cache.
pub(crate) struct Verifier {
    pub(crate) provider: Arc<dyn ApiKeyProvider>,
    pub(crate) places: Places,
    pub(crate) accepts: Box<dyn Fn(&str) -> bool + Send + Sync>,
    pub(crate) hasher: Hasher,
    pub(crate) changes: Arc<Changes>,
    pub(crate) cache: Cache,
    pub(crate) flights: Arc<Flights>,
    pub(crate) valid_for: Duration,
    pub(crate) invalid_for: Duration,
    pub(crate) stale_for: Option<Duration>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// The results and rate limits of all instances.
    pub(crate) tier: Option<Arc<Tier>>,
}

/// The result of [`Verifier::look_up`].
pub(crate) enum Lookup {
    Hit(Result<Authenticated, Rejection>),
    /// The provider or other instances must be called.
    Miss(SecretKey, Digest),
}

impl Verifier {
    /// Authenticates a request with this text if that is possible without waiting.
    pub(crate) fn look_up(&self, key: &[u8]) -> Lookup {
        let digest = self.hasher.digest(key);
        let entry = self.cache.get(&digest);
        match entry.filter(|entry| self.is_fresh(entry) && !self.has_shared_limit()) {
            Some(entry) => {
                telemetry::lookup("hit");
                Lookup::Hit(self.key(entry).and_then(|key| self.limit(key)))
            }
            // What is in the cache has been tested.
            None => match text(key).filter(|text| (self.accepts)(text)) {
                Some(text) => Lookup::Miss(SecretKey::new(text), digest),
                None => Lookup::Hit(Err(Rejection::Malformed)),
            },
        }
    }

    /// Returns whether a result can be used.
    fn is_fresh(&self, entry: &Entry) -> bool {
        self.changes.is_current(entry) && !entry.has_expired()
    }

    /// Authenticates a request with this secret.
    pub(crate) async fn verify(
        self: &Arc<Self>,
        secret: &SecretKey,
        digest: Digest,
    ) -> Result<Authenticated, Rejection> {
        if let Some(entry) = self.cache.get(&digest).filter(|entry| self.is_fresh(entry)) {
            telemetry::lookup("hit");
            return self.accept(entry).await;
        }
        let (verification, is_own) = self.flights.join(digest, || {
            let (verifier, secret) = (self.clone(), secret.clone());
            async move { verifier.request(digest, &secret).await }
        });
        match verification.await {
            Ok(entry) if is_own && (entry.is_invalid() || self.changes.is_current(&entry)) => {
                self.accept(entry).await
            }
            Ok(entry) if self.is_fresh(&entry) => self.accept(entry).await,
            // It started before a change, or counts only for the request that started it.
            Ok(_) => {
                let entry = self.request(digest, secret).await;
                self.accept(entry.map_err(|error| Rejection::Unavailable(Arc::new(error)))?).await
            }
            Err(error) => match self.stale(&digest) {
                Some(entry) => self.accept(entry).await,
                None => Err(Rejection::Unavailable(error)),
            },
        }
    }

    /// Requests a result from the other instances and the provider.
    async fn request(&self, digest: Digest, secret: &SecretKey) -> Result<Entry> {
        let changes = self.changes.count();
        let verification = self.call(secret);
        let (outcome, lifetime) = match &self.tier {
            Some(tier) => tier.get_or(secret, self.valid_for, verification).await?,
            None => verification.await?,
        };
        let changes = match Defect::CacheOfOldVerification.is_active() {
            true => self.changes.count(),
            false => changes,
        };
        let entry = Entry::new(outcome, changes, lifetime);
        if lifetime.is_zero() {
            self.cache.remove(&digest);
        } else {
            self.cache.insert(digest, entry.clone());
        }
        Ok(entry)
    }

    /// Calls the provider. Returns a result and the time for which it can be used from now on.
    async fn call(&self, secret: &SecretKey) -> Result<(Outcome, Duration)> {
        telemetry::lookup("miss");
        let start = Instant::now();
        let verification = self.provider.verify(secret);
        Ok(match telemetry::verification(self.provider.vendor(), verification).await? {
            Verification::Invalid(reason) => (Outcome::Invalid(reason), self.invalid_for),
            Verification::Valid(key) => {
                let counted = key.extra.get(REMAINING).is_some_and(|uses| !uses.is_null());
                let lifetime = match counted {
                    true => Duration::ZERO,
                    // The state may be that of the start.
                    false => remaining_lifetime(&key, self.valid_for.saturating_sub(start.elapsed())),
                };
                (Outcome::valid(key), lifetime)
            }
        })
    }

    /// Accepts a request with this result.
    async fn accept(&self, entry: Entry) -> Result<Authenticated, Rejection> {
        let key = self.key(entry)?;
        if let (Some(tier), Some(limit)) = (&self.tier, &self.rate_limit)
            && let Some(result) = tier.limit(&key.id, limit).await
        {
            return result.map(|()| Authenticated(key)).map_err(Rejection::RateLimited);
        }
        self.limit(key)
    }

    fn key(&self, entry: Entry) -> Result<Arc<ApiKey>, Rejection> {
        match entry.outcome {
            Outcome::Valid(key, _) => Ok(key),
            Outcome::Invalid(reason) => Err(Rejection::Invalid(reason)),
        }
    }

    fn has_shared_limit(&self) -> bool {
        self.tier.is_some() && self.rate_limit.is_some()
    }

    /// Counts a request in this process.
    fn limit(&self, key: Arc<ApiKey>) -> Result<Authenticated, Rejection> {
        if let Some(limit) = &self.rate_limit {
            limit.check(&key.id).map_err(Rejection::RateLimited)?;
        }
        Ok(Authenticated(key))
    }

    /// Returns a valid result from before the provider became unavailable.
    fn stale(&self, digest: &Digest) -> Option<Entry> {
        let stale_for = self.stale_for?;
        let entry = self.cache.get(digest)?;
        let is_valid = match &entry.outcome {
            Outcome::Valid(key, _) => !key.expiry.is_past(Timestamp::now()),
            Outcome::Invalid(_) => false,
        };
        (is_valid && self.changes.is_current(&entry) && !entry.has_expired_for(stale_for)).then_some(entry)
    }
}
