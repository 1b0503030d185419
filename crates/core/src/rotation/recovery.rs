//! Successors whose creation was interrupted.

use std::collections::HashSet;
use std::pin::pin;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use super::Rotation;
use super::plan::conflict;
use super::successor::{base_name, differences};
use crate::capabilities::field::Field;
use crate::capabilities::operation::Operation;
use crate::error::kind::ErrorKind;
use crate::error::{Error, Result};
use crate::ext::{ApiKeyProviderExt as _, CLOCK_SKEW};
use crate::provider::contract::ApiKeyProvider;
use crate::types::key::{ApiKey, KeyId};
use crate::types::listing::ListQuery;

/// Returns whether two keys have the same name, except for the number of a successor.
pub(super) fn same_name(one: &ApiKey, other: &ApiKey) -> bool {
    match (&one.name, &other.name) {
        (Some(one), Some(other)) => base_name(one) == base_name(other),
        // Named after its id.
        (Some(one), None) => base_name(one) == other.id.as_str(),
        _ => false,
    }
}

impl Rotation {
    /// Lists the keys among which are the old key and its successors, and returns whether the listing is complete.
    pub(super) async fn siblings<P: ApiKeyProvider + ?Sized>(
        &self,
        provider: &P,
    ) -> Result<(Vec<ApiKey>, bool)> {
        let capabilities = provider.capabilities();
        let mut query = ListQuery::new();
        query.include_inactive = capabilities.list_fields.contains(Field::IncludeInactive);
        let owned = self.key.owner.as_ref().filter(|_| capabilities.list_fields.contains(Field::Owner));
        let owned = owned.map(|owner| query.clone().owner(owner));
        let queries = match (capabilities.owner_required, owned) {
            (true, Some(owned)) => vec![owned],
            // The owner that a vendor reports need not be one by which it lists.
            (_, owned) => [Some(query), owned].into_iter().flatten().collect(),
        };
        let (mut keys, mut seen, mut complete) = (Vec::new(), HashSet::new(), true);
        for (index, query) in queries.into_iter().enumerate() {
            let mut listed = 0_u64;
            let mut stream = pin!(provider.keys(query));
            loop {
                match stream.try_next().await {
                    Ok(Some(key)) => {
                        listed += 1;
                        if seen.insert(key.id.clone()) {
                            keys.push(key);
                        }
                    }
                    Ok(None) => break,
                    Err(error) if index > 0 && is_rejected(&error) => break,
                    Err(error) => return Err(error),
                }
            }
            complete &= capabilities.list_ceiling.is_none_or(|ceiling| listed < u64::from(ceiling));
            if seen.contains(&self.key.id) {
                break;
            }
        }
        Ok((keys, complete))
    }

    /// Returns the key that an interrupted call created: active, never used, not known, and with the fields of the old
    /// key.
    ///
    /// # Errors
    /// [`Conflict`](ErrorKind::Conflict) if there are several, [`LimitReached`](ErrorKind::LimitReached) if there is none
    /// and the vendor does not list all keys.
    pub(super) async fn orphan<P: ApiKeyProvider + ?Sized>(&self, provider: &P) -> Result<Option<ApiKey>> {
        let capabilities = provider.capabilities();
        let ours = |key: &ApiKey| {
            same_name(key, &self.key)
                && !key.status.is_inactive()
                && key.last_used_at.is_none()
                && !self.is_known(&key.id)
                && differences(&capabilities, &self.options, &self.key, key).is_empty()
        };
        let (keys, complete) = self.siblings(provider).await?;
        // Keys that were not listed when the rotation was planned are not known.
        let since = self.planned_at.checked_sub(CLOCK_SKEW).unwrap_or(Timestamp::MIN);
        let recent = |key: &ApiKey| complete || key.created_at.is_none_or(|created| created >= since);
        let mut found: Vec<_> = keys.into_iter().filter(ours).filter(recent).collect();
        if found.len() > 1 {
            let ids: Vec<_> = found.iter().map(|key| key.id.as_str()).collect();
            let message = format!("several keys may be the interrupted successor: {}", ids.join(", "));
            return Err(conflict(provider.vendor(), message));
        }
        if found.is_empty() && !complete {
            let message = "the vendor does not list all keys: an interrupted successor cannot be found";
            return Err(Error::new(ErrorKind::LimitReached, provider.vendor(), Operation::Rotate)
                .with_message(message));
        }
        Ok(found.pop())
    }

    fn is_known(&self, id: &KeyId) -> bool {
        self.known.contains(id)
            || self.superseded.contains(id)
            || self.new_id() == Some(id)
            || self.key.id == *id
    }
}

/// Returns whether the vendor rejected a filter.
fn is_rejected(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::PermissionDenied | ErrorKind::NotFound)
}
