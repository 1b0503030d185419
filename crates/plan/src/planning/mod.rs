//! Planning: a pure function from a declaration and listings to steps.

pub(crate) mod compare;
pub(crate) mod inventory;
pub(crate) mod key;
pub(crate) mod step;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use api_keys_core::{ApiKey, KeyId, Timestamp};

use self::inventory::Inventory;
use self::step::{Action, Found, Plan, Retired, Step};
use crate::declaration::{Declaration, Marking};
use crate::identity::Identity;
use crate::identity::mark::{self, KeyState, Mark};
use crate::identity::state::State;

/// Options of [`plan`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlanOptions {
    /// The time.
    pub now: Timestamp,
    /// The name of this machine, as in the marks that it writes. Its own interrupted changes are resumed.
    pub machine: String,
    /// Revokes managed keys that are no longer declared.
    pub prune: bool,
    /// The duration for which a change by another machine is taken for one in progress. 15 minutes by default.
    pub lease: Duration,
}

impl PlanOptions {
    /// Creates options.
    pub fn new(now: Timestamp, machine: impl Into<String>) -> Self {
        Self { now, machine: machine.into(), prune: false, lease: Duration::from_secs(15 * 60) }
    }

    /// Revokes managed keys that are no longer declared.
    pub fn prune(mut self, prune: bool) -> Self {
        self.prune = prune;
        self
    }

    /// Sets the duration for which a change by another machine is taken for one in progress.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }
}

/// A managed key.
#[derive(Debug)]
struct Managed<'a> {
    provider: &'a str,
    key: &'a ApiKey,
    mark: Mark,
}

/// What the declaration is compared with.
struct Context<'a> {
    declaration: &'a Declaration,
    inventories: &'a BTreeMap<String, Inventory>,
    state: &'a State,
    options: &'a PlanOptions,
    managed: BTreeMap<Identity, Vec<Managed<'a>>>,
    /// Identities that share a key of a vendor with another one.
    contested: BTreeMap<Identity, KeyId>,
    unmanaged: Vec<(&'a str, &'a ApiKey)>,
    /// The same keys by provider and id.
    adoptable: HashMap<(&'a str, &'a KeyId), (&'a str, &'a ApiKey)>,
    /// The keys in the state.
    recorded: HashSet<(&'a str, &'a KeyId)>,
    /// Unmanaged keys that authenticate, by provider and name.
    namesakes: HashMap<(&'a str, &'a str), &'a ApiKey>,
}

/// Returns the steps from the listed keys to the declared ones. Deterministic, without side effects.
///
/// `inventories` are the keys by provider. The keys of a provider without an inventory are skipped and reported as
/// [unavailable](Plan::unavailable).
///
/// ```
/// use api_keys_core::{Capabilities, Field, Operation, Timestamp};
/// use api_keys_plan::{Action, Declaration, Inventory, PlanOptions, State, plan};
/// use std::collections::BTreeMap;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let declaration = Declaration::parse(
///     r#"
///     project = "shop"
///     [keys.ci]
///     provider = "prod"
///     destinations = [{ type = "file", path = "ci" }]
///     "#,
///     None,
///     &[],
/// )?;
/// let capabilities = Capabilities::none().native(&[Operation::Create]).create_fields(&[Field::Name]);
/// let inventories = BTreeMap::from([(
///     "prod".to_owned(),
///     Inventory::new("acme", capabilities, Vec::new(), true),
/// )]);
/// let options = PlanOptions::new(Timestamp::now(), "laptop");
/// let plan = plan(&declaration, &inventories, &State::default(), &options);
/// assert_eq!(plan.steps[0].action, Action::Create);
/// # Ok(())
/// # }
/// ```
pub fn plan(
    declaration: &Declaration,
    inventories: &BTreeMap<String, Inventory>,
    state: &State,
    options: &PlanOptions,
) -> Plan {
    let context = Context::new(declaration, inventories, state, options);
    let names = declaration.provider_names();
    let mut plan = Plan {
        scope: declaration.scope(),
        steps: Vec::new(),
        unchanged: 0,
        retired: Vec::new(),
        undeclared: Vec::new(),
        unmanaged: Vec::new(),
        unavailable: names
            .into_iter()
            .filter(|name| !inventories.contains_key(*name))
            .map(str::to_owned)
            .collect(),
    };
    let mut requested = HashMap::new();
    for (logical, declared) in &declaration.keys {
        if !inventories.contains_key(&declared.provider) {
            continue;
        }
        let other = requested
            .insert((&declared.provider, &declared.owner, declared.vendor_name(logical)), logical)
            .filter(|_| context.marking(&declared.provider) == Marking::State);
        let steps = match other {
            Some(other) => vec![Step::new(logical, Action::Blocked, &declared.provider).because(format!(
                "`{other}` has the same name, and the vendor stores nothing else to tell the keys apart"
            ))],
            None => context.steps(logical, declared),
        };
        plan.unchanged += usize::from(steps.is_empty());
        plan.steps.extend(steps);
    }
    for (identity, managed) in &context.managed {
        if identity.scope() == plan.scope {
            context.remaining(identity, managed, &mut plan);
        }
    }
    let adopted: HashSet<_> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Adopt)
        .map(|step| (&step.provider, &step.id))
        .collect();
    let unmanaged = context.unmanaged.iter().map(|(provider, key)| found(provider, key, None));
    plan.unmanaged =
        unmanaged.filter(|found| !adopted.contains(&(&found.provider, &Some(found.id.clone())))).collect();
    plan
}

fn found(provider: &str, key: &ApiKey, logical: Option<&str>) -> Found {
    Found {
        provider: provider.to_owned(),
        id: key.id.clone(),
        name: key.name.clone(),
        key: logical.map(str::to_owned),
    }
}

impl<'a> Context<'a> {
    fn new(
        declaration: &'a Declaration,
        inventories: &'a BTreeMap<String, Inventory>,
        state: &'a State,
        options: &'a PlanOptions,
    ) -> Self {
        let mut context = Self {
            declaration,
            inventories,
            state,
            options,
            managed: BTreeMap::new(),
            contested: BTreeMap::new(),
            unmanaged: Vec::new(),
            adoptable: HashMap::new(),
            recorded: HashSet::new(),
            namesakes: HashMap::new(),
        };
        for (provider, inventory) in inventories {
            let mut recorded: HashMap<&KeyId, Vec<Mark>> = HashMap::new();
            for (id, mut mark) in state.marks(provider) {
                context.recorded.insert((provider, id));
                // The lock of the file shows that no other machine is changing the key.
                mark.machine = None;
                recorded.entry(id).or_default().push(mark);
            }
            for (id, mark) in state.interrupted(provider, &inventory.keys) {
                recorded.entry(id).or_insert_with(|| vec![mark]);
            }
            for key in &inventory.keys {
                let recorded = recorded.remove(&key.id).unwrap_or_default();
                let mut marks = mark::read(key).into_iter().chain(recorded);
                let Some(mark) = marks.next() else {
                    if !key.status.is_inactive() {
                        context.unmanaged.push((provider, key));
                        context.adoptable.insert((provider, &key.id), (provider, key));
                        if let Some(name) = &key.name {
                            context.namesakes.insert((provider, name), key);
                        }
                    }
                    continue;
                };
                for other in marks.filter(|other| other.identity != mark.identity) {
                    context.contested.insert(other.identity, key.id.clone());
                    context.contested.insert(mark.identity.clone(), key.id.clone());
                }
                context.managed.entry(mark.identity.clone()).or_default().push(Managed {
                    provider,
                    key,
                    mark,
                });
            }
        }
        context
    }

    /// Returns the place of the marks of a provider.
    fn marking(&self, provider: &str) -> Marking {
        marking(self.declaration, self.inventories, provider)
    }

    /// Reports managed keys that the steps of declared keys do not include.
    fn remaining(&self, identity: &Identity, managed: &[Managed<'_>], plan: &mut Plan) {
        let name = identity.name();
        let declared = self.declaration.keys.contains_key(name);
        for one in managed.iter().filter(|one| !one.key.status.is_inactive()) {
            if declared {
                match one.mark.state {
                    KeyState::Retired(due) if due > self.options.now => plan.retired.push(Retired {
                        key: name.to_owned(),
                        provider: one.provider.to_owned(),
                        id: one.key.id.clone(),
                        due,
                    }),
                    _ => {}
                }
            } else if self.options.prune {
                let step = Step::new(name, Action::Revoke, one.provider).on(&one.key.id);
                plan.steps.push(step.because("it is no longer declared"));
            } else {
                plan.undeclared.push(found(one.provider, one.key, Some(name)));
            }
        }
    }
}

/// Returns the place of the marks of a provider.
pub(crate) fn marking(
    declaration: &Declaration,
    inventories: &BTreeMap<String, Inventory>,
    provider: &str,
) -> Marking {
    let inventory = inventories.get(provider);
    inventory.map_or(Marking::State, |inventory| declaration.marking(provider, &inventory.capabilities))
}
