//! Detection of keys that other machines create at the same time.

use std::collections::{BTreeMap, BTreeSet};

use api_keys_core::defect::Defect;
use api_keys_core::{ApiKey, ApiKeyProviderExt as _, KeyId};

use super::group::Group;
use super::host::StepError;
use super::{Execution, each};
use crate::declaration::Marking;
use crate::identity::mark::{self, KeyState};
use crate::identity::state::State;
use crate::planning::compare::is_numbered;
use crate::planning::inventory::Inventory;

impl<'a> Execution<'a> {
    /// Lists the providers at which keys were created, and revokes keys that another machine has created as well.
    ///
    /// Each machine lists after its own creation, so at least one of two machines sees the key of the other. A machine
    /// that sees one yields, without a comparison of clocks. If both yield, both try again.
    pub(super) async fn yield_to_others(&self, groups: &mut [Group<'a>], concurrency: usize) {
        let mut listed = BTreeMap::new();
        let providers: BTreeSet<_> =
            groups.iter().filter_map(|group| Some(group.created()?.0.to_owned())).collect();
        for provider in providers {
            let inventory = self.host.list(&provider).await;
            listed.insert(provider, inventory);
        }
        let (listed, created) = (&listed, &ids(groups));
        each(groups, concurrency, async |group: &mut Group<'a>| {
            let Some((provider, id)) = group.created() else { return };
            let yields = match listed.get(provider) {
                Some(Ok(inventory)) => self.is_contended(group, inventory, created),
                // It remains pending.
                Some(Err(error)) => {
                    let message = format!("failed to list the keys of `{provider}`: {error}");
                    return group.fail(StepError::Blocked(message));
                }
                None => false,
            };
            if yields {
                let (provider, id) = (provider.to_owned(), id.clone());
                let revoked = self.withdraw(group, &provider, &id).await;
                group.fail(revoked.err().unwrap_or(StepError::Contended));
            }
        })
        .await;
        self.host.reached("checked");
        self.record_created(groups);
    }

    /// Records the created keys that are not marked. Only before the delivery of its secret, a key of an interrupted
    /// creation can be recognized by not being in use.
    fn record_created(&self, groups: &mut [Group<'a>]) {
        let recorded = self.record(|state| {
            for group in groups.iter() {
                if let Some((provider, id)) = group.created()
                    && self.marking(provider) == Marking::State
                {
                    state.set(provider, id, &group.claim(KeyState::Pending));
                }
            }
        });
        match recorded {
            Ok(()) => self.host.reached("recorded"),
            Err(error) => {
                let unrecorded = groups.iter_mut().filter(|group| group.created().is_some());
                unrecorded.for_each(|group| group.fail(StepError::State(error.to_string())));
            }
        }
    }

    /// Revokes a key that was not delivered.
    async fn withdraw(&self, group: &Group<'_>, provider: &str, id: &KeyId) -> Result<(), StepError> {
        self.provider(provider)?.revoke_if_exists(id).await?;
        self.host.reached("yielded");
        let forget = |state: &mut State| {
            state.end(group.identity(), provider);
            state.remove(provider, id);
        };
        self.record(forget).map_err(StepError::state)
    }

    /// Returns whether a listing contains another new key of the same identity.
    fn is_contended(
        &self,
        group: &Group<'_>,
        inventory: &Inventory,
        created: &BTreeSet<(String, KeyId)>,
    ) -> bool {
        let Some((provider, _)) = group.created() else { return false };
        if Defect::RivalIgnored.is_active() {
            return false;
        }
        let identity = group.identity();
        let by_mark = self.marking(provider) != Marking::State;
        let name = group.name();
        let ours = |key: &ApiKey| {
            created.contains(&(provider.to_owned(), key.id.clone()))
                || key.status.is_inactive()
                || self.key(provider, &key.id).is_some()
        };
        inventory.keys.iter().filter(|key| !ours(key)).any(|key| match by_mark {
            true => mark::read(key).is_some_and(|mark| mark.identity == *identity),
            false => {
                key.name.as_deref().is_some_and(|other| is_numbered(other, name))
                    && self.mark(provider, key).is_none()
            }
        })
    }
}

/// Returns the keys that were created.
fn ids(groups: &[Group<'_>]) -> BTreeSet<(String, KeyId)> {
    let created = groups.iter().filter_map(Group::created);
    created.map(|(provider, id)| (provider.to_owned(), id.clone())).collect()
}
