//! The transports that clients share when they are set up alike.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{BuildError, Transport};

/// Default transports, made when the first client wants one. Clones hand out the same.
///
/// Setting up TLS means reading every certificate that the system trusts: some ten milliseconds, and far more than
/// all the rest of making a client.
#[derive(Clone, Default)]
pub(crate) struct Transports(Arc<Mutex<Vec<Made>>>);

struct Made {
    connect_timeout: Duration,
    is_loopback: bool,
    transport: Arc<dyn Transport>,
}

impl Transports {
    /// The transport with these settings.
    pub(crate) fn get(
        &self,
        connect_timeout: Duration,
        is_loopback: bool,
    ) -> Result<Arc<dyn Transport>, BuildError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = all
            .iter()
            .find(|made| made.connect_timeout == connect_timeout && made.is_loopback == is_loopback);
        if let Some(made) = same {
            return Ok(Arc::clone(&made.transport));
        }
        let transport = make(connect_timeout, is_loopback)?;
        all.push(Made { connect_timeout, is_loopback, transport: Arc::clone(&transport) });
        Ok(transport)
    }
}

#[cfg(feature = "reqwest")]
fn make(connect_timeout: Duration, is_loopback: bool) -> Result<Arc<dyn Transport>, BuildError> {
    let transport = match is_loopback {
        true => crate::ReqwestTransport::without_proxy(connect_timeout),
        false => crate::ReqwestTransport::new(connect_timeout),
    };
    Ok(Arc::new(transport.map_err(BuildError::Transport)?))
}

#[cfg(not(feature = "reqwest"))]
fn make(_connect_timeout: Duration, _is_loopback: bool) -> Result<Arc<dyn Transport>, BuildError> {
    Err(BuildError::NoTransport)
}

impl fmt::Debug for Transports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transports(..)")
    }
}
