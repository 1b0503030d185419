//! A custom `reqwest::Client`: a proxy, a root certificate, one connection pool for all vendors.
//!
//! `cargo run -p api-keys --example own_client` uses local emulators, through a proxy that it starts. With
//! `CLERK_SECRET_KEY` and `CLERK_USER` set, it lists the keys of that user at Clerk, through the proxy at `PROXY_URL`
//! and with the additional certificates (PEM) in the file `ROOT_CERTIFICATE`, if these are set.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use api_keys::clerk::ClerkConfig;
use api_keys::latitude_sh::LatitudeShConfig;
use api_keys::runtime::{HttpConfig, ReqwestTransport, Transport};
use api_keys::{ApiKeyProvider, ListQuery, NewApiKey, RevokeOptions, SecretSource};
use api_keys_emulator::{Emulator, Vendor};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Ok(user) = env::var("CLERK_USER") else { return with_emulators().await };

    let certificate = env::var_os("ROOT_CERTIFICATE").map(std::fs::read).transpose()?;
    let transport = transport(env::var("PROXY_URL").ok().as_deref(), certificate.as_deref())?;
    let clerk = ClerkConfig::new(SecretSource::env("CLERK_SECRET_KEY"))
        .http(HttpConfig::new().transport(transport))
        .build()?;
    let page = clerk.list(ListQuery::new().owner(user)).await?;
    println!("{} keys on the first page", page.items.len());
    Ok(())
}

/// Creates a transport from a custom client, with the settings that the default transport uses for safety.
fn transport(proxy: Option<&str>, root: Option<&[u8]>) -> Result<Arc<dyn Transport>, reqwest::Error> {
    let mut client = reqwest::Client::builder()
        // A redirect could send a credential in a custom header to another origin.
        .redirect(reqwest::redirect::Policy::none())
        // Only the library knows which requests can be retried.
        .retry(reqwest::retry::never())
        .referer(false)
        // The timeouts of `HttpConfig` apply to attempts and calls, not to connecting.
        .connect_timeout(Duration::from_secs(5))
        // Less than the keep-alive of servers: a request on a closing connection has an unknown effect.
        .pool_idle_timeout(Duration::from_secs(4));
    if let Some(proxy) = proxy {
        client = client.proxy(reqwest::Proxy::all(proxy)?);
    }
    if let Some(root) = root {
        client = client.tls_certs_merge(reqwest::Certificate::from_pem_bundle(root)?);
    }
    Ok(Arc::new(ReqwestTransport::from(client.build()?)))
}

async fn with_emulators() -> Result<(), Box<dyn Error>> {
    let clerk = Emulator::start(Vendor::Clerk).await?;
    let latitude = Emulator::start(Vendor::LatitudeSh).await?;
    let (proxy, connections) = proxy().await?;

    // Both vendors share the client, and therefore the proxy.
    let http = HttpConfig::new().transport(transport(Some(&proxy), None)?).user_agent("example/1.0");
    let config = ClerkConfig::new(clerk.token().clone()).base_url(clerk.base_url());
    let provider = config.http(http.clone()).build()?;
    create_and_revoke(&provider, NewApiKey::new("example").owner("user_2abcdefghijklmnopqrstuvwxyz")).await?;
    let config = LatitudeShConfig::new(latitude.token().clone()).base_url(latitude.base_url());
    let provider = config.http(http).build()?;
    create_and_revoke(&provider, NewApiKey::new("example")).await?;

    println!("{} requests to Clerk, {} to Latitude.sh", clerk.requests(), latitude.requests());
    println!("{} connections through the proxy", connections.load(Ordering::SeqCst));
    Ok(())
}

async fn create_and_revoke(provider: &dyn ApiKeyProvider, new: NewApiKey) -> api_keys::Result<()> {
    let issued = provider.create(new).await?;
    provider.revoke(&issued.key.id, RevokeOptions::new()).await.map(drop)
}

/// Starts a minimal proxy, which reads the destination of each connection from its first request.
async fn proxy() -> std::io::Result<(String, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(relay(client));
        }
    });
    Ok((url, connections))
}

/// Relays a connection: `POST http://127.0.0.1:4242/v1/api_keys HTTP/1.1` goes to `127.0.0.1:4242`.
async fn relay(mut client: TcpStream) -> std::io::Result<()> {
    let mut head = [0; 1024];
    let length = client.peek(&mut head).await?;
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    let Some((_, rest)) = head.split_once("http://") else { return Ok(()) };
    let authority = rest.split(['/', ' ']).next().unwrap_or_default();
    let mut server = TcpStream::connect(authority).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}
