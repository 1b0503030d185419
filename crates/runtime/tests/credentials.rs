//! Combined credentials, and invalid ones.

use api_keys_runtime::{
    Authentication, BuildError, Client, ClientBuilder, Error, Method, Operation, OperationClass, Request,
};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

static LIST: Operation =
    Operation { id: "list", method: Method::GET, path: "/keys", class: OperationClass::Safe, list: true };

fn build(authentication: Authentication) -> Result<Client, BuildError> {
    Client::builder("https://api.example.com").authentication(authentication).build()
}

#[test]
fn invalid_credentials_fail_the_build() {
    for (authentication, message) in [
        (Authentication::basic("a:b", "secret"), "contains a colon"),
        (Authentication::basic("", ""), "empty"),
        (Authentication::http("Api Key", "secret"), "not a valid authentication scheme"),
        (Authentication::cookie("session", "a; admin=1"), "contains a `;`"),
        (Authentication::bearer("one").and(Authentication::basic("user", "two")), "same header as another"),
        (Authentication::bearer("one").and(Authentication::bearer("two\n")), "control character"),
    ] {
        let error = build(authentication).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    // With named schemes, each operation uses the one that it requires.
    build(
        Authentication::bearer("one")
            .for_scheme("a")
            .and(Authentication::basic("user", "two").for_scheme("b")),
    )
    .unwrap();
}

#[test]
fn credentials_are_not_printed() {
    let all = Authentication::basic("the-key", "")
        .and(Authentication::http("ApiKey", "the-secret"))
        .and(Authentication::query("q", "the-other"));
    assert_eq!(format!("{all:?}"), r#"Authentication([Basic, Http("ApiKey"), Query("q")])"#);
}

async fn sent(set_up: impl FnOnce(ClientBuilder) -> ClientBuilder, request: Request) -> wiremock::Request {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let client = set_up(Client::builder(server.uri())).build().unwrap();
    let result: Result<_, Error<()>> = client.send_empty(request).await;
    result.unwrap();
    server.received_requests().await.unwrap().remove(0)
}

#[tokio::test]
async fn basic_user_can_be_the_key() {
    let set_up = |builder: ClientBuilder| builder.authentication(Authentication::basic("key", ""));
    assert_eq!(sent(set_up, Request::new(&LIST)).await.headers["authorization"], "Basic a2V5Og==");
}

#[tokio::test]
async fn cookie_credentials_share_one_header() {
    let both = Authentication::cookie("a", "1").and(Authentication::cookie("b", "2"));
    let request = sent(|builder| builder.authentication(both), Request::new(&LIST)).await;
    let cookies: Vec<_> = request.headers.get_all("cookie").iter().collect();
    assert_eq!(cookies, ["a=1; b=2"]);
}

#[cfg(feature = "full-openapi")]
#[tokio::test]
async fn cookies_share_one_header() {
    let both = Authentication::cookie("a", "1").and(Authentication::cookie("b", "2"));
    let request = Request::new(&LIST).cookie("c", "3; d=4");
    let request = sent(|builder| builder.authentication(both), request).await;
    let cookies: Vec<_> = request.headers.get_all("cookie").iter().collect();
    assert_eq!(cookies, ["a=1; b=2; c=3%3B%20d%3D4"]);
}

#[tokio::test]
async fn several_query_credentials_are_all_sent() {
    let both = Authentication::query("key", "a&b").and(Authentication::query("app", "c"));
    let request = sent(|builder| builder.authentication(both), Request::new(&LIST).query("limit", 1)).await;
    assert_eq!(request.url.query(), Some("limit=1&key=a%26b&app=c"));
}
