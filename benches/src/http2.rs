//! Concurrent calls over HTTP/2.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{Response, header};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::clients::{BenchClient, ClientKind, with_client};
use crate::counts::argument;
use crate::responses;
use crate::stats::median;

const CALLS: usize = 1000;
const ROUNDS: usize = 11;

/// The phases of a process.
const PHASES: [&str; 2] = ["by a new client", "on an open connection"];

/// Returns the table.
pub(crate) fn markdown() -> String {
    let runtime = runtime();
    let mut roots = tempfile::NamedTempFile::new().expect("a temporary file");
    let connections = Arc::new(AtomicUsize::new(0));
    let (root, port) = runtime.block_on(serve(Arc::clone(&connections)));
    roots.write_all(root.as_bytes()).expect("a writable file");

    let mut times = ClientKind::ALL.map(|_| [Vec::new(), Vec::new()]);
    let mut opened = ClientKind::ALL.map(|_| 0);
    for _ in 0..ROUNDS {
        for (index, kind) in ClientKind::ALL.iter().enumerate() {
            connections.store(0, Ordering::SeqCst);
            let output = Command::new(std::env::current_exe().expect("the path of this program"))
                .args(["burst", &argument(kind), &format!("https://localhost:{port}/v1")])
                .env("SSL_CERT_FILE", roots.path())
                .output()
                .expect("this program starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            for (phase, seconds) in printed.split_whitespace().enumerate() {
                times[index][phase].push(CALLS as f64 / seconds.parse::<f64>().expect("a number"));
            }
            opened[index] = opened[index].max(connections.load(Ordering::SeqCst));
        }
    }

    let mut text = String::from("| 1,000 concurrent gets over HTTP/2 | ");
    let _ = writeln!(text, "{} |", ClientKind::ALL.map(ClientKind::title).join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(ClientKind::ALL.len()));
    for (phase, title) in PHASES.into_iter().enumerate() {
        let base = median(&times[0][phase]);
        let _ = write!(text, "| calls per second {title} | {base:.0} /s |");
        for times in &times[1..] {
            let ratios: Vec<_> = times[phase].iter().map(|rate| rate / base).collect();
            let _ = write!(text, " {:.2} |", median(&ratios));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "| connections | {} |", opened.map(|count| count.to_string()).join(" | "));
    text
}

/// Makes the calls, and prints the seconds of each phase.
pub(crate) fn burst(kind: ClientKind, base_url: &str) {
    with_client!(kind, measure(base_url));
}

fn measure<C: BenchClient>(base_url: &str) {
    let client = C::new(base_url);
    runtime().block_on(async {
        for _ in PHASES {
            let start = Instant::now();
            join_all((0..CALLS).map(|_| client.get())).await;
            println!("{}", start.elapsed().as_secs_f64());
        }
    });
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

/// Starts a server, and returns the certificate of its authority and its port.
async fn serve(connections: Arc<AtomicUsize>) -> (String, u16) {
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let root = authority.self_signed(&authority_key).expect("a certificate").pem();
    let leaf = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
    let leaf_key = KeyPair::generate().expect("a key");
    let leaf = leaf.signed_by(&leaf_key, &Issuer::new(authority, authority_key)).expect("a certificate");
    let private_key = PrivatePkcs8KeyDer::from(leaf_key.serialize_der());
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private_key.into())
        .expect("a configuration");
    config.alpn_protocols = vec![b"h2".to_vec()];

    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("a bound address").port();
    let body = Bytes::from(responses::key(0).to_string());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::SeqCst);
            let (acceptor, body) = (acceptor.clone(), body.clone());
            tokio::spawn(async move {
                let Ok(tls) = acceptor.accept(client).await else { return };
                let service = hyper::service::service_fn(move |_request| {
                    let response = Response::builder()
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(Full::new(body.clone()));
                    std::future::ready(response)
                });
                let mut server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                server.max_concurrent_streams(CALLS as u32);
                let _ = server.serve_connection(TokioIo::new(tls), service).await;
            });
        }
    });
    (root, port)
}
