//! Providers, destinations and state of an execution.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use api_keys::{ApiKeyProvider, KeyId, ListQuery, Result as ApiResult, SecretKey};
use api_keys_plan::{Delivery, Destination, Host, Identity, Inventory, Plan, State, UndeliveredError};
use async_trait::async_trait;
use indicatif::ProgressBar;

use crate::commands::bulk::bar;
use crate::config::Provider;
use crate::console::{Console, warn};
use crate::crash;
use crate::destination::Destinations;
use crate::failure::Failure;
use crate::human::clean;
use crate::interrupt::Interrupts;
use crate::project::{Project, Site, StateFile, list};
use crate::secret::{Subject, deliveries, rescue};

pub(super) struct ApplyHost {
    providers: BTreeMap<String, Provider>,
    queries: BTreeMap<String, Vec<ListQuery>>,
    destinations: Destinations,
    file: StateFile,
    content: Mutex<State>,
    bar: ProgressBar,
    stopped: AtomicBool,
}

impl ApplyHost {
    /// Creates a host, and checks the destinations of all steps.
    pub(super) fn new(project: &Project, site: &Site, plan: &Plan) -> Result<Self, Failure> {
        let destinations = Destinations::new(&project.directory);
        for step in plan.steps.iter().filter(|step| step.delivers()) {
            let declared = project.declaration.keys.get(&step.key);
            for destination in declared.iter().flat_map(|key| &key.destinations) {
                destinations.check(destination).map_err(|error| {
                    Failure::new(format!(
                        "invalid destination of `{}`: {}",
                        step.key,
                        clean(&destination.to_string())
                    ))
                    .caused_by(&error)
                })?;
            }
        }
        let mut keys: Vec<_> = plan.steps.iter().map(|step| &step.key).collect();
        keys.dedup();
        let bar = bar(keys.len() as u64);
        Ok(Self {
            providers: site.providers.clone(),
            queries: site.queries.clone(),
            destinations,
            file: project.state.clone(),
            content: Mutex::new(site.content.clone()),
            bar,
            stopped: AtomicBool::new(false),
        })
    }

    /// Waits for an execution. After a signal, keys in progress are completed; a second one ends the wait.
    pub(super) async fn until_interrupted<T>(
        &self,
        work: impl Future<Output = T>,
        console: &Console<'_>,
    ) -> Result<T, Failure> {
        let mut interrupts = Interrupts::install()?;
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                () = interrupts.next() => {
                    if self.stopped.swap(true, Ordering::SeqCst) {
                        self.bar.finish_and_clear();
                        return Err(Failure::new("aborted")
                            .detail("the vendors may have applied changes whose responses were not received")
                            .help("run the same command again: it resumes")
                            .status(crate::status::ATTENTION));
                    }
                    self.bar.suspend(|| console.note("completing keys in progress; press Ctrl-C again to abort"));
                }
                done = &mut work => {
                    self.bar.finish_and_clear();
                    return Ok(done);
                }
            }
        }
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Host for ApplyHost {
    fn provider(&self, name: &str) -> Option<&dyn ApiKeyProvider> {
        self.providers.get(name).map(|provider| &provider.api as _)
    }

    async fn list(&self, provider: &str) -> ApiResult<Inventory> {
        let state = self.content.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let queries = self.queries.get(provider).map(Vec::as_slice).unwrap_or_default();
        match self.providers.get(provider) {
            Some(provider) => list(provider, queries, &state).await,
            None => Err(api_keys::Error::configuration("", "unknown provider")),
        }
    }

    async fn prepare(
        &self,
        identity: &Identity,
        destinations: &[Destination],
    ) -> Result<(), UndeliveredError> {
        let logical = identity.to_string();
        let subject = Subject { logical: Some(&logical), ..Subject::default() };
        for destination in destinations {
            self.destinations.prepare(destination, &subject).await.map_err(|error| {
                let what = format!("{}: {error}", clean(&destination.to_string()));
                UndeliveredError::new(
                    what,
                    "fix the destination and run the same command again; no secret was issued",
                )
            })?;
        }
        Ok(())
    }

    fn may_be_delivered(&self, provider: &str, id: &KeyId) -> bool {
        deliveries::may_have_started(provider, id.as_str())
    }

    async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), UndeliveredError> {
        let logical = delivery.identity.to_string();
        let subject = Subject {
            logical: Some(&logical),
            provider: delivery.provider,
            id: delivery.id.as_str(),
            name: delivery.name,
            record: None,
        };
        deliveries::start(subject.provider, subject.id).map_err(|error| {
            UndeliveredError::new(
                format!("failed to record the delivery: {error}"),
                "make room and run the same command again",
            )
        })?;
        crash::point("delivering");
        for destination in delivery.destinations {
            if let Err(error) = self.destinations.deliver(destination, &subject, delivery.secret).await {
                let what = format!("{}: {error}", clean(&destination.to_string()));
                let saved = rescue::keep_declared(subject.provider, subject.id, delivery.secret);
                let help = match saved {
                    Ok(path) => format!(
                        "fix the destination and run the same command again: it delivers the secret, saved to {}",
                        path.display()
                    ),
                    Err(error) => format!(
                        "fix the destination and run the same command again: it issues another secret, because this \
                         one could not be saved ({error})"
                    ),
                };
                return Err(UndeliveredError::new(what, help));
            }
            crash::point("delivered to one destination");
        }
        Ok(())
    }

    fn undelivered(&self, provider: &str, id: &KeyId) -> Option<SecretKey> {
        rescue::find_declared(provider, id.as_str())
    }

    fn forget(&self, provider: &str, id: &KeyId) {
        let forgotten = rescue::forget_declared(provider, id.as_str());
        if let Err(error) = forgotten.and_then(|()| deliveries::end(provider, id.as_str())) {
            warn(format_args!("failed to remove the records of {}: {error}", clean(id.as_str())));
        }
    }

    fn save(&self, state: &State) -> io::Result<()> {
        self.file.write(state)?;
        state.clone_into(&mut self.content.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.is_interrupted()
    }

    fn reached(&self, point: &str) {
        crash::point(point);
    }

    fn completed(&self, _key: &str) {
        self.bar.inc(1);
    }
}
