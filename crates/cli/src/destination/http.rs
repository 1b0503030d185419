//! Requests to destinations.

use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;
use url::{Host, Url};

const TIMEOUT: Duration = Duration::from_secs(30);

/// The maximum size of a response.
const MAX_BODY: usize = 1 << 20;

static CLIENT: LazyLock<Result<Client, String>> = LazyLock::new(|| {
    Client::builder()
        .timeout(TIMEOUT)
        // A redirect would receive the secret.
        .redirect(Policy::none())
        .user_agent(concat!("api-keys/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
});

pub(super) fn client() -> io::Result<&'static Client> {
    CLIENT.as_ref().map_err(|error| io::Error::other(error.clone()))
}

/// Parses the base URL of a server. Only loopback may be without TLS.
pub(super) fn base_url(text: &str) -> io::Result<Url> {
    let url: Url = text.parse().map_err(|error| io::Error::other(format!("invalid URL: {error}")))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => return Err(io::Error::other("the URL must start with https://")),
    }
    match url.username().is_empty() && url.password().is_none() {
        true => Ok(url),
        false => Err(io::Error::other("the URL contains credentials")),
    }
}

/// Appends segments to the path of a URL.
pub(super) fn with_path<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> io::Result<Url> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| io::Error::other("the URL cannot be a base"))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}

/// Sends a request, and returns the status and the JSON in the body.
pub(super) async fn send(request: RequestBuilder) -> io::Result<(StatusCode, Value)> {
    // The URL contains no secret, but a proxy's may.
    let failed = |error: reqwest::Error| io::Error::other(chain(&error.without_url()));
    let mut response = request.send().await.map_err(failed)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(io::Error::other("the response is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

fn chain(error: &dyn std::error::Error) -> String {
    crate::failure::chain(error)
}

/// Creates the error for a status. Messages of servers are omitted: they may repeat the request.
pub(super) fn rejected(what: &str, status: StatusCode) -> io::Error {
    io::Error::other(format!("{what}: {status}"))
}
