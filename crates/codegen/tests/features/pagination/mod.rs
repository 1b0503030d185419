//! Listings in several pages, in all declared forms.

pub mod generated;

use api_keys_runtime::{Authentication, Error, FailureKind, Items};
use generated::errors::ListVolumesError;
use generated::types::{SearchByCursorRequest, SearchByTokenRequest};
use generated::{
    Client, ListByCursorOptions, ListByNumberOptions, ListByOffsetOptions, ListByPageOptions,
    ListVolumesOptions, SearchByTokenOptions,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{body_text, last_request, target_of};

/// A server with one response after the other, and a client for it.
async fn respond_in_turn(
    responses: impl IntoIterator<Item = impl FnOnce(&str) -> ResponseTemplate>,
) -> (MockServer, Client) {
    let server = MockServer::start().await;
    for response in responses {
        let response = response(&server.uri());
        Mock::given(any()).respond_with(response).up_to_n_times(1).mount(&server).await;
    }
    let client = api_keys_runtime::Client::builder(server.uri())
        .authentication(Authentication::bearer("sk_live_0123456789"))
        .build()
        .unwrap();
    (server, Client::new(client))
}

async fn pages(pages: impl IntoIterator<Item = Value>) -> (MockServer, Client) {
    respond_in_turn(
        pages.into_iter().map(|page| move |_: &str| ResponseTemplate::new(200).set_body_json(page)),
    )
    .await
}

/// Returns all items, and the error at the end.
async fn all<T, E>(mut items: Items<T, E>) -> (Vec<T>, Option<Error<E>>) {
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => found.push(item),
            Err(error) => return (found, Some(error)),
        }
    }
    (found, None)
}

/// Returns all items of a listing without errors.
async fn complete<T, E>(items: Items<T, E>) -> Vec<T> {
    let (found, error) = all(items).await;
    assert!(error.is_none(), "{}", error.unwrap());
    found
}

/// The paths and the queries of all requests.
async fn targets(server: &MockServer) -> Vec<String> {
    server.received_requests().await.unwrap().iter().map(target_of).collect()
}

#[tokio::test]
async fn azure_links_are_followed() {
    let (server, client) = respond_in_turn([
        |origin: &str| {
            let next = format!("{origin}/azure?$skiptoken=a%2Fb");
            ResponseTemplate::new(200)
                .set_body_json(json!({ "value": [{ "id": 1 }], "@odata.nextLink": next }))
        },
        |_: &str| {
            ResponseTemplate::new(200)
                .set_body_json(json!({ "value": [], "@odata.nextLink": "?$skiptoken=c" }))
        },
        |_: &str| ResponseTemplate::new(200).set_body_json(json!({ "value": [{ "id": 2 }] })),
    ])
    .await;
    let volumes = complete(client.list_volumes_items(&ListVolumesOptions::new().x_tenant("acme"))).await;
    assert_eq!(volumes.iter().map(|volume| volume.id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(targets(&server).await, ["/azure", "/azure?$skiptoken=a%2Fb", "/azure?$skiptoken=c"]);
    let last = last_request(&server).await;
    assert_eq!(last.headers["x-tenant"], "acme");
    assert_eq!(last.headers["authorization"], "Bearer sk_live_0123456789");
}

#[tokio::test]
async fn foreign_origin_is_an_error() {
    let (server, client) =
        pages([json!({ "value": [{ "id": 1 }], "@odata.nextLink": "https://evil.example/?t=s3cret" })]).await;
    let (volumes, error) = all(client.list_volumes_items(&ListVolumesOptions::new())).await;
    let error = error.unwrap();
    assert_eq!(volumes.len(), 1);
    assert_eq!(error.kind(), &FailureKind::NextLink { origin: Some("https://evil.example".to_owned()) });
    assert_eq!(error.to_string(), "listVolumes: the next page is at another origin, https://evil.example");
    assert_eq!(targets(&server).await.len(), 1);
}

#[tokio::test]
async fn errors_are_documented() {
    let (_server, client) = respond_in_turn([
        |_: &str| {
            ResponseTemplate::new(200)
                .set_body_json(json!({ "value": [{ "id": 1 }], "@odata.nextLink": "?p=2" }))
        },
        |_: &str| ResponseTemplate::new(404).set_body_json(json!({ "code": "gone" })),
    ])
    .await;
    let (volumes, error) = all(client.list_volumes_items(&ListVolumesOptions::new())).await;
    let ListVolumesError::NotFound(problem) = error.unwrap().documented().unwrap();
    assert_eq!((volumes.len(), problem.code.as_deref()), (1, Some("gone")));
}

#[tokio::test]
async fn cursors_are_query_parameters() {
    let (server, client) = pages([
        json!({ "data": { "items": [{ "id": 1 }], "next": "b c" } }),
        json!({ "data": { "next": "d" } }),
        json!({ "data": { "items": [{ "id": 2 }], "next": null } }),
    ])
    .await;
    let volumes = complete(client.list_by_cursor_items(5, &ListByCursorOptions::new().after("a"))).await;
    assert_eq!(volumes.len(), 2);
    let path = "/speakeasy/cursor?limit=5&after=";
    assert_eq!(targets(&server).await, ["a", "b%20c", "d"].map(|cursor| format!("{path}{cursor}")));

    let (_server, client) = pages([json!({})]).await;
    assert!(complete(client.list_by_cursor_items(5, &ListByCursorOptions::new())).await.is_empty());
}

#[tokio::test]
async fn repeated_cursor_is_an_error() {
    let page = json!({ "data": { "items": [{ "id": 1 }], "next": "b" } });
    let (server, client) = pages([page.clone(), page.clone(), page]).await;
    let (volumes, error) = all(client.list_by_cursor_items(5, &ListByCursorOptions::new())).await;
    assert_eq!(error.unwrap().kind(), &FailureKind::PaginationLoop);
    assert_eq!((volumes.len(), targets(&server).await.len()), (2, 2));
}

#[tokio::test]
async fn pages_have_numbers() {
    let page = |number: i64| json!({ "items": [number], "meta": { "pages": 2 } });
    let (server, client) = pages([page(0), page(1), page(2)]).await;
    assert_eq!(complete(client.list_by_page_items(&ListByPageOptions::new().limit(1))).await, [0, 1, 2]);
    // The default of the parameter is the number of the first page.
    let path = "/speakeasy/page?limit=1";
    assert_eq!(targets(&server).await, [path, &format!("{path}&page=1"), &format!("{path}&page=2")]);
}

#[tokio::test]
async fn offsets_are_numbers_of_items() {
    let (server, client) = pages([json!(["a", "b"]), json!(["c"]), json!([])]).await;
    assert_eq!(complete(client.list_by_offset_items(&ListByOffsetOptions::new())).await, ["a", "b", "c"]);
    let path = "/speakeasy/offset";
    assert_eq!(targets(&server).await, [path, &format!("{path}?offset=2"), &format!("{path}?offset=3")]);
}

#[tokio::test]
async fn urls_are_followed() {
    let (server, client) = pages([
        json!({ "names": ["a"], "next": "url?page=2" }),
        json!({ "names": null, "next": "/elsewhere" }),
        json!({ "names": ["b"], "next": "" }),
    ])
    .await;
    // The document has an operation with the usual name.
    assert_eq!(complete(client.list_by_url_items2()).await, ["a", "b"]);
    assert_eq!(targets(&server).await, ["/speakeasy/url", "/speakeasy/url?page=2", "/elsewhere"]);
}

#[tokio::test]
async fn link_headers_are_followed() {
    let (server, client) = respond_in_turn([
        |origin: &str| {
            let links = format!("<{origin}/repositories/7?page=2>; rel=\"next\", <{origin}/>; rel=\"last\"");
            ResponseTemplate::new(200).insert_header("link", links).set_body_json(json!([{ "name": "a" }]))
        },
        |origin: &str| {
            let links = format!("<{origin}/repositories/7?page=1>; rel=\"prev\"");
            ResponseTemplate::new(200).insert_header("link", links).set_body_json(json!([{ "name": "b" }]))
        },
    ])
    .await;
    let mut repos = client.list_repos_items("acme");
    for name in ["a", "b"] {
        let page = repos.next_page().await.unwrap().unwrap();
        assert_eq!(page.iter().map(|repo| repo.name.as_str()).collect::<Vec<_>>(), [name]);
    }
    assert!(repos.next_page().await.is_none());
    assert_eq!(targets(&server).await, ["/github/repos/acme", "/repositories/7?page=2"]);
}

#[tokio::test]
async fn cursors_can_be_numbers() {
    let (server, client) = pages([json!({ "numbers": [1, 2], "last": 2 }), json!({ "numbers": [3] })]).await;
    assert_eq!(complete(client.list_by_number_items(&ListByNumberOptions::new())).await, [1, 2, 3]);
    assert_eq!(targets(&server).await, ["/own/cursor", "/own/cursor?since=2"]);
}

#[tokio::test]
async fn cursors_can_be_secrets() {
    let (server, client) = pages([
        json!({ "found": ["a"], "related": ["x"], "next_page_token": "t0k3n_0123456789" }),
        json!({ "found": ["b"] }),
    ])
    .await;
    let body = SearchByTokenRequest::new("text");
    let options = SearchByTokenOptions::new().page_token("t0k3n_first");
    assert_eq!(complete(client.search_by_token_items(&body, &options)).await, ["a", "b"]);
    let expected = ["t0k3n_first", "t0k3n_0123456789"];
    assert_eq!(targets(&server).await, expected.map(|token| format!("/own/token?page_token={token}")));
    assert_eq!(last_request(&server).await.body, b"{\"text\":\"text\"}");
}

#[tokio::test]
async fn cursors_can_be_in_the_body() {
    let (server, client) =
        pages([json!({ "data": ["a"], "cursor": "b" }), json!({ "data": ["b"], "cursor": "c" }), json!({})])
            .await;
    let body = SearchByCursorRequest::new().text("x");
    assert_eq!(complete(client.search_by_cursor_items(&body)).await, ["a", "b"]);
    assert_eq!(body_text(&server).await, "{\"cursor\":\"c\",\"text\":\"x\"}");
}
