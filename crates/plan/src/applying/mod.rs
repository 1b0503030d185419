//! Execution of plans.

mod group;
pub(crate) mod host;
mod race;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Mutex, PoisonError};

use api_keys_core::defect::Defect;
use api_keys_core::{ApiKey, ApiKeyProvider, KeyId};
use futures_util::{StreamExt as _, stream};

use self::group::Group;
use self::host::{Host, Outcome, StepError};
use crate::declaration::{Declaration, Marking};
use crate::identity::mark::Mark;
use crate::identity::state::State;
use crate::planning::inventory::Inventory;
use crate::planning::step::{Plan, Step};
use crate::planning::{PlanOptions, marking};

/// The maximum number of keys that are created before the vendors are listed for keys of other machines. It bounds the
/// listings and the secrets in memory. The first chunks are smaller, so that executions that are killed early make progress.
const MAX_CHUNK: usize = 128;

/// What an execution works on.
pub(crate) struct Execution<'a> {
    pub(crate) declaration: &'a Declaration,
    pub(crate) inventories: &'a BTreeMap<String, Inventory>,
    pub(crate) options: &'a PlanOptions,
    pub(crate) host: &'a dyn Host,
    keys: HashMap<(&'a str, &'a KeyId), &'a ApiKey>,
    state: Mutex<State>,
}

/// Executes the steps of a plan, and returns the result of each step.
///
/// Steps of one key are executed in order, and those after a failed one are skipped. A secret is delivered to all of its
/// destinations before another key is revoked, and keys that are no longer declared are revoked only after all other steps
/// have succeeded. After a crash or an error, make another plan, and execute it: it resumes.
///
/// `inventories`, `state` and `options` are those of the plan. `concurrency` is the number of keys that are changed at the
/// same time.
pub async fn apply(
    declaration: &Declaration,
    plan: &Plan,
    inventories: &BTreeMap<String, Inventory>,
    state: State,
    options: &PlanOptions,
    host: &dyn Host,
    concurrency: usize,
) -> Vec<Outcome> {
    let keys = inventories.iter().flat_map(|(provider, inventory)| {
        inventory.keys.iter().map(move |key| ((provider.as_str(), &key.id), key))
    });
    let execution =
        Execution { declaration, inventories, options, host, keys: keys.collect(), state: Mutex::new(state) };
    let keys = plan.steps.chunk_by(|one, other| one.key == other.key);
    let (declared, undeclared): (Vec<_>, Vec<_>) =
        keys.partition(|steps| declaration.keys.contains_key(&steps[0].key));
    let mut outcomes = execution.run(&declared, concurrency).await;
    // A key that is no longer declared may be in use until another one is delivered.
    let delivered = plan.unavailable.is_empty() && outcomes.iter().all(|outcome| outcome.result.is_ok());
    if delivered {
        outcomes.extend(execution.run(&undeclared, concurrency).await);
    } else {
        outcomes.extend(
            undeclared.concat().into_iter().map(|step| Outcome { step, result: Err(StepError::Skipped) }),
        );
    }
    outcomes
}

/// Works on groups concurrently.
async fn each<'g, 'e: 'g>(
    groups: &'g mut [Group<'e>],
    concurrency: usize,
    work: impl AsyncFn(&mut Group<'e>),
) {
    let work = &work;
    stream::iter(groups).for_each_concurrent(concurrency.max(1), |group| work(group)).await;
}

impl<'a> Execution<'a> {
    /// Executes the steps of keys, in chunks.
    async fn run(&'a self, keys: &[&'a [Step]], concurrency: usize) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let (mut rest, mut size) = (keys, 1);
        while !rest.is_empty() {
            let (chunk, others) = rest.split_at(size.min(rest.len()));
            (rest, size) = (others, (2 * size).min(MAX_CHUNK));
            let mut groups: Vec<_> = chunk.iter().map(|steps| Group::new(self, steps)).collect();
            self.start(&mut groups);
            each(&mut groups, concurrency, async |group: &mut Group<'_>| group.issue().await).await;
            self.yield_to_others(&mut groups, concurrency).await;
            each(&mut groups, concurrency, async |group: &mut Group<'_>| group.finish().await).await;
            outcomes.extend(groups.into_iter().flat_map(Group::into_outcomes));
        }
        outcomes
    }

    /// Returns a provider.
    fn provider(&self, name: &str) -> Result<&'a dyn ApiKeyProvider, StepError> {
        self.host.provider(name).ok_or_else(|| StepError::Unavailable(name.to_owned()))
    }

    /// Returns a listed key.
    fn key(&self, provider: &str, id: &KeyId) -> Option<&'a ApiKey> {
        self.keys.get(&(provider, id)).copied()
    }

    fn marking(&self, provider: &str) -> Marking {
        marking(self.declaration, self.inventories, provider)
    }

    /// Changes the state, and saves it.
    fn record(&self, change: impl FnOnce(&mut State)) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.clone();
        change(&mut state);
        if *state == before {
            return Ok(());
        }
        self.host.save(&state).inspect_err(|_| *state = before)
    }

    /// Returns the mark of a key, from the key itself or from the state.
    fn mark(&self, provider: &str, key: &ApiKey) -> Option<Mark> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        crate::identity::mark::read(key).or_else(|| state.mark(provider, &key.id))
    }

    /// Records the creations of a chunk before any of them.
    fn start(&self, groups: &mut [Group<'_>]) {
        let recorded = self.record(|state| {
            for group in groups.iter() {
                let Some(step) = group.creation() else { continue };
                if self.marking(&step.provider) == Marking::State && !Defect::CreationNotRecorded.is_active()
                {
                    self.start_one(step, state);
                }
            }
        });
        match recorded {
            Ok(()) => self.host.reached("started"),
            Err(error) => {
                let message = error.to_string();
                groups.iter_mut().for_each(|group| group.fail(StepError::State(message.clone())));
            }
        }
    }

    fn start_one(&self, step: &Step, state: &mut State) {
        let (Some(declared), Some(inventory)) =
            (self.declaration.keys.get(&step.key), self.inventories.get(&step.provider))
        else {
            return;
        };
        let identity = self.declaration.identity(&step.key);
        let (name, owner) = (declared.vendor_name(&step.key), declared.owner.as_deref());
        state.start(&identity, &step.provider, name, owner, &inventory.keys);
    }
}
