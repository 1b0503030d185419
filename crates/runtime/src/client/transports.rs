//! Default transports, shared by clients with the same settings.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::build_error::BuildError;
use crate::transport::Transport;

/// A cache of default transports. Clones share it.
///
/// TLS setup reads all trusted certificates of the system, which takes milliseconds and dominates the construction of a
/// client.
#[derive(Clone, Default)]
pub(crate) struct Transports(Arc<Mutex<Vec<Entry>>>);

struct Entry {
    connect_timeout: Duration,
    is_loopback: bool,
    transport: Arc<dyn Transport>,
}

impl Transports {
    /// Returns the transport with the given settings. Creates it on first use.
    pub(crate) fn get(
        &self,
        connect_timeout: Duration,
        is_loopback: bool,
    ) -> Result<Arc<dyn Transport>, BuildError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = all
            .iter()
            .find(|entry| entry.connect_timeout == connect_timeout && entry.is_loopback == is_loopback);
        if let Some(entry) = same {
            return Ok(Arc::clone(&entry.transport));
        }
        let transport = create(connect_timeout, is_loopback)?;
        all.push(Entry { connect_timeout, is_loopback, transport: Arc::clone(&transport) });
        Ok(transport)
    }
}

#[cfg(feature = "reqwest")]
fn create(connect_timeout: Duration, is_loopback: bool) -> Result<Arc<dyn Transport>, BuildError> {
    let transport = match is_loopback {
        true => crate::transport::reqwest::ReqwestTransport::without_proxy(connect_timeout),
        false => crate::transport::reqwest::ReqwestTransport::new(connect_timeout),
    };
    Ok(Arc::new(transport.map_err(BuildError::Transport)?))
}

#[cfg(not(feature = "reqwest"))]
fn create(_connect_timeout: Duration, _is_loopback: bool) -> Result<Arc<dyn Transport>, BuildError> {
    Err(BuildError::NoTransport)
}

impl fmt::Debug for Transports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transports(..)")
    }
}
