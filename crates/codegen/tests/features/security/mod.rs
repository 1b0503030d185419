//! Credentials by operation: several together, alternatives, others or none.

pub mod generated;

use api_keys_runtime::Authentication;
use generated::{Client, api_key, app_key, client, device, logged, oauth, session};
use wiremock::{MockServer, Request};

use crate::no_content;

fn client_of(server: &MockServer, authentication: Authentication) -> Client {
    let http = api_keys_runtime::Client::builder(server.uri()).authentication(authentication);
    Client::new(http.build().unwrap())
}

/// The headers and query parameters of each request that hold a credential.
async fn credentials(server: &MockServer) -> Vec<Vec<String>> {
    let credentials = |request: &Request| {
        let names = ["authorization", "cookie", "x-api-key", "x-app-key"];
        let headers = names.iter().flat_map(|name| request.headers.get_all(*name));
        let headers = headers.map(|value| value.to_str().unwrap().to_owned());
        headers.chain(request.url.query().map(str::to_owned)).collect()
    };
    server.received_requests().await.unwrap().iter().map(credentials).collect()
}

#[tokio::test]
async fn only_the_required_credentials_are_sent() {
    let (server, _) = no_content().await;
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

    assert_eq!(
        credentials(&server).await,
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
async fn available_alternative_is_sent() {
    let (server, _) = no_content().await;
    client_of(&server, session("five").and(oauth("four"))).get_profile().await.unwrap();
    client_of(&server, api_key("one").and(app_key("two"))).get_profile().await.unwrap();
    // Certificates belong to the transport.
    client_of(&server, api_key("one").and(app_key("two"))).get_report().await.unwrap();
    assert_eq!(credentials(&server).await, [vec!["Bearer four".to_owned()], vec![], vec![]]);
}

#[tokio::test]
async fn missing_credential_is_an_error() {
    let (server, _) = no_content().await;
    let error = client_of(&server, api_key("one").and(app_key("two"))).make_token().await.unwrap_err();
    assert!(
        error.to_string().contains("the client does not have a credential for the operation: client"),
        "{error}"
    );
    let error = client_of(&server, api_key("one")).list_keys().await.unwrap_err();
    assert!(error.to_string().contains("apiKey and appKey"), "{error}");
    assert!(credentials(&server).await.is_empty());
}

#[tokio::test]
async fn custom_credential_is_sent() {
    let (server, _) = no_content().await;
    let own = client_of(&server, Authentication::bearer("own"));
    own.list_keys().await.unwrap();
    own.make_token().await.unwrap();
    own.check_health().await.unwrap();
    own.get_report().await.unwrap();
    // The document does not define the scheme of this operation.
    own.get_raw().await.unwrap();
    client_of(&server, Authentication::none()).list_keys().await.unwrap();
    assert_eq!(
        credentials(&server).await,
        [vec!["Bearer own"], vec!["Bearer own"], vec![], vec!["Bearer own"], vec!["Bearer own"], vec![]]
    );
}
