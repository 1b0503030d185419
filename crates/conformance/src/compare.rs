//! Comparison of two snapshots of a key.

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys_core::{ApiKey, ApiKeyProvider, KeyExpiry, KeyStatus, Timestamp};

use crate::context::Context;
use crate::result::{CheckResult, ensure};

/// Vendors truncate times to the second.
const PRECISION: Duration = Duration::from_secs(1);

/// Returns whether the second snapshot lacks the value of the first or has another one.
type Differs = fn(&ApiKey, &ApiKey) -> bool;

/// The fields of a key, by the names in reports.
const FIELDS: [(&str, Differs); 10] = [
    ("id", |one, two| one.id != two.id),
    ("name", |one, two| differs(&one.name, &two.name)),
    ("description", |one, two| differs(&one.description, &two.description)),
    ("status", |one, two| one.status != KeyStatus::Unknown && one.status != two.status),
    ("hint", |one, two| differs(&one.hint, &two.hint)),
    ("owner", |one, two| differs(&one.owner, &two.owner)),
    ("scopes", |one, two| differs(&scopes(one), &scopes(two))),
    ("expiry", |one, two| match (one.expiry, two.expiry) {
        (KeyExpiry::Unknown, _) => false,
        (KeyExpiry::At(one), KeyExpiry::At(two)) => distance(one, two) > PRECISION,
        (one, two) => one != two,
    }),
    ("created_at", |one, two| match (one.created_at, two.created_at) {
        (Some(one), Some(two)) => distance(one, two) > PRECISION,
        (one, _) => one.is_some(),
    }),
    ("metadata", |one, two| differs(&one.metadata, &two.metadata)),
];

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Returns the fields of the first snapshot that the second one lacks or reports differently.
    pub(crate) fn missing(&self, one: &ApiKey, two: &ApiKey, except: &[&str]) -> Vec<String> {
        let compared = |field: &str| {
            !except.contains(&field) && (field != "created_at" || self.capabilities.created_at_reliable)
        };
        let fields = FIELDS.iter().filter(|(field, differs)| compared(field) && differs(one, two));
        let mut fields: Vec<_> = fields.map(|(field, _)| (*field).to_owned()).collect();
        if compared("extra") {
            // Some extra fields change by themselves, so only those that the run sets are compared.
            let (create, update) = (self.create_extra(), self.update_extra());
            let set =
                one.extra.iter().filter(|(name, _)| create.contains_key(*name) || update.contains_key(*name));
            let missing = set.filter(|(name, value)| two.extra.get(name) != Some(value));
            fields.extend(missing.map(|(name, _)| format!("extra.{name}")));
        }
        fields
    }

    /// Checks that the second snapshot has every field of the first one.
    pub(crate) fn expect_included(&self, one: &ApiKey, two: &ApiKey, failure: &str) -> CheckResult {
        let missing = self.missing(one, two, &[]);
        ensure!(missing.is_empty(), "{failure}: {}", missing.join(", "));
        Ok(())
    }

    /// Checks that two snapshots have the same fields.
    pub(crate) fn expect_equal(
        &self,
        one: &ApiKey,
        two: &ApiKey,
        except: &[&str],
        failure: &str,
    ) -> CheckResult {
        let mut fields: BTreeSet<_> = self.missing(one, two, except).into_iter().collect();
        fields.extend(self.missing(two, one, except));
        ensure!(fields.is_empty(), "{failure}: {}", Vec::from_iter(fields).join(", "));
        Ok(())
    }
}

/// Returns the scopes without their order.
pub(crate) fn scopes(key: &ApiKey) -> Option<BTreeSet<&str>> {
    key.scopes.as_ref().map(|scopes| scopes.iter().map(String::as_str).collect())
}

pub(crate) fn distance(one: Timestamp, two: Timestamp) -> Duration {
    one.duration_since(two).unsigned_abs()
}

fn differs<T: PartialEq>(one: &Option<T>, two: &Option<T>) -> bool {
    one.is_some() && one != two
}
