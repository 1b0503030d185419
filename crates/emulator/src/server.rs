//! Binding, counting and stopping: what all dialects share.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use api_keys_core::{SecretKey, Timestamp};
use api_keys_memory::Memory;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::dialect::{Clock, Dialect, State};
use crate::{Vendor, dialect};

/// A running server that speaks one vendor's dialect on a loopback address.
///
/// Dropping it stops it; [`stop`](Self::stop) also waits until it has.
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
    // Dropping the sender is the signal to stop.
    running: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Emulator {
    /// Starts a vendor's dialect, in its newest version, on a free port.
    ///
    /// # Errors
    /// When no port can be bound.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub async fn start(vendor: Vendor) -> io::Result<Self> {
        Self::builder(vendor).start().await
    }

    /// Starts with options: of a [`Vendor`], of one version of its dialect, or of a whole [`Dialect`].
    pub fn builder(dialect: impl Into<Dialect>) -> EmulatorBuilder {
        EmulatorBuilder { dialect: dialect.into(), port: 0, token: None, max_active: None, clock: None }
    }

    /// Whose dialect it speaks.
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// What the vendor's client takes as its base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The management credential that it accepts.
    pub fn token(&self) -> &SecretKey {
        &self.token
    }

    /// The keys behind it: what is really there, whatever the answers say.
    pub fn store(&self) -> &Memory {
        &self.store
    }

    /// How many requests have reached it.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// Stops, and waits for requests that are being answered.
    pub async fn stop(self) {
        let Self { running, server, .. } = self;
        drop(running);
        // The task ends with the signal; it can fail only by a panic, which has been reported by then.
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
pub struct EmulatorBuilder {
    dialect: Dialect,
    port: u16,
    token: Option<SecretKey>,
    max_active: Option<u32>,
    clock: Option<Clock>,
}

impl EmulatorBuilder {
    /// Listens on this port of 127.0.0.1; by default on any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Accepts this management credential; by default one made up at start.
    pub fn token(mut self, token: impl Into<SecretKey>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// How many keys may be active at a time; by default as many as the vendor allows.
    pub fn max_active(mut self, keys: u32) -> Self {
        self.max_active = Some(keys);
        self
    }

    /// Tells the time; by default the system's.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// When the port cannot be bound.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub async fn start(self) -> io::Result<Emulator> {
        let Self { dialect, port, token, max_active, clock } = self;
        let token = token.unwrap_or_else(|| dialect::random_token(&dialect));
        let clock = clock.unwrap_or_else(|| Arc::new(Timestamp::now));

        let told = Arc::clone(&clock);
        let mut store = dialect.store(Memory::builder().clock(move || told()));
        if let Some(keys) = max_active {
            store = store.max_active(keys);
        }
        let store = store.build().map_err(io::Error::other)?;

        let socket = TcpSocket::new_v4()?;
        // As servers do, so that the port can be used again at once.
        socket.set_reuseaddr(!cfg!(windows))?;
        socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
        // Room for a test that opens a thousand connections at once: those that do not fit would hang.
        let listener = socket.listen(4096)?;
        let base_url = format!("http://{}{}", listener.local_addr()?, dialect.base_path());
        let vendor = dialect.vendor();

        let requests = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&requests);
        let router = dialect
            .router(State::new(store.clone(), token.clone(), clock))
            .layer(DefaultBodyLimit::disable())
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                counter.fetch_add(1, Ordering::SeqCst);
                next.run(request)
            }));

        let (running, stopped) = oneshot::channel::<()>();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // Only ever ends by the sender being dropped.
            let _ = stopped.await;
        });
        let server = tokio::spawn(async {
            // Accepting goes on after errors of single connections, so there is no error to report.
            let _ = server.await;
        });
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
