//! Which credentials a request carries, and where it goes with them.

#[path = "credentials/generated/mod.rs"]
#[allow(dead_code, reason = "a client offers more than this test uses")]
pub mod generated;

mod common;

use api_keys_runtime::{self as http, Authentication};
use generated::{
    Client, DEFAULT_BASE_URL, FILES_EXAMPLE_UPLOAD_SERVER, VerifyOptions, api_key, app_key, client, device,
    logged, oauth, session,
};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

#[test]
fn the_code_that_this_test_compiles_is_up_to_date() {
    common::expect_up_to_date("credentials");
}

async fn server() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    server
}

fn client_of(server: &MockServer, authentication: Authentication) -> Client {
    Client::new(
        http::Client::builder(format!("{}/v1", server.uri())).authentication(authentication).build().unwrap(),
    )
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

/// The headers and query parameters of a request that hold a credential.
fn sent(request: &Request) -> Vec<String> {
    let names = ["authorization", "cookie", "x-api-key", "x-app-key"];
    let headers = names.iter().flat_map(|name| request.headers.get_all(*name));
    let headers = headers.map(|value| value.to_str().unwrap().to_owned());
    headers.chain(request.url.query().map(str::to_owned)).collect()
}

#[tokio::test]
async fn credentials_that_go_together_are_sent_together() {
    let server = server().await;
    client_of(&server, api_key("one").and(app_key("two"))).list_keys().await.unwrap();
    assert_eq!(sent(&requests(&server).await[0]), ["one", "two"]);
}

#[tokio::test]
async fn an_operation_gets_the_credentials_that_it_takes_and_no_other() {
    let server = server().await;
    let all = api_key("one")
        .and(app_key("two"))
        .and(client("id", "three"))
        .and(oauth("four"))
        .and(session("five"))
        .and(device("six"))
        .and(logged("se/ven"));
    let client = client_of(&server, all);
    client.list_keys().await.unwrap();
    client.check_health().await.unwrap();
    client.make_token().await.unwrap();
    client.get_profile().await.unwrap();
    client.get_report().await.unwrap();

    let sent: Vec<_> = requests(&server).await.iter().map(sent).collect();
    assert_eq!(
        sent,
        [
            vec!["one", "two"],
            vec![],
            vec!["Basic aWQ6dGhyZWU="],
            vec!["session=five; device=six"],
            vec!["key=se%2Fven"],
        ]
    );
}

#[tokio::test]
async fn of_several_alternatives_the_one_that_the_client_has_is_sent() {
    let server = server().await;
    client_of(&server, session("five").and(oauth("four"))).get_profile().await.unwrap();
    client_of(&server, api_key("one").and(app_key("two"))).get_profile().await.unwrap();
    // A certificate is the transport's matter.
    client_of(&server, api_key("one").and(app_key("two"))).get_report().await.unwrap();
    let sent: Vec<_> = requests(&server).await.iter().map(sent).collect();
    assert_eq!(sent, [vec!["Bearer four".to_owned()], vec![], vec![]]);
}

#[tokio::test]
async fn an_operation_that_takes_another_credential_is_refused_before_anything_is_sent() {
    let server = server().await;
    let error = client_of(&server, api_key("one").and(app_key("two"))).make_token().await.unwrap_err();
    assert!(error.to_string().contains("takes another credential than the client has: client"), "{error}");
    let error = client_of(&server, api_key("one")).list_keys().await.unwrap_err();
    assert!(error.to_string().contains("apiKey and appKey"), "{error}");
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn a_credential_of_the_callers_own_making_and_no_credential_are_sent_to_all_that_take_one() {
    let server = server().await;
    let own = client_of(&server, Authentication::bearer("own"));
    own.list_keys().await.unwrap();
    own.make_token().await.unwrap();
    own.check_health().await.unwrap();
    own.get_report().await.unwrap();
    // The document does not say what this one takes.
    own.get_raw().await.unwrap();
    client_of(&server, Authentication::none()).list_keys().await.unwrap();
    let sent: Vec<_> = requests(&server).await.iter().map(sent).collect();
    assert_eq!(
        sent,
        [vec!["Bearer own"], vec!["Bearer own"], vec![], vec!["Bearer own"], vec!["Bearer own"], vec![]]
    );
}

#[tokio::test]
async fn a_server_of_another_origin_is_refused_until_the_caller_names_it() {
    assert_eq!(DEFAULT_BASE_URL, "https://eu.accounts.example/v1");
    assert_eq!(FILES_EXAMPLE_UPLOAD_SERVER, "https://files.example/upload");
    let (server, files) = (server().await, self::server().await);
    let keys = || api_key("one").and(app_key("two"));

    let error = client_of(&server, keys()).upload().await.unwrap_err();
    assert!(error.to_string().contains("https://files.example/upload"), "{error}");
    assert!(requests(&server).await.is_empty());

    let http = http::Client::builder(format!("{}/v1", server.uri()))
        .authentication(keys())
        .server(FILES_EXAMPLE_UPLOAD_SERVER, format!("{}/elsewhere", files.uri()))
        .build()
        .unwrap();
    let client = Client::new(http);
    client.upload().await.unwrap();
    client.list_files().await.unwrap();
    client.get_beside().await.unwrap();

    let paths =
        |requests: Vec<Request>| requests.iter().map(|it| it.url.path().to_owned()).collect::<Vec<_>>();
    assert_eq!(sent(&requests(&files).await[0]), ["one", "two"]);
    assert_eq!(paths(requests(&files).await), ["/elsewhere/files"]);
    assert_eq!(paths(requests(&server).await), ["/v1/files", "/v2/beside"]);
}

#[test]
fn a_server_is_checked_as_the_base_url_is() {
    let build = |server: &str| {
        http::Client::builder("https://accounts.example").server(FILES_EXAMPLE_UPLOAD_SERVER, server).build()
    };
    assert!(build("http://files.example").unwrap_err().to_string().contains("http:// to another machine"));
    assert!(build("files").unwrap_err().to_string().contains("must start with https://"));
}

#[tokio::test]
async fn a_parameter_that_is_a_secret_is_sent_and_never_shown() {
    let server = MockServer::start().await;
    let echo = "c/ode one-time token-1 session-1";
    Mock::given(any()).respond_with(ResponseTemplate::new(400).set_body_string(echo)).mount(&server).await;
    let client = client_of(&server, api_key("one").and(app_key("two")));
    let options = VerifyOptions::new().token("token-1").session_secret("session-1").theme("dark");
    let error = client.verify(&"c/ode".into(), &"one-time".into(), &options).await.unwrap_err();

    let request = &requests(&server).await[0];
    assert_eq!(request.url.path(), "/v1/verify/c%2Fode");
    assert_eq!(request.url.query(), Some("token=token-1"));
    assert_eq!(request.headers["x-one-time-password"], "one-time");
    assert_eq!(request.headers["cookie"], "session_secret=session-1; theme=dark");
    for shown in [format!("{options:?}"), format!("{error} {error:?}")] {
        for secret in ["one-time", "token-1", "session-1"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
