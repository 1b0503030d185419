//! Promises of the transports, which do not depend on the library below them.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use api_keys::clerk::ClerkConfig;
use api_keys::{ApiKeyProvider, Effect, ErrorKind, KeyId, NewApiKey};
use api_keys_fault_tests::proxy::{Stack, allow_many_sockets};
use api_keys_runtime::{HttpConfig, PoolSettings};
use futures_util::future::join_all;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::hostile::SECRET;
use crate::http2::{Http2Server, Reaction};
use crate::tls::TlsServer;

const SECOND: Duration = Duration::from_secs(1);

fn provider(base_url: &str, stack: Stack, pool: PoolSettings) -> impl ApiKeyProvider + Clone + 'static {
    provider_with(base_url, HttpConfig::new().transport(stack.transport(SECOND, pool).unwrap()))
}

fn provider_with(base_url: &str, http: HttpConfig) -> impl ApiKeyProvider + Clone + 'static {
    let http = http.timeout(30 * SECOND).max_attempts(1).allow_http(true);
    ClerkConfig::new("sk_test_0123456789").base_url(base_url).http(http).build().unwrap()
}

fn new() -> NewApiKey {
    NewApiKey::new("ci").owner("user_1")
}

async fn create(keys: &impl ApiKeyProvider) {
    assert_eq!(keys.create(new()).await.unwrap().secret.expose(), SECRET);
}

fn id() -> KeyId {
    KeyId::new("ak_1").unwrap()
}

/// A server of HTTP/1.1 that counts its connections.
struct Server {
    base_url: String,
    accepted: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    most_open: Arc<AtomicUsize>,
}

impl Server {
    /// Starts a server that delays each response, and closes a connection after a number of them without announcing it.
    async fn start(delay: Duration, responses: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            base_url: format!("http://{}/v1", listener.local_addr().unwrap()),
            accepted: Arc::default(),
            open: Arc::default(),
            most_open: Arc::default(),
        };
        let counts = [&server.accepted, &server.open, &server.most_open].map(Arc::clone);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let [accepted, open, most_open] = counts.clone();
                accepted.fetch_add(1, Ordering::SeqCst);
                most_open.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let _ = respond(client, delay, responses).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Waits until no connection is open.
    async fn closed(&self) {
        while self.open.load(Ordering::SeqCst) > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn respond(client: TcpStream, delay: Duration, responses: usize) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    for _ in 0..responses {
        let Some((_, head)) = read_request(&mut client).await? else { break };
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        client.read_exact(&mut body).await?;
        sleep(delay).await;
        client.write_all(response().as_bytes()).await?;
    }
    Ok(())
}

/// Reads the start line and the headers of a request. Returns `None` at the end of the connection.
async fn read_request(client: &mut BufReader<TcpStream>) -> std::io::Result<Option<(String, Vec<String>)>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_ascii_lowercase()),
        }
    }
    let start = lines.remove(0);
    Ok(Some((start, lines)))
}

fn response() -> String {
    let body = crate::hostile::key(|_| ());
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_limited() {
    const LIMIT: usize = 8;
    for stack in Stack::ALL {
        let server = Server::start(Duration::from_millis(2), usize::MAX).await;
        let pool = PoolSettings::default().max_connections(LIMIT as u32);
        let transport = stack.transport(30 * SECOND, pool).unwrap();
        let keys = provider_with(&server.base_url, HttpConfig::new().transport(transport));
        let id = id();
        let results = join_all((0..400).map(|_| keys.get(&id))).await;
        assert!(results.iter().all(Result::is_ok), "{stack:?}");
        let most = server.most_open.load(Ordering::SeqCst);
        // reqwest may connect although a connection becomes free.
        let limit = if *stack == Stack::Hyper { LIMIT } else { 2 * LIMIT };
        assert!((2..=limit).contains(&most), "{stack:?}: {most} connections at a time");
        assert!(server.accepted() <= 4 * LIMIT, "{stack:?}: {} connections", server.accepted());
    }
}

#[tokio::test]
async fn call_without_a_free_connection_is_not_sent() {
    for stack in Stack::ALL {
        let server = Server::start(3 * SECOND, usize::MAX).await;
        let keys = provider(&server.base_url, *stack, PoolSettings::default().max_connections(1));
        let (first, second) = tokio::join!(keys.create(new()), async {
            sleep(SECOND / 2).await;
            keys.create(new()).await
        });
        assert_eq!(first.unwrap().secret.expose(), SECRET);
        let error = second.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Transport, Effect::NotApplied), "{stack:?}");
        // A dropped call frees its connection.
        assert!(timeout(SECOND / 10, keys.get(&id())).await.is_err());
        keys.get(&id()).await.unwrap();
    }
}

#[tokio::test]
async fn connections_are_reused_until_they_are_idle_for_too_long() {
    for stack in Stack::ALL {
        let server = Server::start(Duration::ZERO, usize::MAX).await;
        let pool = PoolSettings::default().idle_timeout(SECOND / 2);
        let keys = provider(&server.base_url, *stack, pool);
        for _ in 0..20 {
            keys.get(&id()).await.unwrap();
            create(&keys).await;
        }
        assert_eq!(server.accepted(), 1, "{stack:?}");
        timeout(20 * SECOND, server.closed()).await.expect("an idle connection is closed");
        keys.get(&id()).await.unwrap();
        assert_eq!(server.accepted(), 2, "{stack:?}");
        drop(keys);
        timeout(20 * SECOND, server.closed()).await.expect("a connection without a client is closed");
    }
}

/// A server that closes a connection after a response does not disturb the next request, even one that must not be
/// repeated.
#[tokio::test]
async fn connection_closed_by_the_server_is_replaced() {
    for stack in Stack::ALL {
        let server = Server::start(Duration::ZERO, 1).await;
        let keys = provider(&server.base_url, *stack, PoolSettings::default());
        for _ in 0..20 {
            create(&keys).await;
            server.closed().await;
            // The client learns of it.
            sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(server.accepted(), 20, "{stack:?}");
    }
}

#[tokio::test]
async fn slow_connect_is_not_applied() {
    // The address is reserved for documentation, and the port of a listener without a free place is not accepted.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    for stack in Stack::ALL {
        // TLS to a server that never speaks.
        let keys = provider(&format!("https://{address}/v1"), *stack, PoolSettings::default());
        let error = keys.create(new()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Transport, Effect::NotApplied),
            "{stack:?}: {error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_calls_share_a_connection() {
    allow_many_sockets();
    // The application's own client of reqwest may open a connection for each.
    for (stack, calls, limit) in [(Stack::Hyper, 1000, 1), (Stack::Reqwest, 100, 100)] {
        let server = Http2Server::start(vec![]).await;
        let keys = server.provider(stack);
        let id = id();
        let results = join_all((0..calls).map(|_| keys.get(&id))).await;
        let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        assert!(failed.is_empty(), "{stack:?}: {} failed: {}", failed.len(), failed[0]);
        assert!(server.connections() <= limit, "{stack:?}: {} connections", server.connections());
        assert_eq!(server.processed(), calls, "{stack:?}");
    }
}

/// A stream that the server did not process is sent again, even if it must not be repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unprocessed_stream_is_sent_again() {
    for stack in Stack::ALL {
        for reaction in [Reaction::Refuse, Reaction::GoAway] {
            let server = Http2Server::start(vec![Reaction::Respond, reaction]).await;
            let keys = server.provider(*stack);
            create(&keys).await;
            let issued =
                keys.create(new()).await.unwrap_or_else(|error| panic!("{stack:?}, {reaction:?}: {error}"));
            assert_eq!(issued.secret.expose(), SECRET);
            assert_eq!(server.processed(), 2, "{stack:?}, {reaction:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processed_stream_that_fails_is_not_sent_again() {
    for stack in Stack::ALL {
        for reaction in [Reaction::Reset, Reaction::Close, Reaction::GoAwayAfterwards] {
            let server = Http2Server::start(vec![Reaction::Respond, reaction]).await;
            let keys = server.provider(*stack);
            create(&keys).await;
            let error = keys.create(new()).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::Transport, Effect::Unknown),
                "{stack:?}, {reaction:?}: {error}"
            );
            // The next call needs a working connection.
            create(&keys).await;
            assert_eq!(server.processed(), 3, "{stack:?}, {reaction:?}");
        }
    }
}

/// A stream that stalls does not affect others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_stream_leaves_the_connection_usable() {
    for stack in Stack::ALL {
        let server = Http2Server::start(vec![Reaction::Respond, Reaction::Stall]).await;
        let keys = server.provider(*stack);
        keys.get(&id()).await.unwrap();
        assert!(timeout(SECOND / 4, keys.get(&id())).await.is_err());
        keys.get(&id()).await.unwrap();
        assert_eq!(server.connections(), 1, "{stack:?}");
    }
}

/// Calls by a proxy, which the variables of this test's environment name.
#[tokio::test]
#[ignore = "started by `proxies_of_the_environment_are_used`"]
async fn call_by_proxy() {
    let base_url = std::env::var("PROXY_TEST_URL").unwrap();
    for stack in Stack::ALL {
        let keys = provider(&base_url, *stack, PoolSettings::default());
        for _ in 0..2 {
            match keys.get(&id()).await {
                Ok(_) => println!("{stack:?}: received"),
                Err(error) => println!("{stack:?}: {:?}, {}", error.kind(), error.effect()),
            }
        }
    }
}

/// Runs the test above, and returns its output.
async fn call_in_process(base_url: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "transports::call_by_proxy", "--ignored", "--nocapture"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    command.env("PROXY_TEST_URL", base_url).envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// A proxy that connects every request to one server, and records start lines and credentials.
async fn proxy(server: String, status: &'static str) -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(std::sync::Mutex::new(Vec::new()));
    let recorded = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (recorded, server) = (Arc::clone(&recorded), server.clone());
            tokio::spawn(async move {
                let mut client = BufReader::new(client);
                while let Some((start, headers)) = read_request(&mut client).await? {
                    let credential = headers.iter().find(|line| line.starts_with("proxy-authorization"));
                    let line = format!("{start}; {}", credential.map_or("", String::as_str));
                    recorded.lock().unwrap().push(line);
                    if !start.starts_with("connect ") {
                        client.write_all(response().as_bytes()).await?;
                        continue;
                    }
                    client.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await?;
                    if status.starts_with("200") {
                        let mut server = TcpStream::connect(server).await?;
                        copy_bidirectional(&mut client, &mut server).await?;
                    }
                    break;
                }
                std::io::Result::Ok(())
            });
        }
    });
    (address.to_string(), requests)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxies_of_the_environment_are_used() {
    let server = TlsServer::start("vendor.test").await;
    let roots = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(roots.path(), &server.root_pem).unwrap();
    let roots = roots.path().to_str().unwrap();

    // CONNECT, with the credential of the proxy. The server closes each connection after a response.
    let (address, requests) = proxy(server.address.clone(), "200 Connected").await;
    let tunnel = format!("http://user:password@{address}");
    let variables = [("HTTPS_PROXY", &*tunnel), ("SSL_CERT_FILE", roots)];
    let printed = call_in_process("https://vendor.test/v1", &variables).await;
    assert_eq!(printed.matches(": received").count(), 4, "{printed}");
    let connect = "connect vendor.test:443 http/1.1; proxy-authorization: basic dxnlcjpwyxnzd29yza==";
    assert_eq!(*requests.lock().unwrap(), [connect; 4]);

    // Without a certificate that the platform trusts.
    let printed = call_in_process("https://vendor.test/v1", &variables[..1]).await;
    assert_eq!(printed.matches(": Transport, none").count(), 4, "{printed}");

    // The proxy rejects the request, which is then not sent.
    let (address, _) = proxy(server.address.clone(), "407 Proxy Authentication Required").await;
    let tunnel = format!("http://{address}");
    let variables = [("HTTPS_PROXY", &*tunnel), ("SSL_CERT_FILE", roots)];
    let printed = call_in_process("https://vendor.test/v1", &variables).await;
    assert_eq!(printed.matches(": Transport, none").count(), 4, "{printed}");

    // Plain HTTP: absolute URLs.
    let (address, requests) = proxy(String::new(), "").await;
    let forward = format!("http://user:password@{address}");
    let printed = call_in_process("http://vendor.test/v1", &[("HTTP_PROXY", &forward)]).await;
    assert_eq!(printed.matches(": received").count(), 4, "{printed}");
    let get =
        "get http://vendor.test/v1/api_keys/ak_1 http/1.1; proxy-authorization: basic dxnlcjpwyxnzd29yza==";
    assert_eq!(*requests.lock().unwrap(), [get; 4]);

    // Excluded hosts. `vendor.test` does not exist.
    let variables = [("HTTP_PROXY", &*forward), ("NO_PROXY", "vendor.test")];
    let printed = call_in_process("http://vendor.test/v1", &variables).await;
    assert_eq!(printed.matches(": Transport, none").count(), 4, "{printed}");
    assert_eq!(requests.lock().unwrap().len(), 4);
}
