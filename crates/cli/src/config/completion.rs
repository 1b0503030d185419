//! Shell completion of provider names and key ids.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, iter, thread};

use api_keys::{ApiKeyProvider as _, Timestamp};
use clap_complete::CompletionCandidate;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::{ALL, Config, Entry, base};
use crate::file::replace;
use crate::human::is_harmful;

/// The duration for which a prompt waits for the vendors.
const TIMEOUT: Duration = Duration::from_millis(250);
/// The duration for which listed keys are kept.
const CACHED: Duration = Duration::from_secs(60);

/// Returns the names of the configured providers, without sending a request.
pub(crate) fn provider_names() -> Vec<CompletionCandidate> {
    let Ok(config) = Config::read(config_file().as_deref()) else { return Vec::new() };
    let entries = config.all_or(None).unwrap_or_default();
    let names = entries.iter().map(Entry::name).chain(iter::once(ALL));
    names.filter(|name| !name.contains(is_harmful)).map(CompletionCandidate::new).collect()
}

/// Keys that were listed recently.
#[derive(Serialize, Deserialize)]
struct Cache {
    at: Timestamp,
    config: Option<PathBuf>,
    provider: Option<String>,
    keys: Vec<Key>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Key {
    id: String,
    name: Option<String>,
}

/// Returns the ids of the keys of the selected providers, with their names. Providers whose credential is read by a
/// command or from the credential store are omitted, because that may ask for a password.
pub(crate) fn key_ids() -> Vec<CompletionCandidate> {
    let (config, provider) = (config_file(), provider());
    let path = base("XDG_CACHE_HOME", ".cache").map(|directory| directory.join("api-keys").join("keys.json"));
    let is_current = |cache: &Cache| {
        let age = Duration::try_from(Timestamp::now().duration_since(cache.at));
        cache.config == config && cache.provider == provider && age.is_ok_and(|age| age < CACHED)
    };
    let keys = match path.as_deref().and_then(read).filter(is_current) {
        Some(cache) => cache.keys,
        None => {
            let Some(keys) = list(config.as_deref(), provider.as_deref()) else { return Vec::new() };
            let cache = Cache { at: Timestamp::now(), config, provider, keys };
            if let Some(path) = &path {
                write(path, &cache);
            }
            cache.keys
        }
    };
    let clean = keys.into_iter().filter(|key| !key.id.contains(is_harmful));
    clean
        .map(|key| {
            let help = key.name.filter(|name| !name.contains(is_harmful)).map(Into::into);
            CompletionCandidate::new(key.id).help(help)
        })
        .collect()
}

/// Lists the first page of each provider, or returns `None` if that takes too long.
fn list(config: Option<&Path>, provider: Option<&str>) -> Option<Vec<Key>> {
    let entries = Config::read(config).ok()?.all_or(provider).ok()?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let keys = runtime.block_on(async {
            let providers = entries.into_iter().filter(|entry| !entry.may_ask());
            let providers: Vec<_> = providers.filter_map(|entry| entry.build().ok()).collect();
            let queries = providers.iter().flat_map(|provider| {
                let queries = provider.queries(None).unwrap_or_default();
                queries.into_iter().map(|query| provider.api.list(query))
            });
            let pages = join_all(queries).await.into_iter().filter_map(Result::ok);
            pages.flat_map(|page| page.items).map(|key| Key { id: key.id.into(), name: key.name }).collect()
        });
        sender.send(keys).ok()
    });
    receiver.recv_timeout(TIMEOUT).ok()
}

fn read(path: &Path) -> Option<Cache> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes the cache, which only its owner can read. Without it, the keys are listed again.
fn write(path: &Path, cache: &Cache) {
    let _ = serde_json::to_string(cache).map(|text| replace(path, &text));
}

/// Returns the configuration file of the command line that is completed.
fn config_file() -> Option<PathBuf> {
    option(&["--config"]).or_else(|| env::var_os("API_KEYS_CONFIG")).map(PathBuf::from)
}

/// Returns the provider that is selected by the command line that is completed.
fn provider() -> Option<String> {
    option(&["--provider", "-p"]).or_else(|| env::var_os("API_KEYS_PROVIDER"))?.into_string().ok()
}

/// Returns the value of an option.
fn option(names: &[&str]) -> Option<OsString> {
    let arguments: Vec<_> = env::args_os().collect();
    let separate = arguments.windows(2).find(|pair| names.iter().any(|name| pair[0] == *name));
    let assigned = || {
        let value = |argument: &OsString| {
            let argument = argument.to_str()?;
            names.iter().find_map(|name| argument.strip_prefix(name)?.strip_prefix('=')).map(OsString::from)
        };
        arguments.iter().find_map(value)
    };
    separate.map(|pair| pair[1].clone()).or_else(assigned)
}
