//! The server: binding, counting and stopping.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use api_keys_core::{SecretKey, Timestamp};
use api_keys_memory::Memory;
use axum::extract::Request;
use axum::middleware::{self, Next};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::dialect::{self, Dialect};
use crate::service::EmulatedService;
use crate::state::{Clock, State};
use crate::vendor::Vendor;

/// A server on a loopback address that behaves like a vendor's.
///
/// It stops when it is dropped. [`stop`](Self::stop) also waits for it.
///
/// ```
/// use api_keys_emulator::{Emulator, Vendor};
///
/// # #[tokio::main]
/// # async fn main() -> std::io::Result<()> {
/// let emulator = Emulator::start(Vendor::Clerk).await?;
/// assert!(emulator.base_url().starts_with("http://127.0.0.1:"));
/// assert_eq!(emulator.requests(), 0);
/// emulator.stop().await;
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    vendor: Vendor,
    base_url: String,
    token: SecretKey,
    store: Memory,
    requests: Arc<AtomicU64>,
    // Dropping the sender signals the server to stop.
    running: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Emulator {
    /// Starts the newest version of a vendor on a free port.
    ///
    /// # Errors
    /// Returns an error if no port can be bound.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime.
    pub async fn start(vendor: Vendor) -> io::Result<Self> {
        Self::builder(vendor).start().await
    }

    /// Creates a builder for a [`Vendor`], one of its versions, or a [`Dialect`].
    pub fn builder(dialect: impl Into<Dialect>) -> EmulatorBuilder {
        EmulatorBuilder { dialect: dialect.into(), port: 0, token: None, max_active: None, clock: None }
    }

    /// Returns the emulated vendor.
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// Returns the base URL for the vendor's client.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns the accepted management credential.
    pub fn token(&self) -> &SecretKey {
        &self.token
    }

    /// Returns the stored keys, independently of the responses.
    pub fn store(&self) -> &Memory {
        &self.store
    }

    /// Returns the number of received requests.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// Stops the server after all pending requests.
    pub async fn stop(self) {
        let Self { running, server, .. } = self;
        drop(running);
        // The task ends with the signal. It fails only by a panic, which has been reported.
        let _ = server.await;
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("vendor", &self.vendor)
            .field("base_url", &self.base_url)
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}

/// Options of an [`Emulator`].
#[must_use]
pub struct EmulatorBuilder {
    dialect: Dialect,
    port: u16,
    token: Option<SecretKey>,
    max_active: Option<u32>,
    clock: Option<Clock>,
}

impl EmulatorBuilder {
    /// Sets the port on 127.0.0.1. The default is a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the management credential. The default is a random one.
    pub fn token(mut self, token: impl Into<SecretKey>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the maximum number of active keys. The default is the vendor's.
    pub fn max_active(mut self, keys: u32) -> Self {
        self.max_active = Some(keys);
        self
    }

    /// Sets the clock. The default is the system clock.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Creates the service without a server, for tests that deliver the requests themselves.
    ///
    /// # Errors
    /// Returns an error if the store rejects the options.
    pub fn service(self) -> io::Result<EmulatedService> {
        let Self { dialect, token, max_active, clock, .. } = self;
        let token = token.unwrap_or_else(|| dialect::random_token(&dialect));
        let clock = clock.unwrap_or_else(|| Arc::new(Timestamp::now));

        let store_clock = Arc::clone(&clock);
        let mut store = dialect.store(Memory::builder().clock(move || store_clock()));
        if let Some(keys) = max_active {
            store = store.max_active(keys);
        }
        let store = store.build().map_err(io::Error::other)?;
        Ok(EmulatedService::new(dialect, State::new(store, token, clock)))
    }

    /// Starts the server.
    ///
    /// # Errors
    /// Returns an error if the port cannot be bound.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime.
    pub async fn start(self) -> io::Result<Emulator> {
        let port = self.port;
        let service = self.service()?;

        let socket = TcpSocket::new_v4()?;
        // The port can then be reused immediately.
        socket.set_reuseaddr(!cfg!(windows))?;
        socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
        // Enough for a thousand concurrent connections. Those in excess would hang.
        let listener = socket.listen(4096)?;
        let base_url = service.base_url(&format!("http://{}", listener.local_addr()?));

        let requests = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&requests);
        let router = service.router().layer(middleware::from_fn(move |request: Request, next: Next| {
            counter.fetch_add(1, Ordering::SeqCst);
            next.run(request)
        }));

        let (running, stopped) = oneshot::channel::<()>();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // Ends when the sender is dropped.
            let _ = stopped.await;
        });
        let server = tokio::spawn(async {
            // Errors of single connections do not stop the server.
            let _ = server.await;
        });
        let EmulatedService { dialect, state, .. } = service;
        let (vendor, token, store) = (dialect.vendor(), state.token().clone(), state.store);
        Ok(Emulator { vendor, base_url, token, store, requests, running, server })
    }
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("dialect", &self.dialect)
            .field("port", &self.port)
            .field("max_active", &self.max_active)
            .finish_non_exhaustive()
    }
}
