//! Base URL, credentials and headers of a client.

pub mod generated;

use generated::{
    API_VERSION, Client, DEFAULT_BASE_URL, ListThingsOptions, basic, bearer_auth, cookie, header, oauth,
    query, shared,
};

use crate::last_request;

#[test]
fn client_from_generated_constants() {
    let http = api_keys_runtime::Client::builder(DEFAULT_BASE_URL)
        .authentication(bearer_auth("secret"))
        .build()
        .unwrap();
    let client = format!("{:?}", Client::new(http));
    assert!(client.contains("https://api.things.example/v1") && !client.contains("secret"), "{client}");
}

#[tokio::test]
async fn credentials_and_headers_are_sent() {
    for (credential, place, wanted) in [
        (bearer_auth("the-secret"), "authorization", "Bearer the-secret"),
        (oauth("the-secret"), "authorization", "Bearer the-secret"),
        (basic("me", "the-secret"), "authorization", "Basic bWU6dGhlLXNlY3JldA=="),
        (shared("the-secret"), "authorization", "SharedAccessKey the-secret"),
        (header("the-secret"), "x-api-key", "the-secret"),
        (cookie("the-secret"), "cookie", "session=the-secret"),
        (query("the-secret"), "", "limit=1&key=the-secret"),
    ] {
        let (server, _) = crate::no_content().await;
        let http = api_keys_runtime::Client::builder(format!("{}/base/", server.uri()))
            .authentication(credential)
            .header(API_VERSION.name, API_VERSION.default.unwrap())
            .build()
            .unwrap();
        Client::new(http).list_things(&ListThingsOptions::new().limit(1)).await.unwrap();
        let request = last_request(&server).await;
        assert_eq!(request.url.path(), "/base/things");
        assert_eq!(request.headers["api-version"], "2026-05-12");
        match place {
            "" => assert_eq!(request.url.query(), Some(wanted)),
            header => assert_eq!(request.headers[header], wanted),
        }
    }
}
