//! A server that keeps requests as they came, before any library has tidied them up.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server that responds to every request with 404 and records it.
#[derive(Debug)]
pub struct Wire {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
    serving: JoinHandle<()>,
}

/// A request, as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Wire {
    /// Starts the server.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let received = Arc::new(Mutex::new(Vec::new()));
        let serving = tokio::spawn(serve(listener, received.clone()));
        Self { address, received, serving }
    }

    /// The base URL.
    pub fn uri(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the requests since the last call.
    pub fn received(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().expect("not poisoned"))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, received: Arc<Mutex<Vec<Received>>>) {
    while let Ok((mut socket, _)) = listener.accept().await {
        let Some(request) = read(&mut socket).await else { continue };
        received.lock().expect("not poisoned").push(request);
        let response = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let _ = socket.write_all(response.as_bytes()).await;
    }
}

async fn read(socket: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let (first, headers) = head.split_once("\r\n")?;
        let length = headers.lines().filter_map(|line| line.split_once(": "));
        let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.map(|(_, value)| value.parse().unwrap_or(0)).next().unwrap_or(0);
        let body = &bytes[end + 4..];
        if body.len() >= length {
            let (method, target) = first.strip_suffix(" HTTP/1.1")?.split_once(' ')?;
            return Some(Received {
                method: method.to_owned(),
                target: target.to_owned(),
                body: body.to_vec(),
            });
        }
    }
}
