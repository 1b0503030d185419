//! A request and its response without the processing of a client: paths are sent unchanged, and redirects are
//! responses.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The timeout of a response.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a request to an absolute URL on a new connection.
///
/// # Errors
/// Returns an error if the request cannot be sent or times out after ten seconds.
pub async fn exchange(request: Request<Full<Bytes>>) -> io::Result<Response<Bytes>> {
    timeout(PATIENCE, send(request)).await?
}

/// Sends a request without a body.
///
/// # Errors
/// As [`exchange`].
pub async fn ask(method: &str, url: &str, headers: &[(&str, &str)]) -> io::Result<Response<Bytes>> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    exchange(request.body(Full::default()).map_err(io::Error::other)?).await
}

async fn send(mut request: Request<Full<Bytes>>) -> io::Result<Response<Bytes>> {
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let authority = authority.ok_or_else(|| io::Error::other("the URL has no host"))?;
    let host = HeaderValue::try_from(&authority).map_err(io::Error::other)?;
    request.headers_mut().entry(header::HOST).or_insert(host);
    // A server, unlike a proxy, receives only the path.
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).parse();
    *request.uri_mut() = path.map_err(io::Error::other)?;

    let stream = TcpStream::connect(&authority).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // Ends when the sender is dropped. Its errors also fail the request.
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    Ok(Response::from_parts(parts, body))
}
