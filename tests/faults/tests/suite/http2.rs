//! A server of HTTP/2 that misbehaves on request, frame by frame.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys::ApiKeyProvider;
use api_keys::clerk::ClerkConfig;
use api_keys_fault_tests::proxy::Stack;
use api_keys_runtime::HttpConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::server::TlsStream;

use crate::tls::{Identity, trusting};

/// The reaction to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    Respond,
    /// The stream is refused.
    Refuse,
    /// The connection is closed, and the stream was not seen.
    GoAway,
    /// The connection is closed while the stream is processed.
    GoAwayAfterwards,
    /// The stream fails while it is processed.
    Reset,
    /// The connection breaks while the stream is processed.
    Close,
    /// No response.
    Stall,
}

/// A server that reacts to requests in order, and responds to all further ones.
pub(crate) struct Http2Server {
    root: CertificateDer<'static>,
    address: String,
    state: Arc<State>,
}

struct State {
    reactions: Mutex<VecDeque<Reaction>>,
    connections: AtomicUsize,
    processed: AtomicUsize,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;

impl Http2Server {
    pub(crate) async fn start(reactions: Vec<Reaction>) -> Self {
        let mut identity = Identity::new("localhost", |_| ());
        identity.server.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(identity.server));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let state = Arc::new(State {
            reactions: Mutex::new(reactions.into()),
            connections: AtomicUsize::new(0),
            processed: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, state) = (acceptor.clone(), Arc::clone(&shared));
                state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move { state.serve(acceptor.accept(client).await?).await });
            }
        });
        Self { root: identity.root, address, state }
    }

    pub(crate) fn provider(&self, stack: Stack) -> impl ApiKeyProvider + Clone + 'static {
        let timeout = Duration::from_secs(20);
        let transport = trusting(&self.root, stack, timeout);
        let http = HttpConfig::new().transport(transport).timeout(timeout).max_attempts(1);
        let base_url = format!("https://{}/v1", self.address);
        ClerkConfig::new("sk_test_0123456789").base_url(base_url).http(http).build().unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Returns the number of requests that the server processed, successfully or not.
    pub(crate) fn processed(&self) -> usize {
        self.state.processed.load(Ordering::SeqCst)
    }
}

impl State {
    async fn serve(&self, mut client: TlsStream<TcpStream>) -> std::io::Result<()> {
        let mut preface = [0; 24];
        client.read_exact(&mut preface).await?;
        client.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
        let mut last_processed = 0;
        loop {
            let mut head = [0; 9];
            client.read_exact(&mut head).await?;
            let [a, b, c, kind, flags, stream @ ..] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            client.read_exact(&mut payload).await?;
            let stream = u32::from_be_bytes(stream);
            match kind {
                SETTINGS if flags & ACK == 0 => client.write_all(&frame(SETTINGS, ACK, 0, &[])).await?,
                PING if flags & ACK == 0 => client.write_all(&frame(PING, ACK, 0, &payload)).await?,
                HEADERS | DATA if flags & END_STREAM != 0 => {
                    let reaction = self.reactions.lock().unwrap().pop_front().unwrap_or(Reaction::Respond);
                    if !matches!(reaction, Reaction::Refuse | Reaction::GoAway) {
                        self.processed.fetch_add(1, Ordering::SeqCst);
                        last_processed = stream;
                    }
                    let reset = |code: u32| frame(RST_STREAM, 0, stream, &code.to_be_bytes());
                    let go_away = || {
                        let payload = [last_processed.to_be_bytes(), NO_ERROR.to_be_bytes()].concat();
                        frame(GOAWAY, 0, 0, &payload)
                    };
                    match reaction {
                        Reaction::Respond => client.write_all(&response(stream)).await?,
                        Reaction::Refuse => client.write_all(&reset(REFUSED_STREAM)).await?,
                        Reaction::Reset => client.write_all(&reset(INTERNAL_ERROR)).await?,
                        Reaction::GoAway | Reaction::GoAwayAfterwards => {
                            client.write_all(&go_away()).await?;
                            return client.shutdown().await;
                        }
                        Reaction::Close => return client.shutdown().await,
                        Reaction::Stall => {}
                    }
                }
                _ => {}
            }
        }
    }
}

fn response(stream: u32) -> Vec<u8> {
    let body = crate::hostile::key(|_| ());
    /// `:status: 200` in HPACK's static table.
    const STATUS_OK: u8 = 0x88;
    [frame(HEADERS, END_HEADERS, stream, &[STATUS_OK]), frame(DATA, END_STREAM, stream, body.as_bytes())]
        .concat()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}
