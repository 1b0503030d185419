//! Holding two readings of a key against each other.

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys_core::{ApiKey, ApiKeyProvider, KeyExpiry, KeyStatus, Timestamp};

use crate::context::Context;

/// Vendors cut times to the second.
const CUT: Duration = Duration::from_secs(1);

/// Whether the first reading tells what the second does not, or tells otherwise.
type Lost = fn(&ApiKey, &ApiKey) -> bool;

/// Everything that two readings of an unchanged key tell alike, under the names that reports use.
const PARTS: [(&str, Lost); 10] = [
    ("id", |one, two| one.id != two.id),
    ("name", |one, two| lost(&one.name, &two.name)),
    ("description", |one, two| lost(&one.description, &two.description)),
    ("status", |one, two| one.status != KeyStatus::Unknown && one.status != two.status),
    ("hint", |one, two| lost(&one.hint, &two.hint)),
    ("owner", |one, two| lost(&one.owner, &two.owner)),
    ("scopes", |one, two| lost(&scopes(one), &scopes(two))),
    ("expiry", |one, two| match (one.expiry, two.expiry) {
        (KeyExpiry::Unknown, _) => false,
        (KeyExpiry::At(one), KeyExpiry::At(two)) => apart(one, two) > CUT,
        (one, two) => one != two,
    }),
    ("created_at", |one, two| match (one.created_at, two.created_at) {
        (Some(one), Some(two)) => apart(one, two) > CUT,
        (one, _) => one.is_some(),
    }),
    ("metadata", |one, two| lost(&one.metadata, &two.metadata)),
];

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// What the first reading tells, and the second does not or tells otherwise, without these exceptions. What the
    /// first does not tell is no promise.
    pub(crate) fn lost(&self, one: &ApiKey, two: &ApiKey, except: &[&str]) -> Vec<String> {
        let judged = |part: &str| {
            !except.contains(&part) && (part != "created_at" || self.capabilities.created_at_reliable)
        };
        let parts = PARTS.iter().filter(|(part, lost)| judged(part) && lost(one, two));
        let mut parts: Vec<_> = parts.map(|(part, _)| (*part).to_owned()).collect();
        if judged("extra") {
            // Vendors have fields here that change by themselves, so only those count that the run sets.
            let (create, update) = (self.create_extra(), self.update_extra());
            let set =
                one.extra.iter().filter(|(name, _)| create.contains_key(*name) || update.contains_key(*name));
            let lost = set.filter(|(name, value)| two.extra.get(*name) != Some(value));
            parts.extend(lost.map(|(name, _)| format!("extra.{name}")));
        }
        parts
    }

    /// What the two readings do not tell alike.
    pub(crate) fn unlike(&self, one: &ApiKey, two: &ApiKey, except: &[&str]) -> Vec<String> {
        let mut parts = self.lost(one, two, except);
        let back = self.lost(two, one, except);
        parts.extend(back.into_iter().filter(|part| !parts.contains(part)).collect::<Vec<_>>());
        parts
    }
}

/// The scopes, in no order.
pub(crate) fn scopes(key: &ApiKey) -> Option<BTreeSet<&str>> {
    key.scopes.as_ref().map(|scopes| scopes.iter().map(String::as_str).collect())
}

pub(crate) fn apart(one: Timestamp, two: Timestamp) -> Duration {
    one.duration_since(two).unsigned_abs()
}

fn lost<T: PartialEq>(one: &Option<T>, two: &Option<T>) -> bool {
    one.is_some() && one != two
}
