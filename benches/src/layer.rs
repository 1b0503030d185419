//! Authentication of requests to an axum service, compared with a static bearer token of tower-http.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys::memory::Memory;
use api_keys::{ApiKeyProvider as _, NewApiKey};
use api_keys_tower::{ApiKeyLayer, Authenticator};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use clap::ValueEnum;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{self, Runtime};
use tower::ServiceExt as _;
use tower_http::validate_request::ValidateRequestHeaderLayer;

use crate::stats::median;
use crate::{alloc, counts};

/// A service.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Service {
    /// Without authentication.
    Open,
    /// With a static bearer token.
    Token,
    /// With API keys, cached.
    Keys,
}

const SERVICES: [Service; 3] = [Service::Open, Service::Token, Service::Keys];

/// The rounds of times, and the requests to a router without a network in each.
const ROUNDS: usize = 15;
const CALLS: usize = 20_000;
/// The requests of the shorter of two runs whose instructions are counted.
const COUNTED: u32 = 1000;
/// The connections, and the requests of each in a round.
const CONNECTIONS: usize = 64;
const REQUESTS: usize = 300;

/// Measures the services in alternation, and returns a Markdown table.
pub(crate) fn markdown() -> String {
    let counts = row("router: allocations of a request", 1, allocations);
    alloc::stop();
    let mut rows = vec![
        counts,
        row("router: time of a request, µs", ROUNDS, |service| 1e6 * time(service)),
        row("64 connections: requests per second", 4 * ROUNDS, throughput),
    ];
    if counts::has_callgrind() {
        rows.push(row("one connection: instructions of service and client", 1, instructions));
    }
    format!(
        "| | static bearer token | no authentication | API keys, cached |\n|---|---:|---:|---:|\n{}",
        rows.concat()
    )
}

/// Returns the median of all rounds for the token, and the medians of the ratios to it in each round.
fn row(title: &str, rounds: usize, measure: impl Fn(Service) -> f64) -> String {
    let [mut tokens, mut open, mut keys] = [const { Vec::new() }; 3];
    for round in 0..rounds {
        let mut values = [0.0; 3];
        for turn in 0..3 {
            let index = (round + turn) % 3;
            values[index] = measure(SERVICES[index]);
        }
        let [without, token, with] = values;
        tokens.push(token);
        open.push(without / token);
        keys.push(with / token);
    }
    format!("| {title} | {:.1} | {:.2} | {:.2} |\n", median(&tokens), median(&open), median(&keys))
}

/// Returns a service and its secret.
async fn router(service: Service) -> (Router, String) {
    let keys = Memory::new();
    let secret = keys.create(NewApiKey::new("bench")).await.expect("a key").secret.expose().to_owned();
    let router = Router::new().route("/", get(async || "ok"));
    let router = match service {
        Service::Open => router,
        #[expect(deprecated, reason = "the simplest comparison; a real service needs more")]
        Service::Token => router.layer(ValidateRequestHeaderLayer::bearer(&secret)),
        Service::Keys => {
            let builder = Authenticator::builder(Arc::new(keys)).valid_for(Duration::from_secs(3600));
            router.layer(ApiKeyLayer::new(builder.build().expect("built")))
        }
    };
    (router, secret)
}

fn single_thread() -> Runtime {
    runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Returns the seconds of a request to a router without a network.
fn time(service: Service) -> f64 {
    single_thread().block_on(async {
        let (router, secret) = router(service).await;
        let start = Instant::now();
        for _ in 0..CALLS {
            call(&router, &secret).await;
        }
        start.elapsed().as_secs_f64() / CALLS as f64
    })
}

fn allocations(service: Service) -> f64 {
    single_thread().block_on(async {
        let (router, secret) = router(service).await;
        call(&router, &secret).await;
        let before = alloc::total();
        for _ in 0..CALLS {
            call(&router, &secret).await;
        }
        ((alloc::total() - before) / CALLS) as f64
    })
}

async fn call(service: &Router, secret: &str) {
    let request = Request::get("/").header("authorization", format!("Bearer {secret}")).body(Body::empty());
    let response = service.clone().oneshot(request.expect("a request")).await.expect("a response");
    assert_eq!(response.status(), 200);
}

/// Returns the requests per second of a service on one core and clients on another.
fn throughput(service: Service) -> f64 {
    let (sender, receiver) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        single_thread().block_on(async {
            let (address, secret, serving) = serve(service).await;
            sender.send((address, secret)).expect("received");
            tokio::select! {
                () = serving => (),
                _ = stopped => (),
            }
        });
    });
    let (address, secret) = receiver.recv().expect("an address");
    let seconds = single_thread().block_on(async {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            let mut client = Client::connect(address, &secret).await;
            client.call().await;
            clients.push(client);
        }
        let start = Instant::now();
        let calls = clients.iter_mut().map(|client| async move {
            for _ in 0..REQUESTS {
                client.call().await;
            }
        });
        futures_util::future::join_all(calls).await;
        start.elapsed().as_secs_f64()
    });
    stop.send(()).expect("running");
    server.join().expect("no panic");
    (CONNECTIONS * REQUESTS) as f64 / seconds
}

async fn serve(service: Service) -> (SocketAddr, String, impl Future<Output = ()>) {
    let (router, secret) = router(service).await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (address, secret, async { axum::serve(listener, router).await.expect("served") })
}

/// A connection that does little else than send a request and read the response.
struct Client {
    stream: TcpStream,
    request: Vec<u8>,
}

impl Client {
    async fn connect(address: SocketAddr, secret: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("connected");
        let request = format!(
            "GET / HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {secret}\r\naccept: */*\r\n\
             user-agent: bench\r\n\r\n"
        );
        Self { stream, request: request.into_bytes() }
    }

    async fn call(&mut self) {
        self.stream.write_all(&self.request).await.expect("sent");
        let mut response = [0; 1024];
        let length = self.stream.read(&mut response).await.expect("received");
        let response = &response[..length];
        assert!(response.starts_with(b"HTTP/1.1 200") && response.ends_with(b"ok"), "one small response");
    }
}

/// Returns the instructions of a request to a service and a minimal client in one process.
fn instructions(service: Service) -> f64 {
    counts::per_call(COUNTED, |requests| {
        counts::instructions(["request".to_owned(), counts::argument(&service), requests.to_string()])
    })
}

/// Sends requests to a service in this process.
pub(crate) fn request(service: Service, requests: u32) {
    single_thread().block_on(async {
        let (address, secret, serving) = serve(service).await;
        let calls = async {
            let mut client = Client::connect(address, &secret).await;
            for _ in 0..requests {
                client.call().await;
            }
        };
        tokio::select! {
            () = serving => (),
            () = calls => (),
        }
    });
}
