//! Version and settings of the server.

use std::time::Duration;

/// The emulated version of better-auth. Versions differ in their responses, not only in their features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Version {
    /// 1.3, with the built-in plugin: accepts forms, does not name invalid fields, requires no `Origin`.
    V1_3,
    /// 1.4, the last with the plugin built in: lists bare arrays, calls the owner `userId`.
    V1_4,
    /// 1.5, the first with the plugin as its own package: pages, organizations, error codes by name.
    V1_5,
    /// 1.7. The responses of 1.6 are the same.
    #[default]
    V1_7,
}

impl Version {
    /// Returns whether the plugin is the built-in one, without configurations and organizations.
    pub(crate) fn is_built_in(self) -> bool {
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
#[must_use]
pub struct Options {
    pub(crate) version: Version,
    pub(crate) metadata: bool,
    pub(crate) rate_limit: Option<(u32, Duration)>,
    pub(crate) organizations: Vec<String>,
}

impl Options {
    /// Creates options for a version with metadata, without a rate limit and organizations.
    pub fn new(version: Version) -> Self {
        Self { version, metadata: true, rate_limit: None, organizations: Vec::new() }
    }

    /// Sets whether keys can have metadata, which servers reject by default.
    pub fn metadata(mut self, enabled: bool) -> Self {
        self.metadata = enabled;
        self
    }

    /// Rejects more than this many requests per address and path in a window with 429. The window restarts with each
    /// accepted request. The address is that of `X-Forwarded-For`; without the header 1.7 counts all clients together,
    /// and earlier versions do not count them.
    pub fn rate_limit(mut self, requests: u32, window: Duration) -> Self {
        self.rate_limit = Some((requests, window));
        self
    }

    /// Makes the user the owner of an organization with this id. Versions before 1.5 have no organizations.
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
