//! A proxy that injects faults.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::deliver::{Client, Next, hang, reset, send, send_for_ever, trickle};
use super::http1::Framing;
use super::tagging::Tag;
use crate::fault::{Fault, Schedule, mixed};
use crate::message::{RawResponse, Request};
use crate::record::Record;
use crate::world::World;
use crate::{rescue, responses};

/// A proxy between a client and a server that injects the faults of a [`Schedule`].
///
/// It stops listening at intervals, so that connecting fails.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    foreign: SocketAddr,
    schedule: Schedule,
    world: Arc<World>,
    /// The secret that gateways put into cookies and redirects.
    session: String,
    calm: AtomicBool,
    outages: AtomicU64,
    accepted: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    most_pushed: AtomicU64,
    injected: Mutex<BTreeMap<String, u64>>,
}

impl Proxy {
    /// Listens on a free port. Redirects lead to `foreign`.
    ///
    /// # Errors
    /// Returns an error if no port can be bound.
    pub async fn start(
        server: SocketAddr,
        foreign: SocketAddr,
        schedule: Schedule,
        world: Arc<World>,
    ) -> io::Result<Self> {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = listener.local_addr()?;
        let session = format!("session-{}", (0..32).map(|_| fastrand::alphanumeric()).collect::<String>());
        Record::get().secret(&session);
        let shared = Arc::new(Shared {
            server,
            foreign,
            schedule,
            world,
            session,
            calm: AtomicBool::new(false),
            outages: AtomicU64::new(0),
            accepted: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            most_pushed: AtomicU64::new(0),
            injected: Mutex::default(),
        });
        let task = tokio::spawn(listen(Arc::clone(&shared), listener, address));
        Ok(Self { address, shared, task })
    }

    /// Returns the address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops injecting faults.
    pub fn calm_down(&self) {
        self.shared.calm.store(true, Ordering::SeqCst);
    }

    /// Returns the number of injections by kind of fault.
    pub fn injected(&self) -> BTreeMap<String, u64> {
        self.shared.injected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the number of outages.
    pub fn outages(&self) -> u64 {
        self.shared.outages.load(Ordering::SeqCst)
    }

    /// Returns the number of accepted connections.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// Returns the number of open connections.
    pub fn open(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Returns the maximum number of concurrent connections.
    pub fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }

    /// Returns the maximum number of bytes sent of an endless body, including buffers of the system.
    pub fn most_pushed(&self) -> u64 {
        self.shared.most_pushed.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client's connection, and the corresponding one to the server.
struct Link {
    client: Client,
    server: Option<BufReader<TcpStream>>,
}

/// Listens with a large backlog. With a small one, connections could remain half open for a minute, which is not a
/// scheduled fault.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(4096)
}

/// Returns the number of connections before the next outage, and its duration.
fn outage(schedule: &Schedule, number: u64) -> Option<(u64, Duration)> {
    let Schedule::Seeded { seed, .. } = schedule else { return None };
    let mut rng = mixed(*seed, &[number, 2, 2]);
    Some((rng.u64(30..90), Duration::from_millis(rng.u64(2..20))))
}

async fn listen(shared: Arc<Shared>, mut listener: TcpListener, address: SocketAddr) {
    loop {
        let outage = outage(&shared.schedule, shared.outages.load(Ordering::SeqCst));
        let (connections, pause) = outage.unwrap_or((u64::MAX, Duration::ZERO));
        for _ in 0..connections {
            if let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&shared).serve(stream));
            }
        }
        if shared.calm.load(Ordering::SeqCst) {
            continue;
        }
        drop(listener);
        shared.outages.fetch_add(1, Ordering::SeqCst);
        sleep(pause).await;
        listener = loop {
            match bind(address) {
                Ok(listener) => break listener,
                Err(_) => sleep(Duration::from_millis(1)).await,
            }
        };
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, stream: TcpStream) {
        self.accepted.fetch_add(1, Ordering::SeqCst);
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        let _ = stream.set_nodelay(true);
        let mut link = Link { client: BufReader::new(stream), server: None };
        while let Ok(Some(request)) = Request::read(&mut link.client).await {
            if !matches!(self.exchange(&mut link, &request).await, Ok(Next::Keep)) {
                break;
            }
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    async fn exchange(&self, link: &mut Link, request: &Request) -> io::Result<Next> {
        let tag = Tag::of(request);
        let _in_flight = self.world.arrivals.came(tag.call, false);
        let fault = match self.calm.load(Ordering::SeqCst) {
            true => None,
            false => self.schedule.fault(tag.call, tag.attempt, tag.class),
        };
        let Some(fault) = fault else {
            let response = self.forward(&mut link.server, tag, request).await?;
            send(&mut link.client, &response.encode()).await?;
            return Ok(Next::Keep);
        };
        *self.injected.lock().unwrap_or_else(PoisonError::into_inner).entry(fault.name()).or_default() += 1;
        match fault.reaches_server() {
            false => self.instead_of_server(fault, &mut link.client, request).await,
            true => self.after_server(fault, link, tag, request).await,
        }
    }

    /// Forwards the request. The client may not receive the server's response.
    async fn forward(
        &self,
        server: &mut Option<BufReader<TcpStream>>,
        tag: Tag,
        request: &Request,
    ) -> io::Result<RawResponse> {
        let server = match server {
            Some(server) => server,
            None => server.insert(BufReader::new(TcpStream::connect(self.server).await?)),
        };
        self.world.arrivals.forwarding(tag.call);
        server.get_mut().write_all(&request.encode()).await?;
        let response = RawResponse::read(server).await?;
        if response.is_success() {
            self.world.arrivals.acted(tag.call);
        }
        if let Some(secret) = rescue::secret(&response.body) {
            Record::get().secret(&secret);
        }
        // The header in which better-auth renews a session, and a typical header of gateways.
        let cookie = format!("session={}; HttpOnly", self.session);
        Ok(response.header("set-auth-token", &*self.session).header("set-cookie", cookie))
    }

    async fn instead_of_server(
        &self,
        fault: Fault,
        client: &mut Client,
        request: &Request,
    ) -> io::Result<Next> {
        let response = match fault {
            Fault::StallBefore => return hang(client).await,
            Fault::RefusedBefore(status) => responses::rejection(status, request, &self.session),
            Fault::Redirect(code) => RawResponse::new(&format!("{code} Moved"), "")
                .header("location", format!("http://{}/?token={}", self.foreign, self.session)),
            Fault::WebPage => responses::page("200 OK", "<div id=app></div>"),
            _ => return reset(client),
        };
        send(client, &response.encode()).await?;
        Ok(Next::Keep)
    }

    async fn after_server(
        &self,
        fault: Fault,
        Link { client, server }: &mut Link,
        tag: Tag,
        request: &Request,
    ) -> io::Result<Next> {
        if fault == Fault::Late {
            sleep(self.world.limits.attempt.mul_f64(1.5)).await;
        }
        let response = self.forward(server, tag, request).await?;
        let bytes = response.encode();
        let mut rng = self.schedule.rng(tag.call, tag.attempt);
        let within = rng.usize(1..bytes.len());
        match fault {
            Fault::Late | Fault::StallAfter => return hang(client).await,
            Fault::ResetAfter => return reset(client),
            Fault::RefusedAfter(status) => {
                send(client, &responses::rejection(status, request, &self.session).encode()).await?;
            }
            Fault::ResetWithin => {
                send(client, &bytes[..within]).await?;
                // A reset overtakes the bytes that were sent. The client should receive some of them.
                sleep(Duration::from_millis(5)).await;
                return reset(client);
            }
            Fault::StallWithin => {
                send(client, &bytes[..within]).await?;
                return hang(client).await;
            }
            Fault::Truncated => {
                send(client, &bytes[..within]).await?;
                return Ok(Next::Close);
            }
            Fault::Trickle => {
                trickle(client, &bytes, 1 + bytes.len() / 8, Duration::from_millis(1)).await?;
            }
            Fault::SlowTrickle => trickle(client, &bytes, 1, Duration::from_millis(10)).await?,
            Fault::NotHttp => {
                let noise: Vec<u8> = (0..rng.usize(1..400)).map(|_| rng.u8(..)).collect();
                send(client, &noise).await?;
                return Ok(Next::Close);
            }
            Fault::Garbage => {
                let noise: Vec<u8> = response.body.iter().map(|byte| byte ^ rng.u8(1..)).collect();
                send(client, &response.with_body(noise).encode()).await?;
            }
            Fault::ShortLength => {
                let length = rng.usize(..=response.body.len().saturating_sub(1));
                send(client, &response.encode_as(Framing::Length(length as u64))).await?;
            }
            Fault::LongLength => {
                let length = response.body.len() + rng.usize(1..100);
                send(client, &response.encode_as(Framing::Length(length as u64))).await?;
                return Ok(Next::Close);
            }
            Fault::HugeLength => {
                send(client, &response.encode_as(Framing::Length(1 << 40))).await?;
                return hang(client).await;
            }
            Fault::Chunked => {
                send(client, &response.encode_as(Framing::Chunks(rng.usize(1..20)))).await?;
            }
            Fault::Unframed => {
                send(client, &response.encode_as(Framing::Close)).await?;
                return Ok(Next::Close);
            }
            Fault::Surplus => {
                let surplus =
                    RawResponse::new("200 OK", r#"{"id":"forged","secret":"forged","name":"forged"}"#);
                send(client, &[bytes, surplus.encode()].concat()).await?;
            }
            Fault::ResetIdle => {
                send(client, &bytes).await?;
                sleep(Duration::from_millis(rng.u64(..5))).await;
                return reset(client);
            }
            Fault::Bomb => send(client, &responses::bomb().encode()).await?,
            Fault::Endless => return self.send_for_ever(client, "200 OK").await,
            Fault::EndlessError => return self.send_for_ever(client, "500 Gateway").await,
            Fault::FieldDropped => send(client, &responses::field_dropped(response).encode()).await?,
            Fault::BadId => send(client, &responses::bad_id(response).encode()).await?,
            Fault::ResetBefore
            | Fault::StallBefore
            | Fault::RefusedBefore(_)
            | Fault::Redirect(_)
            | Fault::WebPage => {
                unreachable!("{fault:?} does not reach the server")
            }
        }
        Ok(Next::Keep)
    }

    async fn send_for_ever(&self, client: &mut Client, status: &str) -> io::Result<Next> {
        let head = RawResponse::new(status, "").encode_as(Framing::Close);
        let pushed = send_for_ever(client, &head, &[b' '; 16 << 10]).await;
        self.most_pushed.fetch_max(pushed, Ordering::SeqCst);
        reset(client)
    }
}
