//! What belongs to a client as a whole: where the API is, credentials, and headers that are set once.

pub mod generated;

use generated::{
    API_VERSION, Client, DEFAULT_BASE_URL, ListThingsOptions, basic, bearer_auth, cookie, header, oauth,
    query,
};

use crate::last;

#[test]
fn a_client_can_be_made_with_nothing_but_what_the_document_says() {
    let http = api_keys_runtime::Client::builder(DEFAULT_BASE_URL)
        .authentication(bearer_auth("secret"))
        .build()
        .unwrap();
    let client = format!("{:?}", Client::new(http));
    assert!(client.contains("https://api.things.example/v1") && !client.contains("secret"), "{client}");
}

#[tokio::test]
async fn credentials_and_headers_of_a_client_go_with_each_request() {
    for (credential, place, wanted) in [
        (bearer_auth("the-secret"), "authorization", "Bearer the-secret"),
        (oauth("the-secret"), "authorization", "Bearer the-secret"),
        (basic("me", "the-secret"), "authorization", "Basic bWU6dGhlLXNlY3JldA=="),
        (header("the-secret"), "x-api-key", "the-secret"),
        (cookie("the-secret"), "cookie", "session=the-secret"),
        (query("the-secret"), "", "limit=1&key=the-secret"),
    ] {
        let (server, _) = crate::silent().await;
        let http = api_keys_runtime::Client::builder(format!("{}/base/", server.uri()))
            .authentication(credential)
            .header(API_VERSION.name, API_VERSION.default.unwrap())
            .build()
            .unwrap();
        Client::new(http).list_things(&ListThingsOptions::new().limit(1)).await.unwrap();
        let request = last(&server).await;
        assert_eq!(request.url.path(), "/base/things");
        assert_eq!(request.headers["api-version"], "2026-05-12");
        match place {
            "" => assert_eq!(request.url.query(), Some(wanted)),
            header => assert_eq!(request.headers[header], wanted),
        }
    }
}
