//! The transports under test.

use std::sync::Arc;
use std::time::Duration;

use api_keys_runtime::{HyperTransport, PoolSettings, ReqwestTransport, Transport, TransportError};

/// A transport of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// The one on reqwest.
    Reqwest,
    /// The one on hyper.
    Hyper,
}

impl Stack {
    /// Both.
    pub const ALL: &[Self] = &[Self::Reqwest, Self::Hyper];

    /// Creates the transport.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized.
    pub fn transport(
        self,
        connect_timeout: Duration,
        pool: PoolSettings,
    ) -> Result<Arc<dyn Transport>, TransportError> {
        Ok(match self {
            Self::Reqwest => Arc::new(ReqwestTransport::new(connect_timeout, pool)?),
            Self::Hyper => Arc::new(HyperTransport::new(connect_timeout, pool)?),
        })
    }
}
