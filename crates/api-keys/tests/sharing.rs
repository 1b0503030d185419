//! Providers that are made from one configuration of the HTTP client share its connections.

#![cfg(all(feature = "clerk", feature = "rustls"))]

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use api_keys::runtime::HttpConfig;
use api_keys::{KeyId, ProviderConfig};
use serde_json::json;

/// A server that knows no key, and the count of its connections.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || answer(connection));
        }
    });
    (base_url, connections)
}

fn answer(mut connection: TcpStream) {
    let mut request = BufReader::new(connection.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = request.next() {
        if line.is_empty() {
            connection.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    }
}

#[tokio::test]
async fn providers_that_share_http_share_connections_whatever_else_is_in_their_configuration() {
    let (base_url, connections) = server();
    let http = HttpConfig::new();
    for timeout in [5, 10, 20] {
        let config = json!({
            "vendor": "clerk",
            "token": "sk_test_0123456789",
            "base_url": base_url,
            "http": { "timeout": timeout },
        });
        let provider = ProviderConfig::from_value(config).unwrap().share_http(&http).build().unwrap();
        provider.get(&KeyId::new("ak_0123456789").unwrap()).await.unwrap_err();
        // The connection returns to the pool once its tasks have seen that the answer is at its end.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
