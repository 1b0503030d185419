//! Addresses of requests, for any base URL and mount.

use api_keys::runtime::{Client, Error, Method, Operation, OperationClass, Request, TrailingSlash};
use url::Url;

use crate::response::CannedResponse;
use crate::server::Server;
use crate::target::{operation, run};

static LIST: Operation = operation(Method::GET, "/auth/api_keys/", OperationClass::Safe);

/// Parses the first line as a base URL, and the second, if any, as the mount of the collection.
pub fn base_url(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (base, mount) = text.split_once('\n').map_or((text, None), |(base, mount)| (base, Some(mount)));
    for allow_http in [false, true] {
        let server = Server::new(CannedResponse::parse(b"200"));
        let mut builder = server.builder(base).allow_http(allow_http).trailing_slash(TrailingSlash::Never);
        if let Some(mount) = mount {
            builder = builder.mount("/auth/api_keys", mount);
        }
        match builder.build() {
            Ok(client) => assert_below(&client, &server, base, mount, allow_http),
            // The URL may contain a password.
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(base.len() < 24 || !shown.contains(base), "the base URL is shown: {shown}");
            }
        }
    }
}

fn assert_below(client: &Client, server: &Server, base: &str, mount: Option<&str>, allow_http: bool) {
    let parsed = Url::parse(base).expect("an accepted base URL is a URL");
    let loopback = matches!(parsed.host_str(), Some("localhost" | "[::1]"))
        || parsed.host_str().is_some_and(|host| host.starts_with("127."));
    assert!(
        parsed.scheme() == "https" || (parsed.scheme() == "http" && (allow_http || loopback)),
        "{parsed}"
    );

    let result: Result<_, Error<()>> = run(client.send_empty(Request::new(&LIST)));
    let requests = server.take();
    let Ok(_) = result else {
        return assert!(requests.is_empty(), "a rejected request was sent to {}", requests[0].uri);
    };
    let [request] = &requests[..] else { panic!("{} requests", requests.len()) };
    let url = Url::parse(&request.uri.to_string()).expect("a URL");
    assert_eq!(url.origin(), parsed.origin());
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
    let path = format!("{}{}", parsed.path().trim_end_matches('/'), mount.unwrap_or("/auth/api_keys"));
    assert_eq!(url.path().trim_end_matches('/'), path.trim_end_matches('/'));
}
