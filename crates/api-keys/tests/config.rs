//! Configurations, and providers that share connections.

#![cfg(all(feature = "clerk", feature = "fastapi", feature = "memory", feature = "rustls"))]

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use api_keys::runtime::HttpConfig;
use api_keys::{ErrorKind, KeyId, ProviderConfig};
use serde_json::json;

/// Starts a server that responds to every request with 404, and returns its number of connections.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || respond(connection));
        }
    });
    (base_url, connections)
}

fn respond(mut connection: TcpStream) {
    let mut request = BufReader::new(connection.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = request.next() {
        if line.is_empty() {
            connection.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    }
}

#[tokio::test]
async fn providers_share_connections() {
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
        // The connection returns to the pool once its tasks have seen the end of the response.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn numbers_and_booleans_can_be_strings() {
    let mut config = ProviderConfig::from_value(json!({
        "vendor": "fastapi",
        "base_url": "https://engine.example.com",
        "token": "0123456789",
        "collection_slash": "false",
        "http": { "timeout": "2.5", "max_attempts": "5", "allow_http": "true" },
    }))
    .unwrap();
    let http = config.http_mut().unwrap();
    assert_eq!((http.timeout.unwrap().as_millis(), http.max_attempts), (2_500, Some(5)));
    assert_eq!(http.allow_http, Some(true));
    let ProviderConfig::FastApi(config) = config else { panic!("not FastAPI") };
    assert_eq!(config.collection_slash, Some(false));

    let memory = json!({ "vendor": "memory", "max_active": "5", "retain_secrets": "true" });
    let ProviderConfig::Memory(config) = ProviderConfig::from_value(memory).unwrap() else {
        panic!("not memory")
    };
    assert_eq!((config.max_active, config.retain_secrets), (Some(5), true));

    let invalid = json!({ "vendor": "memory", "max_active": "sk_test_0123456789" });
    let error = ProviderConfig::from_value(invalid).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!error.to_string().contains("sk_test"), "{error}");
}
