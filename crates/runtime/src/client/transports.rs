//! Default transports, shared by clients with the same settings.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::build_error::BuildError;
use crate::transport::Transport;
use crate::transport::pool_settings::PoolSettings;

/// A cache of default transports. Clones share it.
///
/// TLS setup reads all trusted certificates of the system, which takes milliseconds and dominates the construction of a
/// client.
#[derive(Clone, Default)]
pub(crate) struct Transports(Arc<Mutex<Vec<Entry>>>);

struct Entry {
    settings: Settings,
    transport: Arc<dyn Transport>,
}

/// The settings of a default transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) pool: PoolSettings,
    pub(crate) is_loopback: bool,
}

impl Transports {
    /// Returns the transport with the given settings. Creates it on first use.
    pub(crate) fn get(&self, settings: Settings) -> Result<Arc<dyn Transport>, BuildError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = all.iter().find(|entry| entry.settings == settings) {
            return Ok(Arc::clone(&entry.transport));
        }
        let transport = create(settings)?;
        all.push(Entry { settings, transport: Arc::clone(&transport) });
        Ok(transport)
    }
}

#[cfg(feature = "_pool")]
fn create(settings: Settings) -> Result<Arc<dyn Transport>, BuildError> {
    #[cfg(not(feature = "reqwest"))]
    use crate::transport::hyper::HyperTransport as DefaultTransport;
    #[cfg(feature = "reqwest")]
    use crate::transport::reqwest::ReqwestTransport as DefaultTransport;

    let Settings { connect_timeout, pool, is_loopback } = settings;
    let transport = match is_loopback {
        true => DefaultTransport::without_proxy(connect_timeout, pool),
        false => DefaultTransport::new(connect_timeout, pool),
    };
    Ok(Arc::new(transport.map_err(BuildError::Transport)?))
}

#[cfg(not(feature = "_pool"))]
fn create(_settings: Settings) -> Result<Arc<dyn Transport>, BuildError> {
    Err(BuildError::NoTransport)
}

impl fmt::Debug for Transports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transports(..)")
    }
}
