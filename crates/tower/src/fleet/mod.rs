//! Results, changes and rate limits that the instances of a service share.

mod entry;
mod link;
mod script;
mod tier;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{Error, Result, SecretKey};
use redis::Client;

pub(crate) use self::tier::Tier;
use crate::changes::Changes;

/// The minimum length of the key in bytes.
const KEY: usize = 32;

/// A Redis server that the instances of a service share, for [`AuthenticatorBuilder::fleet`].
///
/// - **Results.** An instance uses the valid results of the others. A result is used for the same time in total, in
///   however many instances.
/// - **Changes.** A change through [`Authenticator::provider`] is published to all instances, which verify the key
///   again.
/// - **Rate limits.** [`AuthenticatorBuilder::rate_limit`] counts the requests of all instances, with one round trip for
///   each request.
///
/// While Redis is unavailable, each instance behaves as it does without a fleet: no request fails because of it, and no
/// request is accepted because of it. Changes are published when Redis is available again. Commands have a
/// [timeout](Self::timeout); after a failure, requests do not use Redis until a task has connected to it again.
///
/// Redis contains metadata of keys, but neither secrets nor values from which they can be derived. Results have a message
/// authentication code, so that write access to Redis does not suffice to have an unknown key accepted or to change
/// scopes. It does suffice to have a revoked key accepted for up to ten seconds more than
/// [`AuthenticatorBuilder::valid_for`].
///
/// All instances must have the same key and namespace, and clocks that differ by less than ten seconds. Results are
/// shared between instances of the same version of this crate, and changes between all.
///
/// ```
/// use api_keys_core::SecretKey;
/// use api_keys_tower::Fleet;
///
/// let key = SecretKey::new("32 random bytes, such as those of `openssl rand -base64 32`");
/// let fleet = Fleet::new("redis://localhost", key).namespace("orders");
/// ```
///
/// [`Authenticator::provider`]: crate::Authenticator::provider
/// [`AuthenticatorBuilder::fleet`]: crate::AuthenticatorBuilder::fleet
/// [`AuthenticatorBuilder::rate_limit`]: crate::AuthenticatorBuilder::rate_limit
/// [`AuthenticatorBuilder::valid_for`]: crate::AuthenticatorBuilder::valid_for
#[derive(Clone)]
pub struct Fleet {
    url: String,
    key: SecretKey,
    namespace: String,
    timeout: Duration,
}

impl Fleet {
    /// Creates a fleet from the URL of a Redis server and a key of at least 32 bytes.
    ///
    /// The URL has the form `redis://[user:password@]host[:port][/database]`; `rediss` uses TLS and requires the feature
    /// `redis-rustls`. Certificates are verified with those of the system.
    pub fn new(url: impl Into<String>, key: SecretKey) -> Self {
        Self { url: url.into(), key, namespace: "api-keys".to_owned(), timeout: Duration::from_millis(100) }
    }

    /// Sets the prefix of all names in Redis, which separates services that use the same server. The default is
    /// `api-keys`.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Sets the timeout of a command. The default is 100 milliseconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Starts a task that connects to the server. It ends when the result is dropped.
    pub(crate) fn start(self, vendor: &'static str, changes: Arc<Changes>) -> Result<Tier> {
        let invalid = |message: &str| Error::configuration(vendor, message);
        if self.key.expose().len() < KEY {
            return Err(invalid("the key of the fleet has less than 32 bytes"));
        }
        // The error of the client may contain the URL.
        let client = Client::open(&*self.url).map_err(|_| invalid("invalid URL of Redis"))?;
        #[cfg(feature = "redis-rustls")]
        install_crypto_provider(&client);
        let runtime = tokio::runtime::Handle::try_current();
        let runtime = runtime.map_err(|_| invalid("a fleet requires a Tokio runtime"))?;
        Ok(Tier::start(&self, client, vendor, changes, &runtime))
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may contain a password.
        f.debug_struct("Fleet").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

/// Installs a crypto provider for a client with TLS, which otherwise panics, unless the application has done so.
#[cfg(feature = "redis-rustls")]
fn install_crypto_provider(client: &Client) {
    let uses_tls = matches!(client.get_connection_info().addr(), redis::ConnectionAddr::TcpTls { .. });
    if uses_tls && rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}
