//! An origin that must not receive requests.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The target of redirects. It keeps the first bytes of every request.
#[derive(Debug)]
pub struct ForeignOrigin {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Vec<u8>>>>,
    task: JoinHandle<()>,
}

impl ForeignOrigin {
    /// Starts listening.
    ///
    /// # Errors
    /// Returns an error if no port can be bound.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 16 << 10];
                let read = timeout(Duration::from_millis(200), stream.read(&mut bytes)).await;
                bytes.truncate(read.map_or(0, |length| length.unwrap_or(0)));
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
            }
        });
        Ok(Self { address, received, task })
    }

    /// Returns the address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the received bytes of each connection.
    pub fn received(&self) -> Vec<Vec<u8>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for ForeignOrigin {
    fn drop(&mut self) {
        self.task.abort();
    }
}
