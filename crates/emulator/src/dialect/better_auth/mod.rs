//! The API-key plugin of a better-auth server.
//!
//! There is one user, whose session is the emulator's token, and two configurations as a server with organizations
//! has them: `default` for keys of the user, `org` for keys of an organization. Keys in the store without an owner
//! are the user's. Not spoken: signing in, cookies and API keys in the place of a session, roles in organizations.

use std::time::Duration;

use api_keys_core::SecretKey;
use api_keys_memory::MemoryBuilder;
use axum::Router;

use super::{ALPHANUMERIC, State, key_id, random};

mod body;
mod fault;
mod key;
mod limiter;
mod operations;
mod schema;
mod server;

pub(crate) const BASE_PATH: &str = "/api/auth";

/// Which better-auth. What it answers changed in between, not only what it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Version {
    /// 1.3, with the plugin built in: reads forms, does not say which field is wrong, asks for no `Origin`.
    V1_3,
    /// 1.4, the last with the plugin built in: lists bare arrays, calls the owner `userId`.
    V1_4,
    /// 1.5, the first with the plugin as its own package: pages, organizations, error codes by name.
    V1_5,
    /// 1.7; 1.6 answers the same.
    #[default]
    V1_7,
}

impl Version {
    /// Whether the plugin is the built-in one, without configurations and organizations.
    fn is_built_in(self) -> bool {
        self < Self::V1_5
    }
}

/// A better-auth server's version and settings.
///
/// ```
/// use api_keys_emulator::{Emulator, better_auth};
///
/// # #[tokio::main]
/// # async fn main() -> std::io::Result<()> {
/// let options = better_auth::Options::new(better_auth::Version::V1_7).metadata(false).organization("acme");
/// let emulator = Emulator::builder(options).start().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    version: Version,
    metadata: bool,
    rate_limit: Option<(u32, Duration)>,
    organizations: Vec<String>,
}

impl Options {
    /// A version with metadata switched on, no limit on requests and no organization.
    pub fn new(version: Version) -> Self {
        Self { version, metadata: true, rate_limit: None, organizations: Vec::new() }
    }

    /// Whether keys can carry metadata; a server on which nobody switched it on refuses them.
    pub fn metadata(mut self, enabled: bool) -> Self {
        self.metadata = enabled;
        self
    }

    /// Answers 429 to more than this many requests per address and path in a window, which starts anew with each
    /// request that is let through. The address is what `X-Forwarded-For` says; without that header 1.7 counts all
    /// clients together, earlier versions do not count them.
    pub fn rate_limit(mut self, requests: u32, window: Duration) -> Self {
        self.rate_limit = Some((requests, window));
        self
    }

    /// Makes the user the owner of an organization with this id. Versions before 1.5 know none.
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        self.organizations.push(id.into());
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new(Version::default())
    }
}

tokio::task_local! {
    /// The secret of the key that is being created: the store asks for secrets without knowing of prefixes.
    static SECRET: SecretKey;
}

pub(crate) fn store(store: MemoryBuilder) -> MemoryBuilder {
    store
        .ids(|| key_id(|| random(ALPHANUMERIC, 32)))
        .secrets(|_| SECRET.try_with(Clone::clone).unwrap_or_else(|_| secret("")))
}

fn secret(prefix: &str) -> SecretKey {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    SecretKey::new(format!("{prefix}{}", random(LETTERS, 64)))
}

pub(crate) fn router(state: State, options: Options) -> Router {
    server::router(state, options)
}
