//! What OpenAPI 3.2 adds, apart from streams.

pub mod generated;

use api_keys_runtime::Client as Http;
use generated::types::{Pet, Search, Thing};
use generated::{Client, CookiesOptions, api_key, session};
use serde_json::json;

use crate::{json_response, last_request, no_content, target};

#[tokio::test]
async fn query_has_a_body_and_is_safe() {
    let (server, client) = json_response(200, &json!({ "id": 2 })).await;
    let found = Client::new(client).find_things(&Thing::new(1)).await.unwrap();
    assert_eq!(found.body().id, 2);
    let request = last_request(&server).await;
    assert_eq!((request.method.as_str(), &*request.body), ("QUERY", &br#"{"id":1}"#[..]));

    let (server, client) = json_response(503, &json!({})).await;
    Client::new(client).find_things(&Thing::new(1)).await.unwrap_err();
    assert!(server.received_requests().await.unwrap().len() > 1);
}

#[tokio::test]
async fn methods_are_sent_as_written() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.copy_thing().await.unwrap();
    assert_eq!(last_request(&server).await.method.as_str(), "COPY");
    client.link_thing().await.unwrap();
    assert_eq!(last_request(&server).await.method.as_str(), "Link");
}

#[tokio::test]
async fn requirements_name_schemes_by_uri() {
    let (server, _) = no_content().await;
    let http = Http::builder(server.uri()).authentication(api_key("key").and(session("token")));
    let client = Client::new(http.build().unwrap());
    client.copy_thing().await.unwrap();
    let headers = last_request(&server).await.headers;
    assert!(headers["authorization"] == "Bearer token" && !headers.contains_key("x-api-key"));
    client.link_thing().await.unwrap();
    let headers = last_request(&server).await.headers;
    assert!(headers["x-api-key"] == "key" && !headers.contains_key("authorization"));
}

#[tokio::test]
async fn query_string_is_a_form() {
    let (server, client) = no_content().await;
    let search = Search::new().text("a b").tags(["x", "y&z"]);
    Client::new(client).search(&search).await.unwrap();
    let target = target(&server).await;
    let (path, query) = target.split_once('?').unwrap();
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    assert_eq!((path, pairs), ("/search", vec!["tags=x", "tags=y%26z", "text=a%20b"]));
}

#[tokio::test]
async fn cookies_are_not_encoded() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let options = CookiesOptions::new().list(["a", "b%"]).joined(["c", "d"]);
    client.cookies("x=1,y", &options).await.unwrap();
    let cookies = last_request(&server).await.headers["cookie"].clone();
    assert_eq!(cookies, "plain=x=1,y; list=a; list=b%; joined=c,d");
    let error = client.cookies("a; admin=1", &CookiesOptions::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "cookies: cookie `plain` contains a separator");
}

#[tokio::test]
async fn default_mapping_selects_the_variant() {
    let pets = json!([{ "kind": "cat", "lives": 9 }, { "kind": "dog", "name": "Rex" }, { "name": "Tom" }, { "a": 1 }]);
    let (_server, client) = json_response(200, &pets).await;
    let pets = Client::new(client).list_pets().await.unwrap().into_body();
    assert!(matches!(&pets[0], Pet::Cat(cat) if cat.lives == Some(9)));
    assert!(matches!(&pets[1], Pet::Animal(pet) if pet.name == "Rex"));
    assert!(matches!(&pets[2], Pet::Animal(pet) if pet.name == "Tom"));
    assert!(matches!(&pets[3], Pet::Other(_)));
}
