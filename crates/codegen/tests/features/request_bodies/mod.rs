//! JSON request bodies: required, optional, unions, lists and scalars.

pub mod generated;

use generated::Client;
use generated::types::{EitherRequest, Thing};

use crate::{body_text, last_request, no_content};

#[tokio::test]
async fn optional_body() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.needed(&Thing::new()).await.unwrap();
    assert_eq!(body_text(&server).await, "{}");
    assert_eq!(last_request(&server).await.headers["content-type"], "application/json");
    client.optional(Some(&Thing::new().name("n"))).await.unwrap();
    assert_eq!(body_text(&server).await, r#"{"name":"n"}"#);
    client.optional(None).await.unwrap();
    assert_eq!(body_text(&server).await, "");
    assert!(!last_request(&server).await.headers.contains_key("content-type"));
}

#[tokio::test]
async fn body_of_any_type() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.either(&Thing::new().name("n").into()).await.unwrap();
    assert_eq!(body_text(&server).await, r#"{"name":"n"}"#);
    let secret = EitherRequest::Secret("s3cret".into());
    client.either(&secret).await.unwrap();
    assert_eq!(body_text(&server).await, r#""s3cret""#);
    assert!(!format!("{secret:?}").contains("s3cret"));

    client.list(&[Thing::new()]).await.unwrap();
    assert_eq!(body_text(&server).await, "[{}]");
    client.words(&["a", "b"]).await.unwrap();
    assert_eq!(body_text(&server).await, r#"["a","b"]"#);
    client.number(Some(0)).await.unwrap();
    assert_eq!(body_text(&server).await, "0");
    client.text("a \"word\"").await.unwrap();
    assert_eq!(body_text(&server).await, r#""a \"word\"""#);
}
