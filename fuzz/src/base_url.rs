//! Where requests go, for any base URL and mount.

use api_keys::runtime::{Client, Error, Method, Operation, OperationClass, Request, TrailingSlash, Url};

use crate::answer::Answer;
use crate::run;
use crate::server::Server;

static LIST: Operation = Operation {
    id: "listApiKeys",
    method: Method::GET,
    path: "/auth/api_keys/",
    class: OperationClass::Safe,
    list: true,
};

/// The first line is a base URL; the second, if there is one, is where the collection is mounted below it.
pub fn base_url(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (base, mount) = match text.split_once('\n') {
        Some((base, mount)) => (base, Some(mount)),
        None => (text, None),
    };
    for allow_http in [false, true] {
        let server = Server::new(Answer::parse(b"200"));
        let mut builder = server.builder(base).allow_http(allow_http).trailing_slash(TrailingSlash::Never);
        if let Some(mount) = mount {
            builder = builder.mount("/auth/api_keys", mount);
        }
        match builder.build() {
            Ok(client) => accepted(&client, &server, base, mount, allow_http),
            // What is wrong is said without the URL, which may hold a password.
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(base.len() < 24 || !shown.contains(base), "the base URL is shown: {shown}");
            }
        }
    }
}

fn accepted(client: &Client, server: &Server, base: &str, mount: Option<&str>, allow_http: bool) {
    let said = Url::parse(base).expect("an accepted base URL is a URL");
    let loopback = matches!(said.host_str(), Some("localhost" | "[::1]"))
        || said.host_str().is_some_and(|host| host.starts_with("127."));
    assert!(said.scheme() == "https" || (said.scheme() == "http" && (allow_http || loopback)), "{said}");

    let result: Result<_, Error<()>> = run(client.empty(Request::new(&LIST)));
    let requests = server.take();
    let Ok(_) = result else {
        return assert!(requests.is_empty(), "a refused request was sent to {}", requests[0].url);
    };
    let [request] = &requests[..] else { panic!("{} requests", requests.len()) };
    let url = &request.url;
    assert_eq!(url.origin(), said.origin());
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
    let path = format!("{}{}", said.path().trim_end_matches('/'), mount.unwrap_or("/auth/api_keys"));
    assert_eq!(url.path().trim_end_matches('/'), path.trim_end_matches('/'));
}
