//! Bodies in JSON: needed or not, one of several types, lists, and plain values.

pub mod generated;

use generated::Client;
use generated::types::{EitherRequest, Thing};

use crate::{last, silent, text};

#[tokio::test]
async fn a_body_is_sent_and_one_that_is_not_given_is_not() {
    let (server, client) = silent().await;
    let client = Client::new(client);
    client.needed(&Thing::new()).await.unwrap();
    assert_eq!(text(&server).await, "{}");
    assert_eq!(last(&server).await.headers["content-type"], "application/json");
    client.optional(Some(&Thing::new().name("n"))).await.unwrap();
    assert_eq!(text(&server).await, r#"{"name":"n"}"#);
    client.optional(None).await.unwrap();
    assert_eq!(text(&server).await, "");
    assert!(!last(&server).await.headers.contains_key("content-type"));
}

#[tokio::test]
async fn a_body_may_be_any_json() {
    let (server, client) = silent().await;
    let client = Client::new(client);
    client.either(&Thing::new().name("n").into()).await.unwrap();
    assert_eq!(text(&server).await, r#"{"name":"n"}"#);
    let secret = EitherRequest::Secret("s3cret".into());
    client.either(&secret).await.unwrap();
    assert_eq!(text(&server).await, r#""s3cret""#);
    assert!(!format!("{secret:?}").contains("s3cret"));

    client.list(&[Thing::new()]).await.unwrap();
    assert_eq!(text(&server).await, "[{}]");
    client.words(&["a", "b"]).await.unwrap();
    assert_eq!(text(&server).await, r#"["a","b"]"#);
    client.number(Some(0)).await.unwrap();
    assert_eq!(text(&server).await, "0");
    client.text("a \"word\"").await.unwrap();
    assert_eq!(text(&server).await, r#""a \"word\"""#);
}
