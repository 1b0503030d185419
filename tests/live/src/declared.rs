//! Declared keys at a real server, with executions that stop at every point.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use api_keys_core::{ApiKeyProvider, KeyId, ListQuery, Result, SecretKey, Timestamp};
use api_keys_plan::{
    Declaration, Delivery, Destination, Host, Identity, Inventory, PlanOptions, State, UndeliveredError,
    apply, plan,
};
use async_trait::async_trait;
use futures_util::FutureExt as _;

/// Declares two keys, changes them, and removes them, once for each point at which an execution can stop.
///
/// `settings` are settings of the keys in TOML, and `changed` others. `is_live` returns whether the server accepts a secret.
///
/// # Panics
/// Panics if the keys are not as declared, or their secrets are not accepted.
pub async fn check(
    provider: Arc<dyn ApiKeyProvider>,
    settings: &str,
    changed: &str,
    is_live: impl AsyncFn(&SecretKey) -> bool,
) {
    let site = Site {
        provider,
        state: Mutex::default(),
        delivered: Mutex::default(),
        points: AtomicUsize::new(usize::MAX),
    };
    for point in 0.. {
        let first = declare(point, settings);
        let mut reached = site.stop(&first, point).await;
        site.converge(&first, &is_live).await;
        let second = declare(point, changed);
        reached |= site.stop(&second, point).await;
        site.converge(&second, &is_live).await;
        site.converge(&declare(point, ""), &is_live).await;
        if !reached {
            assert!(point > 5, "{point} points");
            break;
        }
    }
}

fn declare(point: usize, settings: &str) -> Declaration {
    let key = |name: &str| {
        format!(
            "[keys.key-{point}-{name}]\nprovider = \"p\"\n{settings}\n\
             destinations = [{{ type = \"file\", path = \"key-{point}-{name}\" }}]\n"
        )
    };
    let keys = if settings.is_empty() { String::new() } else { key("a") + &key("b") };
    Declaration::parse(&format!("project = \"live\"\nproviders = [\"p\"]\n{keys}"), None, &[]).expect("valid")
}

struct Site {
    provider: Arc<dyn ApiKeyProvider>,
    state: Mutex<State>,
    delivered: Mutex<BTreeMap<String, SecretKey>>,
    /// The points that an execution passes before it stops.
    points: AtomicUsize,
}

impl Site {
    async fn inventories(&self) -> BTreeMap<String, Inventory> {
        BTreeMap::from([("p".to_owned(), self.list("p").await.expect("a listing"))])
    }

    /// Applies until a point. Returns whether it was reached.
    async fn stop(&self, declaration: &Declaration, point: usize) -> bool {
        self.points.store(point, Ordering::Relaxed);
        let applied = AssertUnwindSafe(self.apply(declaration)).catch_unwind().await;
        self.points.store(usize::MAX, Ordering::Relaxed);
        applied.is_err()
    }

    async fn apply(&self, declaration: &Declaration) {
        let state = self.state.lock().expect("a lock").clone();
        let options = PlanOptions::new(Timestamp::now(), "here").prune(true);
        let inventories = self.inventories().await;
        let plan = plan(declaration, &inventories, &state, &options);
        for outcome in apply(declaration, &plan, &inventories, state, &options, self, 2).await {
            if let Err(error) = outcome.result {
                panic!("{:?}: {error}", outcome.step);
            }
        }
    }

    /// Applies, and checks the keys.
    async fn converge(&self, declaration: &Declaration, is_live: &impl AsyncFn(&SecretKey) -> bool) {
        self.apply(declaration).await;
        let inventories = self.inventories().await;
        let state = self.state.lock().expect("a lock").clone();
        let options = PlanOptions::new(Timestamp::now(), "here").prune(true);
        let again = plan(declaration, &inventories, &state, &options);
        assert!(again.is_empty(), "{again:?}");
        let active = inventories["p"].keys.iter().filter(|key| !key.status.is_inactive());
        assert_eq!(active.count(), declaration.keys.len(), "{:?}", inventories["p"].keys);
        for name in declaration.keys.keys() {
            let secret = self.delivered.lock().expect("a lock")[name].clone();
            assert!(is_live(&secret).await, "the secret of {name} is not accepted");
        }
    }
}

#[async_trait]
impl Host for Site {
    fn provider(&self, _: &str) -> Option<&dyn ApiKeyProvider> {
        Some(&self.provider)
    }

    async fn list(&self, _: &str) -> Result<Inventory> {
        Inventory::read(&self.provider, &[ListQuery::new()]).await
    }

    async fn prepare(&self, _: &Identity, _: &[Destination]) -> Result<(), UndeliveredError> {
        Ok(())
    }

    async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), UndeliveredError> {
        let name = delivery.identity.name().to_owned();
        self.delivered.lock().expect("a lock").insert(name, delivery.secret.clone());
        Ok(())
    }

    fn may_be_delivered(&self, _: &str, _: &KeyId) -> bool {
        true
    }

    fn undelivered(&self, _: &str, _: &KeyId) -> Option<SecretKey> {
        None
    }

    fn forget(&self, _: &str, _: &KeyId) {}

    fn save(&self, state: &State) -> io::Result<()> {
        state.clone_into(&mut self.state.lock().expect("a lock"));
        Ok(())
    }

    fn reached(&self, _: &str) {
        if self.points.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        {
            // Without the message of a panic.
            resume_unwind(Box::new("stopped"));
        }
    }
}
