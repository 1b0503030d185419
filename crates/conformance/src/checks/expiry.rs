//! Expiration.

use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, ErrorKind, Expiry, Field, KeyExpiry, KeyStatus,
    Operation, Timestamp,
};

use crate::compare::distance;
use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

/// Tolerance for clock skew and latency.
pub(super) const TOLERANCE: Duration = Duration::from_secs(60);

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn create_applies_a_lifetime(&self) -> CheckResult {
        self.expect_expiry(Expiry::In(self.lifetime()), Duration::ZERO).await
    }

    pub(super) async fn create_applies_an_expiration_time(&self) -> CheckResult {
        // The remaining lifetime is slightly shorter, and vendors may round it down.
        let precision = self.options.min_expiry.unwrap_or_default();
        self.expect_expiry(
            Expiry::At(Timestamp::now().checked_add(self.lifetime()).unwrap_or(Timestamp::MAX)),
            precision,
        )
        .await
    }

    pub(super) async fn create_rounds_a_lifetime_down(&self) -> CheckResult {
        self.expect_expiry(Expiry::In(self.lifetime() + self.unit() / 2), self.unit()).await
    }

    /// Checks that a key does not expire later than requested, or earlier by more than the precision.
    async fn expect_expiry(&self, requested: Expiry, precision: Duration) -> CheckResult {
        self.require_field(Operation::Create, Field::Expiry)?;
        let issued = self.create(self.new_key().expiry(requested)).await?;
        let keys = self.with_reading(issued).await?;
        let expected = match requested {
            Expiry::At(time) => time,
            // Both times are the vendor's.
            _ => after(self.creation_time(&keys[1]), requested.lifetime(Timestamp::MIN).unwrap_or_default()),
        };
        expect_expires_at(expected, precision, &keys)
    }

    /// Returns the creation time, or the current time if it is unknown.
    pub(super) fn creation_time(&self, key: &ApiKey) -> Timestamp {
        key.created_at.filter(|_| self.capabilities.created_at_reliable).unwrap_or_else(Timestamp::now)
    }

    pub(super) async fn create_applies_or_rejects_no_expiration(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Expiry)?;
        let what = "a key without an expiration";
        match self.try_create(self.new_key().expiry(Expiry::Never)).await {
            Ok(issued) => {
                let keys = self.with_reading(issued).await?;
                ensure!(keys.iter().all(|key| key.expiry.at().is_none()), "the key has an expiration");
                let reported = keys.iter().any(|key| key.expiry == KeyExpiry::Never);
                ensure!(reported, "the expiration is not reported as never");
                Ok(())
            }
            rejected => {
                let error =
                    self.expect_error(what, Operation::Create, ErrorKind::UnsupportedField, rejected)?;
                ensure!(error.attempts() == 0, "{what} was rejected after a request");
                Ok(())
            }
        }
    }

    pub(super) async fn create_applies_the_default_expiration(&self) -> CheckResult {
        let issued = self.create(self.new_key().expiry(Expiry::VendorDefault)).await?;
        for key in self.with_reading(issued).await? {
            ensure!(!key.status.is_inactive(), "the status of a new key is {}", key.status);
            let expired = key.expiry.is_past(self.creation_time(&key));
            ensure!(!expired, "a new key is expired");
        }
        Ok(())
    }

    pub(super) async fn create_rejects_a_lifetime_below_minimum(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Expiry)?;
        let Some(minimum) = self.options.min_expiry else {
            return Err(CheckError::skipped("needs `Options::min_expiry`"));
        };
        let result = self.try_create(self.new_key().expires_in(minimum / 2)).await;
        self.expect_error("half of the minimum lifetime", Operation::Create, ErrorKind::InvalidInput, result)
            .map(|_| ())
    }

    pub(super) async fn create_with_past_expiration_is_not_active(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Expiry)?;
        let what = "a create with a past expiration";
        match self.try_create(self.new_key().expiry(Expiry::At(Timestamp::UNIX_EPOCH))).await {
            Ok(issued) => {
                ensure!(issued.key.status != KeyStatus::Active, "{what} returns an active key");
                match self.authenticates(&issued.secret).await {
                    Ok(valid) => ensure!(!valid, "{what} returns a secret that authenticates"),
                    Err(CheckError::Skipped { .. }) => {}
                    Err(error) => return Err(error),
                }
                Ok(())
            }
            rejected => {
                self.expect_error(what, Operation::Create, ErrorKind::InvalidInput, rejected).map(|_| ())
            }
        }
    }

    pub(super) async fn expired_key_does_not_authenticate(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Expiry)?;
        let Some(wait) = &self.options.wait else { return Err(CheckError::skipped("needs `Options::wait`")) };
        let lifetime = self.options.min_expiry.unwrap_or(Duration::from_secs(1));
        let issued = self.create(self.new_key().expires_in(lifetime)).await?;
        wait(lifetime + Duration::from_millis(100)).await;

        if self.provider.supports(Operation::Get) {
            // Some vendors remove expired keys.
            if let Some(key) = self.provider.find(&issued.key.id).await? {
                ensure!(key.status != KeyStatus::Active, "the status of an expired key is {}", key.status);
            }
        }
        if self.provider.supports(Operation::List) {
            let listed = self.list(self.query()).await?;
            ensure!(listed.iter().all(|key| key.id != issued.key.id), "an expired key is listed");
        }
        ensure!(!self.authenticates(&issued.secret).await?, "the secret of an expired key authenticates");
        Ok(())
    }
}

/// Checks the expiration of every snapshot; at least one must report it.
pub(super) fn expect_expires_at(expected: Timestamp, precision: Duration, keys: &[ApiKey]) -> CheckResult {
    for key in keys {
        let Some(expiry) = key.expiry.at() else {
            ensure!(key.expiry == KeyExpiry::Unknown, "the key does not expire");
            continue;
        };
        let difference = distance(expiry, expected);
        ensure!(expiry <= expected || difference <= TOLERANCE, "the key expires {difference:?} late");
        let allowed = precision + TOLERANCE;
        ensure!(expiry >= expected || difference <= allowed, "the key expires {difference:?} early");
    }
    ensure!(keys.iter().any(|key| key.expiry.at().is_some()), "the expiration is not reported");
    Ok(())
}

pub(super) fn after(time: Timestamp, lifetime: Duration) -> Timestamp {
    time.checked_add(lifetime).unwrap_or(Timestamp::MAX)
}
