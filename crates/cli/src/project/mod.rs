//! Declared keys: the declaration, the providers, and the state file.

mod files;
pub(crate) mod saved;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, Field, ListQuery, RateLimited, Timestamp};
use api_keys_plan::{Declaration, Inventory, Marking, Plan, PlanOptions, State, plan};
use clap::Args;
use futures_util::future::join_all;

use crate::args::value;
use crate::config::{Config, Line, Provider};
use crate::console::Console;
use crate::failure::Failure;
use crate::lock::Lock;
use crate::output::ProviderFailure;
use crate::status;
pub(crate) use files::StateFile;

/// Selection of the declaration.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Declaration")]
pub(crate) struct ProjectArgs {
    /// Declaration of the keys
    #[arg(long, short, value_name = "FILE", env = "API_KEYS_DECLARATION", default_value = "keys.toml")]
    pub(crate) file: PathBuf,

    /// Environment of the declaration
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,

    /// Value of a variable of the declaration; can be repeated
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) variables: Vec<(String, String)>,

    /// State file, for vendors that store neither metadata nor a description [default: the declaration with the extension
    /// state.json]
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Duration after which an unfinished change by another machine is taken over
    #[arg(long, value_name = "DURATION", value_parser = value::duration, default_value = "15m")]
    pub(crate) lease: Duration,

    /// Configuration file [default: api-keys/config.toml in $XDG_CONFIG_HOME or ~/.config]
    #[arg(long, value_name = "FILE", env = "API_KEYS_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A declaration, with the files that belong to it.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) declaration: Declaration,
    /// The directory at which relative paths start.
    pub(crate) directory: PathBuf,
    /// The lines of the keys in the declaration.
    pub(crate) lines: BTreeMap<String, Line>,
    pub(crate) state: StateFile,
    machine: String,
    lease: Duration,
    config: Option<PathBuf>,
    /// The locks of the project and of the state file.
    locks: Vec<Lock>,
}

/// The providers of a project and their keys.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) providers: BTreeMap<String, Provider>,
    /// The queries by which all keys of a provider are listed.
    pub(crate) queries: BTreeMap<String, Vec<ListQuery>>,
    pub(crate) inventories: BTreeMap<String, Inventory>,
    pub(crate) failures: Vec<ProviderFailure>,
    pub(crate) content: State,
}

impl Project {
    /// Loads the declaration of the arguments.
    pub(crate) fn load(args: &ProjectArgs) -> Result<Self, Failure> {
        let path = &args.file;
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::new(format!("failed to read the declaration {}", path.display()))
                .caused_by(&error)
                .help("pass --file FILE")
        })?;
        let declaration =
            Declaration::parse(&text, args.env.as_deref(), &args.variables).map_err(|error| {
                Failure::new(format!("invalid declaration {}", path.display())).caused_by(&error)
            })?;
        let absolute =
            std::path::absolute(path).map_err(|error| Failure::new("invalid --file").caused_by(&error))?;
        let directory = absolute.parent().unwrap_or(Path::new("/")).to_owned();
        let state = match &args.state {
            Some(state) => state.clone(),
            None => absolute.with_extension("state.json"),
        };
        let lines = files::lines(path, &text);
        Self::new(declaration, directory, lines, state, args)
    }

    fn new(
        declaration: Declaration,
        directory: PathBuf,
        lines: BTreeMap<String, Line>,
        state: PathBuf,
        args: &ProjectArgs,
    ) -> Result<Self, Failure> {
        let (machine, config, lease) = (files::machine()?, args.config.clone(), args.lease);
        Ok(Self {
            declaration,
            directory,
            lines,
            state: StateFile::new(state),
            machine,
            lease,
            config,
            locks: Vec::new(),
        })
    }

    /// Locks the project on this machine and, when it is read, its state file.
    pub(crate) fn lock(&mut self) -> Result<(), Failure> {
        let path = files::state_path(&format!("apply-{}", self.declaration.scope().replace(':', "-")))?;
        self.locks.push(Lock::acquire(&path, "project", "XDG_STATE_HOME")?);
        Ok(())
    }

    /// Lists the keys of the declared providers or, to find keys that are no longer declared, of all. Also fills in owners,
    /// which the configuration of a provider may determine.
    pub(crate) async fn read(&mut self, all: bool, console: &Console<'_>) -> Result<Site, Failure> {
        let mut config = Config::load(self.config.as_deref(), console)?;
        let mut names: BTreeSet<_> =
            self.declaration.provider_names().into_iter().map(str::to_owned).collect();
        if all {
            names.extend(config.names().map(str::to_owned));
        }
        let mut site = Site {
            providers: BTreeMap::new(),
            queries: BTreeMap::new(),
            inventories: BTreeMap::new(),
            failures: Vec::new(),
            content: State::default(),
        };
        for name in names {
            let entry = config.take(Some(&name))?;
            let provider = entry.build().and_then(|mut provider| {
                self.fill_owners(&provider)?;
                provider.api = Arc::new(RateLimited::new(provider.api));
                let queries = self.queries(&provider)?;
                Ok((provider, queries))
            });
            match provider {
                Ok((provider, queries)) => {
                    site.queries.insert(name.clone(), queries);
                    site.providers.insert(name, provider);
                }
                Err(failure) => site.failures.push(ProviderFailure { provider: name, failure }),
            }
        }
        let uses_state = |provider: &Provider| {
            self.declaration.marking(&provider.name, &provider.api.capabilities()) == Marking::State
        };
        if self.locks.len() == 1 && site.providers.values().any(uses_state) {
            self.locks.push(Lock::acquire(self.state.path(), "state file", "--state FILE")?);
        }
        site.content = self.state.read()?;
        site.list().await;
        Ok(site)
    }

    /// Sets the owner of keys without one to the default owner of the provider, if it has exactly one.
    fn fill_owners(&mut self, provider: &Provider) -> Result<(), Failure> {
        let keys = self.declaration.keys.values_mut().filter(|key| key.provider == provider.name);
        if !provider.api.capabilities().create_fields.contains(Field::Owner) {
            return Ok(());
        }
        for key in keys.filter(|key| key.owner.is_none()) {
            key.owner = provider.owner_of_new(None)?;
        }
        Ok(())
    }

    /// Returns the queries for the configured and the declared owners.
    fn queries(&self, provider: &Provider) -> Result<Vec<ListQuery>, Failure> {
        let keys = self.declaration.keys.values().filter(|key| key.provider == provider.name);
        let filters = provider.api.capabilities().list_fields.contains(Field::Owner);
        let declared: Vec<_> = keys.filter_map(|key| key.owner.as_deref()).filter(|_| filters).collect();
        let mut queries = match provider.queries(None) {
            Err(_) if !declared.is_empty() => Vec::new(),
            queries => queries?,
        };
        for owner in declared {
            let query = ListQuery::new().owner(owner);
            if !queries.contains(&query) {
                queries.push(query);
            }
        }
        Ok(queries)
    }

    pub(crate) fn options(&self, prune: bool) -> PlanOptions {
        PlanOptions::new(Timestamp::now(), self.machine.as_str()).prune(prune).lease(self.lease)
    }

    /// Plans the steps.
    pub(crate) fn plan(&self, site: &Site, options: &PlanOptions) -> Plan {
        plan(&self.declaration, &site.inventories, &site.content, options)
    }
}

impl Site {
    /// Lists the keys of all providers concurrently.
    async fn list(&mut self) {
        let (queries, content) = (&self.queries, &self.content);
        let listings = self.providers.iter().map(async |(name, provider)| {
            let queries = queries.get(name).map(Vec::as_slice).unwrap_or_default();
            (name.clone(), list(provider, queries, content).await)
        });
        for (name, listed) in join_all(listings).await {
            match listed {
                Ok(inventory) => {
                    self.inventories.insert(name, inventory);
                }
                Err(error) => {
                    let failure = Failure::from_api("failed to list keys", &name, &error);
                    self.failures.push(ProviderFailure { provider: name, failure });
                }
            }
        }
    }

    /// Prints the failures, and returns the exit status for a result.
    pub(crate) fn verdict(&self, result: u8, console: &Console<'_>) -> u8 {
        for ProviderFailure { provider, failure } in &self.failures {
            console.note(format_args!("{provider}: {failure}"));
        }
        match (self.failures.is_empty(), self.inventories.is_empty()) {
            (true, _) => result,
            (false, true) => status::FAILED,
            (false, false) => status::PARTIAL,
        }
    }
}

/// Lists the keys of a provider, and those of the state file.
pub(crate) async fn list(
    provider: &Provider,
    queries: &[ListQuery],
    state: &State,
) -> api_keys::Result<Inventory> {
    let mut inventory = Inventory::read(&provider.api, queries).await?;
    inventory.complete_with(&provider.api, state.ids(&provider.name).cloned()).await?;
    Ok(inventory)
}
