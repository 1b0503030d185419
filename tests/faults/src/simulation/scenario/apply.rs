//! Declared keys, applied by processes that die, on two machines where the vendor stores the marks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Field, KeyId, ListQuery, Operation, SecretKey, Timestamp,
    Verification,
};
use api_keys_emulator::Vendor;
use api_keys_plan::{
    Declaration, Delivery, Destination, Host, Identity, Inventory, Marking, Outcome, Plan, PlanOptions,
    State, UndeliveredError, apply, plan,
};
use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::time::sleep;

use super::setup::{Setup, death};
use crate::audit;
use crate::caller::Interrupted;
use crate::figures::Figures;
use crate::observed::Observed;
use crate::simulation::disk::Disk;
use crate::simulation::events::{Events, Purpose};
use crate::vendor::new_key;
use crate::world::{Failure, World};

/// The name of the provider.
const PROVIDER: &str = "vendor";

/// The name of the state file.
const STATE: &str = "state";

/// The number of times that machines apply a declaration by processes that may die, before one completes it.
const ROUNDS: u32 = 5;

/// The duration after which the secrets are rotated.
const PERIOD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The number of keys that a process changes at the same time.
const CONCURRENCY: usize = 2;

/// The duration for which the changes of another machine are not touched.
const LEASE: Duration = Duration::from_secs(15 * 60);

/// A machine. Its disk survives its processes.
struct Machine {
    name: &'static str,
    disk: Disk,
}

/// A process that applies a declaration.
struct Process<'a> {
    world: &'a World,
    events: &'a Events,
    machine: &'a Machine,
    provider: Observed,
    destinations: &'a Destinations,
    /// A unique number, which determines the destinations that fail.
    number: u32,
    calm: bool,
}

/// The secret in each destination.
type Destinations = Mutex<BTreeMap<String, SecretKey>>;

/// A plan, and what it was made of.
struct Planned {
    plan: Plan,
    inventories: BTreeMap<String, Inventory>,
    state: State,
    options: PlanOptions,
}

/// The declared keys, each with its number of destinations.
struct Declared {
    vendor: Vendor,
    keys: BTreeMap<String, u32>,
    /// A number in a setting of all keys.
    setting: u32,
    overlap: Duration,
}

pub(super) async fn run(seed: u64, events: &Arc<Events>) -> Result<Figures, Failure> {
    let setup = Setup::honest(seed, events, Vendor::ALL)?;
    let mut rng = events.rng(Purpose::Application, &[]);
    let destinations = Destinations::default();
    let machines = ["here", "there"].map(|name| Machine { name, disk: Disk::default() });
    let mut declared = Declared {
        vendor: setup.world.vendor,
        keys: (0..rng.u32(1..4)).map(|number| (format!("key-{number}"), 1)).collect(),
        setting: 0,
        overlap: [Duration::ZERO, Duration::from_secs(3600)][rng.usize(..2)],
    };

    let capabilities = setup.connect()?.capabilities();
    let process = |machine, number, calm| {
        Ok::<_, Failure>(Process {
            world: &setup.world,
            events,
            machine,
            provider: Observed::new(Arc::clone(&setup.world), setup.connect()?, number),
            destinations: &destinations,
            number,
            calm,
        })
    };

    let (mut number, mut calls) = (0, 0);
    for change in 0..rng.u32(1..4) {
        if change > 0 {
            declared.change(&mut rng).await;
        }
        let declaration = declared.declaration()?;
        // Otherwise, the state file is on one machine.
        let marks_are_shared = declaration.marking(PROVIDER, &capabilities) != Marking::State;
        for _ in 0..ROUNDS {
            let mut processes = Vec::new();
            for machine in machines.iter().take(if marks_are_shared && rng.bool() { 2 } else { 1 }) {
                number += 1;
                processes.push((process(machine, number, false)?, Duration::from_millis(rng.u64(..500))));
            }
            join_all(processes.iter().map(async |(process, delay)| {
                sleep(*delay).await;
                let polls = death(events, process.number, 80.0, 60);
                Interrupted { future: pin!(process.apply(&declaration)), polls }.await
            }))
            .await;
            processes[0].0.check_destinations(&declared).await?;
            calls += processes.iter().map(|(process, _)| process.provider.calls()).sum::<u32>();
            sleep(Duration::from_secs(30)).await;
        }
        setup.calm_down().await;
        sleep(LEASE).await;
        number += 1;
        let last = process(&machines[0], number, true)?;
        last.complete(&declaration).await?;
        last.check_destinations(&declared).await?;
        // Revokes the keys whose overlap has ended.
        sleep(declared.overlap).await;
        last.complete(&declaration).await?;
        last.check_keys(&declared).await?;
        calls += last.provider.calls();
        setup.network.set_calm(false);
    }
    audit::requests(&setup.world);
    Ok(Figures::of(&setup.world, calls.into()))
}

impl Declared {
    /// Makes a change that requires steps, or waits until secrets are to be rotated.
    async fn change(&mut self, rng: &mut fastrand::Rng) {
        let key = self.keys.keys().nth(rng.usize(..self.keys.len())).cloned().unwrap_or_default();
        match rng.u8(..5) {
            0 => sleep(PERIOD).await,
            1 => *self.keys.entry(key).or_default() += 1,
            2 => self.setting += 1,
            3 if self.keys.len() > 1 => _ = self.keys.remove(&key),
            _ => _ = self.keys.insert(format!("key-{}", rng.u32(10..)), 1),
        }
    }

    /// Returns the paths of all destinations, with their keys.
    fn paths(&self) -> impl Iterator<Item = (&str, String)> {
        let keys = self.keys.iter();
        keys.flat_map(|(key, count)| (0..*count).map(move |number| (&**key, format!("{key}/{number}"))))
    }

    fn declaration(&self) -> Result<Declaration, Failure> {
        let number = self.setting;
        let owner = new_key(self.vendor, String::new()).owner.unwrap_or_default();
        let settings = match self.vendor {
            Vendor::BetterAuth => format!("metadata = {{ number = {number} }}\nexpires = \"200d\""),
            Vendor::Clerk => {
                format!("owner = \"{owner}\"\nscopes = [\"deploy-{number}\"]\nexpires = \"200d\"")
            }
            Vendor::Keyshield => format!("scopes = [\"deploy-{number}\"]\nexpires = \"200d\""),
            Vendor::Mcp => format!("expires = \"{}d\"", 200 + number),
            Vendor::LatitudeSh => {
                format!("extra = {{ read_only = true, allowed_ips = [\"10.1.0.{}\"] }}", number & 255)
            }
            _ => format!("scopes = [\"{}\"]", ["TASK-ADMIN", "ORG-AUDITOR"][number as usize % 2]),
        };
        let (days, overlap) = (PERIOD.as_secs() / (24 * 60 * 60), self.overlap.as_secs());
        let mut text = "project = \"shop\"\n".to_owned();
        for name in self.keys.keys() {
            let paths = self.paths().filter(|(key, _)| key == name);
            let files: Vec<_> =
                paths.map(|(_, path)| format!("{{ type = \"file\", path = \"{path}\" }}")).collect();
            writeln!(
                text,
                "[keys.{name}]\nprovider = \"{PROVIDER}\"\n{settings}\n\
                 rotate = {{ every = \"{days}d\", overlap = \"{overlap}s\" }}\ndestinations = [{}]",
                files.join(", ")
            )?;
        }
        Ok(Declaration::parse(&text, None, &[])?)
    }
}

impl Process<'_> {
    /// Lists the keys, and plans.
    async fn plan(&self, declaration: &Declaration) -> api_keys::Result<Planned> {
        let state = self.state();
        let inventories = BTreeMap::from([(PROVIDER.to_owned(), self.list(PROVIDER).await?)]);
        let options = PlanOptions::new(Timestamp::now(), self.machine.name).prune(true).lease(LEASE);
        Ok(Planned { plan: plan(declaration, &inventories, &state, &options), inventories, state, options })
    }

    /// Plans, and applies the plan.
    async fn apply(&self, declaration: &Declaration) -> api_keys::Result<Vec<Outcome>> {
        let Planned { plan, inventories, state, options } = self.plan(declaration).await?;
        Ok(apply(declaration, &plan, &inventories, state, &options, self, CONCURRENCY).await)
    }

    /// Applies a declaration without faults, and checks that all steps succeed and nothing remains to be done.
    async fn complete(&self, declaration: &Declaration) -> Result<(), Failure> {
        let ledger = &self.world.ledger;
        for outcome in self.apply(declaration).await? {
            ledger.check(outcome.result.is_ok(), || format!("without faults: {outcome:?}"));
        }
        let rest = self.plan(declaration).await?.plan;
        ledger.check(rest.is_empty(), || format!("remains to be done: {rest:?}"));
        Ok(())
    }

    fn state(&self) -> State {
        let text = self.machine.disk.read(STATE);
        text.and_then(|text| State::parse(&text).ok()).unwrap_or_default()
    }

    /// Returns the key that the secret in a file authenticates, or `None` if the secret is invalid or missing.
    async fn key_in(&self, path: &str) -> Result<Option<ApiKey>, Failure> {
        let Some(secret) = self.secret_in(path) else { return Ok(None) };
        Ok(match self.world.store.verify(&secret).await? {
            Verification::Valid(key) => Some(*key),
            _ => None,
        })
    }

    fn secret_in(&self, path: &str) -> Option<SecretKey> {
        let destinations = self.destinations.lock().unwrap_or_else(PoisonError::into_inner);
        destinations.get(&format!("file {path}")).cloned()
    }

    /// Checks that the secret in each declared destination is valid, unless the vendor replaces secrets in place.
    async fn check_destinations(&self, declared: &Declared) -> Result<(), Failure> {
        let in_place =
            self.provider.supports(Operation::Rotate) && self.provider.capabilities().rotate_keeps_id;
        for (_, path) in declared.paths().filter(|(_, path)| self.secret_in(path).is_some()) {
            let valid = self.key_in(&path).await?.is_some();
            self.world.ledger.check(valid || in_place, || format!("the secret in {path} is invalid"));
        }
        Ok(())
    }

    /// Checks that the declared keys are the only ones, and that all of their destinations have their secrets.
    async fn check_keys(&self, declared: &Declared) -> Result<(), Failure> {
        let ledger = &self.world.ledger;
        let mut delivered = BTreeMap::new();
        for (name, path) in declared.paths() {
            let id = self.key_in(&path).await?.map(|key| key.id);
            ledger.check(id.is_some(), || format!("the secret in {path} is missing or invalid"));
            let other = delivered.insert(name, id.clone());
            ledger.check(other.is_none_or(|other| other == id), || {
                format!("{name} has the secrets of two keys")
            });
        }
        let delivered: BTreeSet<_> = delivered.into_values().flatten().collect();
        let active = audit::keys(&self.world.store).await?.into_iter();
        let active: BTreeSet<_> = active.filter(|key| !key.status.is_inactive()).map(|key| key.id).collect();
        ledger.check(active == delivered, || format!("delivered: {delivered:?}, active: {active:?}"));
        Ok(())
    }

    /// Returns an error if a destination fails now.
    fn reach(&self, destination: &Destination, at: u64) -> Result<(), UndeliveredError> {
        let name = destination.to_string();
        let number = name.bytes().map(u64::from).sum();
        let subject = [self.number.into(), number, at];
        let fails = !self.calm
            && self
                .events
                .occurs(Purpose::Destination, &subject, 5.0, || format!("BrokenDestination {name}"));
        if fails { Err(UndeliveredError::new("disk full", "make room")) } else { Ok(()) }
    }
}

/// Returns the name of the file with an undelivered secret.
fn undelivered(id: &KeyId) -> String {
    format!("undelivered {id}")
}

/// Returns the name of the file that records the delivery of a key.
fn delivery(id: &KeyId) -> String {
    format!("delivery {id}")
}

#[async_trait]
impl Host for Process<'_> {
    fn provider(&self, _name: &str) -> Option<&dyn ApiKeyProvider> {
        Some(&self.provider)
    }

    async fn list(&self, _provider: &str) -> api_keys::Result<Inventory> {
        let mut query = ListQuery::new();
        if self.provider.capabilities().list_fields.contains(Field::Owner) {
            query.owner = new_key(self.world.vendor, String::new()).owner;
        }
        let mut inventory = Inventory::read(&self.provider, &[query]).await?;
        let known: Vec<_> = self.state().ids(PROVIDER).cloned().collect();
        inventory.complete_with(&self.provider, known).await?;
        Ok(inventory)
    }

    async fn prepare(&self, _: &Identity, destinations: &[Destination]) -> Result<(), UndeliveredError> {
        destinations.iter().try_for_each(|destination| self.reach(destination, 0))
    }

    async fn deliver(&self, one: &Delivery<'_>) -> Result<(), UndeliveredError> {
        self.machine.disk.replace(&delivery(one.id), "started".to_owned());
        for destination in one.destinations {
            sleep(Duration::from_millis(1)).await;
            self.reach(destination, 1).inspect_err(|_| {
                self.machine.disk.replace(&undelivered(one.id), one.secret.expose().to_owned());
            })?;
            let mut destinations = self.destinations.lock().unwrap_or_else(PoisonError::into_inner);
            destinations.insert(destination.to_string(), one.secret.clone());
        }
        Ok(())
    }

    fn may_be_delivered(&self, _provider: &str, id: &KeyId) -> bool {
        self.machine.disk.read(&delivery(id)).is_some()
    }

    fn undelivered(&self, _provider: &str, id: &KeyId) -> Option<SecretKey> {
        self.machine.disk.read(&undelivered(id)).map(SecretKey::new)
    }

    fn forget(&self, _provider: &str, id: &KeyId) {
        self.machine.disk.remove(&undelivered(id));
        self.machine.disk.remove(&delivery(id));
    }

    fn save(&self, state: &State) -> io::Result<()> {
        self.machine.disk.replace(STATE, state.to_text());
        Ok(())
    }
}
