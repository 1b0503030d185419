//! Request and response bodies that are not JSON.

pub mod generated;

use api_keys_runtime::Body;
use generated::{Client, GetAnyPictureOptions, PutAnyPictureOptions, PutAnythingOptions};
use wiremock::ResponseTemplate;

use crate::{last_request, no_content, respond_with};

#[tokio::test]
async fn body_is_sent_unchanged() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let sent = async || {
        let request = last_request(&server).await;
        (request.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned()), request.body)
    };
    client.put_file(&b"\0\xff"[..]).await.unwrap();
    assert_eq!(sent().await, (Some("application/octet-stream".to_owned()), b"\0\xff".to_vec()));
    client.put_picture(&b"png"[..]).await.unwrap();
    assert_eq!(sent().await, (Some("image/png".to_owned()), b"png".to_vec()));
    client.put_note("\"words\"").await.unwrap();
    assert_eq!(sent().await, (Some("text/plain".to_owned()), b"\"words\"".to_vec()));
    client.patch_note(None).await.unwrap();
    assert_eq!(sent().await, (None, Vec::new()));
}

#[tokio::test]
async fn response_is_read_unchanged() {
    let (_server, client) = respond_with(ResponseTemplate::new(200).set_body_bytes(b"\0\xff")).await;
    assert_eq!(Client::new(client).get_file().await.unwrap().body().expose(), b"\0\xff");
    let (_server, client) = respond_with(ResponseTemplate::new(200).set_body_string("words")).await;
    assert_eq!(Client::new(client).get_note().await.unwrap().body().expose(), b"words");
}

#[tokio::test]
async fn documented_types_are_accepted() {
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_bytes(b"bytes")).await;
    let client = Client::new(client);
    let accepted = async || last_request(&server).await.headers["accept"].to_str().unwrap().to_owned();
    client.get_note().await.unwrap();
    assert_eq!(accepted().await, "text/plain");
    client.get_any_picture(&GetAnyPictureOptions::new()).await.unwrap();
    assert_eq!(accepted().await, "image/png, image/jpeg");
    client.get_any_picture(&GetAnyPictureOptions::new().accept("image/jpeg")).await.unwrap();
    assert_eq!(accepted().await, "image/jpeg");
    assert_eq!(client.get_anything().await.unwrap().body().expose(), b"bytes");
    assert_eq!(accepted().await, "application/json, */*;q=0.9");
}

#[tokio::test]
async fn content_type_can_be_chosen() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let sent = async || last_request(&server).await.headers["content-type"].to_str().unwrap().to_owned();
    client.put_any_picture(&b"png"[..], &PutAnyPictureOptions::new()).await.unwrap();
    assert_eq!(sent().await, "image/png");
    client
        .put_any_picture(&b"jpg"[..], &PutAnyPictureOptions::new().content_type("image/jpeg"))
        .await
        .unwrap();
    assert_eq!(sent().await, "image/jpeg");
    client.put_anything(&b"a"[..], &PutAnythingOptions::new()).await.unwrap();
    assert_eq!(sent().await, "application/octet-stream");
    client.put_anything(&b"a"[..], &PutAnythingOptions::new().content_type("font/woff")).await.unwrap();
    assert_eq!(sent().await, "font/woff");
    let invalid = PutAnythingOptions::new().content_type("a\nb");
    assert!(client.put_anything(&b"a"[..], &invalid).await.is_err());
}

#[tokio::test]
async fn response_is_streamed() {
    let (_server, client) = respond_with(ResponseTemplate::new(200).set_body_bytes(vec![7; 3 << 20])).await;
    let client = Client::new(client);
    assert!(client.get_file().await.unwrap_err().to_string().contains("exceeds 1048576 bytes"));
    let mut file = client.get_file_stream().await.unwrap().into_body();
    let mut length = 0;
    while let Some(chunk) = file.next().await {
        length += chunk.unwrap().len();
    }
    assert_eq!(length, 3 << 20);
}

#[tokio::test]
async fn body_is_streamed() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.upload_file("a/b", &b"bytes"[..]).await.unwrap();
    let request = last_request(&server).await;
    assert_eq!((request.url.path(), &*request.body), ("/files/a%2Fb", &b"bytes"[..]));
    client.upload_file("c", Body::from_reader(&b"read"[..], Some(4))).await.unwrap();
    let request = last_request(&server).await;
    assert_eq!((request.headers["content-length"].to_str().unwrap(), &*request.body), ("4", &b"read"[..]));
}
