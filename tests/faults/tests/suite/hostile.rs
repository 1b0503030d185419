//! Vendors, or attackers in their place, that send anything but a proper response.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys::clerk::ClerkConfig;
use api_keys::mcp::McpConfig;
use api_keys::{ApiKey, ApiKeyProvider, Effect, Error, ErrorKind, KeyId, ListQuery, NewApiKey};
use api_keys_fault_tests::Record;
use api_keys_fault_tests::proxy::Stack;
use api_keys_runtime::{HttpConfig, PoolSettings, Transport};
use rcgen::{CertificateParams, date_time_ymd};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::tls::{self, Identity, TlsServer};

const TOKEN: &str = "sk_test_0123456789abcdefghijklmnop";
pub(crate) const SECRET: &str = "ak_issued_0123456789abcdefghijklmnop";

/// The timeout of an attempt and of a call.
const TOTAL: Duration = Duration::from_secs(2);

/// The transports under test.
fn transports() -> Vec<Arc<dyn Transport>> {
    Stack::ALL.iter().map(|stack| stack.transport(TOTAL, PoolSettings::default()).unwrap()).collect()
}

fn http(transport: Arc<dyn Transport>) -> HttpConfig {
    HttpConfig::new().transport(transport).attempt_timeout(TOTAL).timeout(TOTAL).max_attempts(2)
}

fn clerk(base_url: &str, transport: Arc<dyn Transport>) -> Arc<dyn ApiKeyProvider> {
    Arc::new(ClerkConfig::new(TOKEN).base_url(base_url).http(http(transport)).build().unwrap())
}

/// Sends bytes once, then others again and again until the client disconnects.
#[derive(Debug, Clone, Default)]
struct Script {
    once: Vec<u8>,
    forever: Vec<u8>,
}

impl Script {
    fn once(bytes: impl Into<Vec<u8>>) -> Self {
        Self { once: bytes.into(), ..Self::default() }
    }

    fn then_forever(bytes: impl Into<Vec<u8>>, forever: impl Into<Vec<u8>>) -> Self {
        Self { once: bytes.into(), forever: forever.into() }
    }

    /// A success with this body.
    fn body(body: impl AsRef<[u8]>) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.as_ref().len());
        Self::once([head.as_bytes(), body.as_ref()].concat())
    }

    async fn play(self, mut client: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        let mut request = [0; 16 << 10];
        let mut length = 0;
        while !request[..length].windows(4).any(|end| end == b"\r\n\r\n") {
            match client.read(&mut request[length..]).await? {
                0 => return Ok(()),
                read => length += read,
            }
        }
        client.write_all(&self.once).await?;
        while !self.forever.is_empty() {
            client.write_all(&self.forever).await?;
        }
        client.shutdown().await?;
        // Unread bytes of the request would reset the connection, and the response could be lost.
        while client.read(&mut request).await? > 0 {}
        Ok(())
    }
}

/// Starts a server, and returns its base URL.
async fn server(script: Script) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(script.clone().play(client));
        }
    });
    base_url
}

pub(crate) fn key(change: impl FnOnce(&mut Value)) -> String {
    let mut key = json!({
        "object": "api_key", "id": "ak_1", "type": "api_key", "subject": "user_1", "name": "ci", "description": null,
        "claims": null, "scopes": [], "revoked": false, "revocation_reason": null, "expired": false, "expiration": null,
        "created_by": null, "last_used_at": null, "created_at": 1_700_000_000_000_u64, "updated_at": 1_700_000_000_000_u64,
        "secret": SECRET,
    });
    change(&mut key);
    key.to_string()
}

/// Returns JSON of depth 100,000.
fn deep(open: &str, close: &str) -> String {
    open.repeat(100_000) + "1" + &close.repeat(100_000)
}

/// Checks what holds for every error.
#[track_caller]
fn assert_sound(name: &str, error: &Error) {
    let line = error.to_string();
    assert_eq!(line.lines().count(), 1, "{name}: {line}");
    assert!(!line.chars().any(is_deceptive), "{name}: {line:?}");
    assert!(line.len() < 1000, "{name}: {} bytes", line.len());
    for text in [line, format!("{error:?}")] {
        assert!(!text.contains(TOKEN) && !text.contains(SECRET), "{name}: {text}");
    }
}

/// Returns whether a character changes how the text around it is shown.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A create, which fails with this effect. `None` if it may succeed as well.
async fn create_fails(name: &str, script: Script, effect: Option<Effect>) {
    let record = Record::install();
    record.secret(SECRET);
    let base_url = server(script).await;
    for transport in transports() {
        let started = Instant::now();
        let result = clerk(&base_url, transport).create(NewApiKey::new("ci").owner("user_1")).await;
        assert!(started.elapsed() < TOTAL + Duration::from_secs(10), "{name}: {:?}", started.elapsed());
        match (&result, effect) {
            (Ok(_), None) => {}
            (Err(error), None) => assert_sound(name, error),
            (Err(error), Some(effect)) => {
                assert_sound(name, error);
                assert_eq!(error.effect(), effect, "{name}: {error}");
            }
            (Ok(issued), Some(_)) => panic!("{name}: {issued:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_http_has_an_unknown_effect() {
    let head = "HTTP/1.1 200 OK\r\n";
    for (name, script) in [
        ("endless headers", Script::then_forever(head, "x-filler: 0123456789\r\n")),
        ("endless header", Script::then_forever(format!("{head}x-filler: "), "0123456789")),
        ("endless status line", Script::then_forever("HTTP/1.1 200 ", "OK ")),
        ("flood of 100", Script::then_forever("", "HTTP/1.1 100 Continue\r\n\r\n")),
        ("flood of 103", Script::then_forever("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")),
        ("another protocol", Script::once("SSH-2.0-OpenSSH_9.6\r\n")),
        ("HTTP/2 without ALPN", Script::once(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64".as_slice())),
        ("unknown version", Script::once("HTTP/9.9 200 OK\r\n\r\n")),
        ("status of four digits", Script::once("HTTP/1.1 2000 OK\r\n\r\n")),
        ("header without colon", Script::once(format!("{head}no colon\r\n\r\n"))),
        ("NUL in a header", Script::once(format!("{head}x-request-id: a\0b\r\n\r\n"))),
        ("two lengths", Script::once(format!("{head}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"))),
        ("negative length", Script::once(format!("{head}content-length: -1\r\n\r\n{{}}"))),
        ("huge length", Script::once(format!("{head}content-length: 99999999999999999999999\r\n\r\n{{}}"))),
        ("upgrade", Script::once("HTTP/1.1 101 Switching Protocols\r\nupgrade: tcp\r\n\r\n")),
    ] {
        create_fails(name, script, Some(Effect::Unknown)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn success_with_a_broken_body_is_applied() {
    let head = "HTTP/1.1 200 OK\r\n";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let gzip = |encoding: &str| {
        Script::once(format!("{head}content-encoding: {encoding}\r\ncontent-length: 4\r\n\r\n\x1f\x1c\x08\0"))
    };
    for (name, script) in [
        ("gzip", gzip("gzip")),
        ("br", gzip("br")),
        ("zstd twice", gzip("zstd, zstd")),
        ("an unknown encoding", gzip("\"><script>")),
        ("chunk size is no number", Script::once(format!("{chunked}zz\r\n{{}}\r\n0\r\n\r\n"))),
        ("chunk size overflows", Script::once(format!("{chunked}ffffffffffffffffff\r\n{{}}\r\n"))),
        ("endless chunk extension", Script::then_forever(format!("{chunked}2;"), "ext=1;")),
        ("endless trailers", Script::then_forever(format!("{chunked}2\r\n{{}}\r\n0\r\n"), "x-filler: 1\r\n")),
        ("endless chunks", Script::then_forever(chunked, "1\r\n \r\n")),
        ("array of depth 100,000", Script::body(deep("[", "]"))),
        ("object of depth 100,000", Script::body(deep("{\"a\":", "}"))),
        ("member twice", Script::body(key(|_| ()).replacen('{', "{\"id\":\"ak_2\",", 1))),
        ("secret twice", Script::body(key(|_| ()).replacen('{', "{\"secret\":\"ak_other\",", 1))),
        ("time out of range", Script::body(key(|_| ()).replace("1700000000000", "1e400"))),
        ("lone surrogate", Script::body(key(|_| ()).replace("\"ci\"", "\"\\ud800\""))),
        ("overlong UTF-8", Script::body([&key(|_| ()).into_bytes()[..], b"\xc0\xaf"].concat())),
        ("name of 8 MB", Script::body(key(|key| key["name"] = "n".repeat(8 << 20).into()))),
        ("id is a path", Script::body(key(|key| key["id"] = "..".into()))),
        ("id with a line break", Script::body(key(|key| key["id"] = "a\r\nx: y".into()))),
        ("null", Script::body("null")),
        ("empty", Script::body("")),
    ] {
        create_fails(name, script, Some(Effect::Applied)).await;
    }
}

/// These may be accepted, but must not be misunderstood.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_success_is_understood_or_reported() {
    let body = key(|_| ());
    let length = body.len();
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(50);
    let huge = u64::MAX;
    for (name, script) in [
        (
            "HTTP/1.0 with a length",
            Script::once(format!("HTTP/1.0 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")),
        ),
        ("HTTP/1.0 until the end", Script::once(format!("HTTP/1.0 200 OK\r\n\r\n{body}"))),
        (
            "many hints",
            Script::once(format!("{hints}HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")),
        ),
        (
            "trailers",
            Script::once(format!(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n{length:x}\r\n{body}\r\n0\r\nx: {TOKEN}\r\n\r\n"
            )),
        ),
        (
            "chunks and a length",
            Script::once(format!(
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
            )),
        ),
        ("time beyond the calendar", Script::body(key(|key| key["created_at"] = huge.into()))),
        ("negative time", Script::body(key(|key| key["created_at"] = (-1e300).into()))),
        ("direction override", Script::body(key(|key| key["name"] = "ci\u{202e}\u{200b}".into()))),
    ] {
        create_fails(name, script, None).await;
    }
}

#[tokio::test]
async fn reason_of_a_decode_error_is_named() {
    for (body, reason) in [
        (key(|_| ()).replacen('{', "{\"id\":\"ak_2\",", 1), "occurs twice"),
        (key(|_| ()).replace("1700000000000", "1e400"), "out of range"),
        (
            key(|_| ()).replace("\"claims\":null", &format!("\"later\":{}", deep("[", "]"))),
            "nested too deeply",
        ),
        (key(|_| ()).replace("\"claims\":null", "\"later\":{\"\u{202e}\":1e999}"), "out of range"),
    ] {
        let base_url = server(Script::body(body)).await;
        for transport in transports() {
            let error = clerk(&base_url, transport).get(&KeyId::new("ak_1").unwrap()).await.unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            assert_sound(reason, &error);
        }
    }
}

/// Metadata that cannot be represented cost neither a new secret nor a page of keys.
#[tokio::test]
async fn unrepresentable_metadata_are_kept() {
    for claims in [deep("[", "]"), "{\"\u{202e}\":1e999}".to_owned(), "\"\\ud800\"".to_owned()] {
        let body = key(|_| ()).replace("\"claims\":null", &format!("\"claims\":{claims}"));
        let base_url = server(Script::body(body)).await;
        for transport in transports() {
            let issued =
                clerk(&base_url, transport).create(NewApiKey::new("ci").owner("user_1")).await.unwrap();
            assert_eq!(issued.secret.expose(), SECRET);
            let metadata = issued.key.metadata.as_ref().unwrap();
            assert!(metadata.as_str() == claims && metadata.value().is_err());
            let saved = serde_json::to_string(&issued.key).unwrap();
            assert!(serde_json::from_str::<ApiKey>(&saved).unwrap() == issued.key);
        }
    }
}

/// Neither text nor headers of an error can break its line, hide a part of it or show a secret.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_show_echoed_values_safely() {
    let errors = |message: &str| json!({ "errors": [{ "code": message, "message": message, "long_message": message }] });
    let echo = |message: &str| {
        let body = errors(message).to_string();
        Script::once(format!("HTTP/1.1 422 Bad\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
    };
    for (name, script) in [
        ("line breaks", echo("a\r\nset-cookie: b\u{85}\u{2028}c")),
        ("terminal", echo("\u{1b}[31m\u{1b}]0;title\u{7}\u{9b}")),
        ("direction", echo("\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}")),
        ("credential", echo(&format!("Bearer {TOKEN} is wrong"))),
        ("8 MB", echo(&"m".repeat(8 << 20))),
        (
            "request id",
            Script::once(format!(
                "HTTP/1.1 422 \u{1b}[31mBad {TOKEN}\r\nx-request-id: {TOKEN}\r\ncontent-length: 0\r\n\r\n"
            )),
        ),
        (
            "folded header",
            Script::once("HTTP/1.1 422 Bad\r\nx-request-id: a\r\n b\r\ncontent-length: 0\r\n\r\n"),
        ),
    ] {
        create_fails(name, script, None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirects_are_not_followed() {
    let foreign = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = foreign.local_addr().unwrap();
    for location in [
        format!("http://{address}/"),
        format!("//{address}/"),
        format!("http://user:{TOKEN}@{address}/{TOKEN}"),
        "https://127.0.0.1/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "javascript:alert(1)".to_owned(),
        "data:application/json,{}".to_owned(),
        "/v1/other".to_owned(),
        String::new(),
        "\u{202e}http://[".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let response =
                format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            create_fails(&location, Script::once(response), Some(Effect::NotApplied)).await;
        }
    }
    let connected = tokio::time::timeout(Duration::from_millis(100), foreign.accept()).await;
    assert!(connected.is_err(), "the other origin received a connection");
}

/// Ids are compared exactly, and names are returned as they are.
#[tokio::test]
async fn similar_ids_are_different_keys() {
    let ids = [
        "ak_1",
        "AK_1",
        "ak_1 ",
        "ak\u{2d}_1",
        "e\u{301}",
        "\u{e9}",
        "a\u{200b}b",
        "ab",
        "\u{430}\u{62}",
        "%61%62",
    ];
    let keys: Vec<_> = ids.iter().map(|id| json!({ "key_id": id, "name": format!("name of {id}"), "created": "2026-01-01T00:00:00Z", "expires_at": "2099-01-01T00:00:00Z" })).collect();
    let base_url = server(Script::body(json!(keys).to_string())).await;
    for transport in transports() {
        let provider = McpConfig::new(&*base_url, TOKEN).http(http(transport)).build().unwrap();
        let listed = provider.list(ListQuery::new()).await.unwrap().items;
        assert_eq!(listed.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ids);
        for id in ids {
            let key = provider.get(&KeyId::new(id).unwrap()).await.unwrap();
            assert_eq!((key.id.as_str(), key.name), (id, Some(format!("name of {id}"))));
        }
        let error = provider.get(&KeyId::new("Ak_1").unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

/// Sends a key in response to every request.
pub(crate) async fn send_keys(client: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    Script::body(key(|_| ())).play(client).await
}

/// Starts a server, and returns its authority and its port.
async fn tls_server(change: impl FnOnce(&mut CertificateParams)) -> (CertificateDer<'static>, u16) {
    let server = TlsServer::start_with(Identity::new("localhost", change)).await;
    let port = server.address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap();
    (server.root, port)
}

/// Returns transports that trust a certificate authority.
fn trusting(root: &CertificateDer<'static>) -> Vec<Arc<dyn Transport>> {
    Stack::ALL.iter().map(|stack| tls::trusting(root, *stack, TOTAL)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_certificates_are_rejected_before_the_request() {
    let create = |transport, port: u16| async move {
        let provider = clerk(&format!("https://localhost:{port}/v1"), transport);
        provider.create(NewApiKey::new("ci").owner("user_1")).await
    };
    let record = Record::install();
    record.secret(TOKEN);
    record.secret(SECRET);
    let (root, port) = tls_server(|_| ()).await;
    for transport in trusting(&root) {
        let issued = create(transport, port).await.unwrap();
        assert_eq!(issued.secret.expose(), SECRET);
    }

    let (other_root, _) = tls_server(|_| ()).await;
    let (expired_root, expired) = tls_server(|leaf| leaf.not_after = date_time_ymd(2020, 1, 1)).await;
    let (future_root, future) = tls_server(|leaf| leaf.not_before = date_time_ymd(2999, 1, 1)).await;
    let (named_root, named) = tls_server(|leaf| {
        leaf.subject_alt_names = CertificateParams::new(["vendor.test".to_owned()]).unwrap().subject_alt_names
    })
    .await;
    for (name, transports, port) in [
        ("an unknown authority", trusting(&other_root), port),
        ("an authority that the system does not know", transports(), port),
        ("an expired certificate", trusting(&expired_root), expired),
        ("a certificate from the future", trusting(&future_root), future),
        ("another name", trusting(&named_root), named),
    ] {
        for transport in transports {
            let error = create(transport, port).await.expect_err(name);
            assert_sound(name, &error);
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::Transport, Effect::NotApplied),
                "{name}: {error}"
            );
        }
    }
    assert_eq!(record.leak(), None, "TLS and HTTP log no secret");
    for crate_name in ["api_keys_runtime", "hyper_util", "reqwest", "rustls"] {
        assert!(record.contains(&format!(" {crate_name}")), "{crate_name} logs nothing");
    }
}
