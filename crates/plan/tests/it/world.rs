//! Providers with the capabilities of different vendors, destinations in memory, and a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Field, IssuedKey, KeyId, ListQuery,
    NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, Timestamp,
    UpdateApiKey, Verification,
};
use api_keys_memory::Memory;
use api_keys_plan::{
    Declaration, Delivery, Destination, Host, Identity, Inventory, Outcome, Plan, PlanOptions, State,
    UndeliveredError, apply, plan,
};
use async_trait::async_trait;
use futures_util::FutureExt as _;

pub(crate) const START: i64 = 1_800_000_000;

/// A provider with restricted capabilities.
#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) keys: Memory,
    pub(crate) capabilities: Capabilities,
    /// A key that another machine creates while this one does.
    pub(crate) rival: Mutex<Option<NewApiKey>>,
    /// The number of changes until one whose response is lost, and whether it is applied.
    pub(crate) fault: Mutex<Option<(usize, bool)>>,
}

impl Vendor {
    /// Makes a change, the response to which may be lost.
    async fn change<T>(
        &self,
        operation: Operation,
        change: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let fault = {
            let mut fault = self.fault.lock().unwrap();
            match &mut *fault {
                Some((0, applied)) => {
                    let applied = *applied;
                    *fault = None;
                    Some(applied)
                }
                Some((left, _)) => {
                    *left -= 1;
                    None
                }
                None => None,
            }
        };
        let lost = || Error::new(ErrorKind::Timeout, "acme", operation).with_effect(Effect::Unknown);
        match fault {
            None => change.await,
            Some(false) => Err(lost()),
            Some(true) => change.await.and(Err(lost())),
        }
    }
}

pub(crate) const FULL: Capabilities = Capabilities::none()
    .native(&[
        Operation::Create,
        Operation::Get,
        Operation::List,
        Operation::Update,
        Operation::Revoke,
        Operation::Rotate,
    ])
    .create_fields(&[
        Field::Name,
        Field::Description,
        Field::Owner,
        Field::Scopes,
        Field::Expiry,
        Field::Metadata,
        Field::Extra,
    ])
    .update_fields(
        &[Field::Name, Field::Description, Field::Scopes, Field::Expiry, Field::Metadata],
        &[Field::Expiry],
    )
    .rotate_fields(&[Field::Overlap])
    .list_fields(&[Field::IncludeInactive])
    .rotate_keeps_id();

/// Marks in the metadata, replacement only, and names that cannot be changed.
pub(crate) const REPLACING: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Update, Operation::Revoke])
    .create_fields(&[Field::Name, Field::Scopes, Field::Expiry, Field::Metadata])
    .update_fields(&[Field::Metadata], &[])
    .list_fields(&[Field::IncludeInactive]);

/// Marks in the description.
pub(crate) const DESCRIBING: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Update, Operation::Revoke])
    .create_fields(&[Field::Name, Field::Description, Field::Scopes, Field::Expiry])
    .update_fields(&[Field::Name, Field::Description, Field::Scopes, Field::Expiry], &[Field::Expiry]);

/// No marks, no updates, rotation in place without an overlap.
pub(crate) const ROTATING: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Revoke, Operation::Rotate])
    .create_fields(&[Field::Name, Field::Scopes, Field::Expiry])
    .rotate_keeps_id();

/// No marks, no updates, no rotation.
pub(crate) const MINIMAL: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Revoke])
    .create_fields(&[Field::Name, Field::Scopes, Field::Expiry]);

pub(crate) const VENDORS: [(&str, Capabilities); 5] = [
    ("full", FULL),
    ("replacing", REPLACING),
    ("describing", DESCRIBING),
    ("rotating", ROTATING),
    ("minimal", MINIMAL),
];

#[async_trait]
impl ApiKeyProvider for Vendor {
    fn vendor(&self) -> &'static str {
        "acme"
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.capabilities.validate_create("acme", &new)?;
        let issued = self.change(Operation::Create, self.keys.create(new)).await?;
        let rival = self.rival.lock().unwrap().take();
        if let Some(rival) = rival {
            let _rival = self.keys.create(rival).await?;
        }
        Ok(issued)
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.keys.get(id).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.capabilities.validate_list("acme", &query)?;
        self.keys.list(query).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.capabilities.validate_update("acme", &changes)?;
        self.change(Operation::Update, self.keys.update(id, changes)).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.change(Operation::Revoke, self.keys.revoke(id, options)).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.keys.delete(id).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.capabilities.validate_rotate("acme", &options)?;
        self.change(Operation::Rotate, self.keys.rotate(id, options)).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.keys.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.keys.verify(secret).await
    }
}

/// The secrets in the destinations, by provider and id.
type Secrets = BTreeMap<(String, String), SecretKey>;

/// A machine with its state, and the vendors.
pub(crate) struct World {
    pub(crate) vendors: BTreeMap<String, Vendor>,
    pub(crate) machine: &'static str,
    now: Arc<AtomicI64>,
    pub(crate) state: Mutex<State>,
    /// The secret in each destination.
    pub(crate) destinations: Mutex<BTreeMap<String, SecretKey>>,
    rescued: Mutex<Secrets>,
    /// Keys whose delivery has started, by provider and id.
    deliveries: Mutex<BTreeSet<(String, String)>>,
    /// Destinations that fail.
    pub(crate) broken: Mutex<Vec<String>>,
    /// Destinations that fail before a secret is issued.
    pub(crate) unreachable: Mutex<Vec<String>>,
    /// The point at which the process dies, and the points so far.
    crash_at: AtomicUsize,
    points: AtomicUsize,
}

impl World {
    pub(crate) fn new(vendors: &[(&str, Capabilities)]) -> Self {
        let now = Arc::new(AtomicI64::new(START));
        let vendors = vendors.iter().map(|(name, capabilities)| {
            let clock = Arc::clone(&now);
            let keys = Memory::builder().clock(move || time(&clock)).build().unwrap();
            (
                (*name).to_owned(),
                Vendor {
                    keys,
                    capabilities: *capabilities,
                    rival: Mutex::default(),
                    fault: Mutex::default(),
                },
            )
        });
        Self {
            vendors: vendors.collect(),
            machine: "here",
            now,
            state: Mutex::default(),
            destinations: Mutex::default(),
            rescued: Mutex::default(),
            deliveries: Mutex::default(),
            broken: Mutex::default(),
            unreachable: Mutex::default(),
            crash_at: AtomicUsize::new(usize::MAX),
            points: AtomicUsize::new(0),
        }
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.now.fetch_add(duration.as_secs().try_into().unwrap(), Ordering::Relaxed);
    }

    pub(crate) fn options(&self) -> PlanOptions {
        PlanOptions::new(self.now(), self.machine)
    }

    pub(crate) async fn inventories(&self) -> BTreeMap<String, Inventory> {
        let mut inventories = BTreeMap::new();
        for (name, vendor) in &self.vendors {
            inventories.insert(name.clone(), Inventory::read(vendor, &[ListQuery::new()]).await.unwrap());
        }
        inventories
    }

    pub(crate) async fn plan(&self, declaration: &Declaration) -> Plan {
        let state = self.state.lock().unwrap().clone();
        plan(declaration, &self.inventories().await, &state, &self.options())
    }

    pub(crate) async fn apply(&self, declaration: &Declaration) -> Vec<Outcome> {
        self.apply_with(declaration, &self.options()).await
    }

    pub(crate) async fn apply_with(&self, declaration: &Declaration, options: &PlanOptions) -> Vec<Outcome> {
        let (inventories, state) = (self.inventories().await, self.state.lock().unwrap().clone());
        let plan = plan(declaration, &inventories, &state, options);
        apply(declaration, &plan, &inventories, state, options, self, 4).await
    }

    /// Applies until the process dies at a point. Returns whether the point was reached.
    pub(crate) async fn crash(&self, declaration: &Declaration, point: usize) -> bool {
        self.points.store(0, Ordering::Relaxed);
        self.crash_at.store(point, Ordering::Relaxed);
        let applied = AssertUnwindSafe(self.apply(declaration)).catch_unwind().await;
        self.crash_at.store(usize::MAX, Ordering::Relaxed);
        applied.is_err()
    }

    /// Applies once without an error, and then makes an empty plan.
    #[track_caller]
    pub(crate) fn converge<'a>(&'a self, declaration: &'a Declaration) -> impl Future<Output = ()> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let outcomes = self.apply(declaration).await;
            assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()), "{caller}: {outcomes:?}");
            let plan = self.plan(declaration).await;
            assert!(plan.is_empty(), "{caller}: {plan:?}");
        }
    }

    /// Returns the active keys of a vendor.
    pub(crate) async fn active(&self, vendor: &str) -> Vec<ApiKey> {
        let page = self.vendors[vendor].keys.list(ListQuery::new()).await.unwrap();
        page.items.into_iter().filter(|key| !key.status.is_inactive()).collect()
    }

    /// Returns the key that the secret in a destination authenticates.
    pub(crate) async fn verify(&self, vendor: &str, destination: &str) -> Option<ApiKey> {
        let secret = self.destinations.lock().unwrap().get(destination)?.clone();
        match self.vendors[vendor].keys.verify(&secret).await.unwrap() {
            Verification::Valid(key) => Some(*key),
            _ => None,
        }
    }
}

fn time(clock: &AtomicI64) -> Timestamp {
    Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()
}

#[async_trait]
impl Host for World {
    fn provider(&self, name: &str) -> Option<&dyn ApiKeyProvider> {
        self.vendors.get(name).map(|vendor| vendor as _)
    }

    async fn list(&self, provider: &str) -> Result<Inventory> {
        Inventory::read(&self.vendors[provider], &[ListQuery::new()]).await
    }

    async fn prepare(&self, _: &Identity, destinations: &[Destination]) -> Result<(), UndeliveredError> {
        let unreachable = self.unreachable.lock().unwrap();
        match destinations.iter().find(|one| unreachable.contains(&one.to_string())) {
            Some(one) => Err(UndeliveredError::new(format!("{one} is unreachable"), "try later")),
            None => Ok(()),
        }
    }

    fn may_be_delivered(&self, provider: &str, id: &KeyId) -> bool {
        self.deliveries.lock().unwrap().contains(&(provider.to_owned(), id.to_string()))
    }

    async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), UndeliveredError> {
        let key = (delivery.provider.to_owned(), delivery.id.to_string());
        self.deliveries.lock().unwrap().insert(key);
        self.reached("delivering");
        for destination in delivery.destinations {
            let name = destination.to_string();
            if self.broken.lock().unwrap().contains(&name) {
                let key = (delivery.provider.to_owned(), delivery.id.to_string());
                self.rescued.lock().unwrap().insert(key, delivery.secret.clone());
                return Err(UndeliveredError::new("disk full", "make room"));
            }
            self.destinations.lock().unwrap().insert(name, delivery.secret.clone());
            self.reached("one destination");
        }
        Ok(())
    }

    fn undelivered(&self, provider: &str, id: &KeyId) -> Option<SecretKey> {
        self.rescued.lock().unwrap().get(&(provider.to_owned(), id.to_string())).cloned()
    }

    fn forget(&self, provider: &str, id: &KeyId) {
        self.rescued.lock().unwrap().remove(&(provider.to_owned(), id.to_string()));
    }

    fn save(&self, state: &State) -> io::Result<()> {
        // Survives as text.
        *self.state.lock().unwrap() = State::parse(&state.to_text()).unwrap();
        Ok(())
    }

    fn now(&self) -> Timestamp {
        time(&self.now)
    }

    fn reached(&self, _point: &str) {
        let point = self.points.fetch_add(1, Ordering::Relaxed);
        if point == self.crash_at.load(Ordering::Relaxed) {
            // Without the message of a panic.
            std::panic::resume_unwind(Box::new("crash"));
        }
    }
}

/// Parses a declaration without variables.
#[track_caller]
pub(crate) fn declare(text: &str) -> Declaration {
    Declaration::parse(&format!("project = \"shop\"\n{text}"), None, &[]).unwrap()
}
