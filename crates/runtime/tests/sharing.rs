//! Clients of cloned configurations share connections; others do not.

#![cfg(feature = "reqwest")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use api_keys_runtime::{Client, HttpConfig, Request};
use support::GET;

/// A server that counts its connections and responds with an empty object.
struct Server {
    base_url: String,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || serve(connection));
            }
        });
        Self { base_url, connections }
    }

    /// Sends a request with a client of this configuration.
    async fn called_by(&self, config: &HttpConfig) {
        let client = config.clone().apply(Client::builder(&self.base_url)).build().unwrap();
        let request = Request::new(&GET).path_parameter("id", "key_1");
        client.send_json::<serde_json::Value, ()>(request).await.unwrap();
        // The connection returns to the pool when its task has read the end of the body.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(mut connection: TcpStream) {
    let mut request = BufReader::new(connection.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = request.next() {
        if line.is_empty() {
            let response = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
            connection.write_all(response.as_bytes()).unwrap();
        }
    }
}

#[tokio::test]
async fn cloned_config_shares_connections() {
    let server = Server::start();
    let config = HttpConfig::new();
    for _ in 0..5 {
        server.called_by(&config.clone().attempt_timeout(Duration::from_secs(3))).await;
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn separate_configs_do_not_share() {
    let server = Server::start();
    server.called_by(&HttpConfig::new()).await;
    server.called_by(&HttpConfig::new()).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn share_keeps_settings() {
    let server = Server::start();
    let one = HttpConfig::new();
    let other = HttpConfig::new().user_agent("shop/1.0").share(&one);
    server.called_by(&one).await;
    server.called_by(&other).await;
    assert_eq!(server.connections(), 1);
    assert_eq!(other.user_agent.as_deref(), Some("shop/1.0"));
}

#[tokio::test]
async fn connect_timeout_is_not_shared() {
    let server = Server::start();
    let config = HttpConfig::new();
    server.called_by(&config).await;
    server.called_by(&config.clone().connect_timeout(Duration::from_secs(1))).await;
    assert_eq!(server.connections(), 2);
}
