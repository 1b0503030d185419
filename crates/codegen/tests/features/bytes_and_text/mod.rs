//! Bodies and answers that are not JSON.

pub mod generated;

use generated::Client;
use wiremock::ResponseTemplate;

use crate::{last, server, silent};

#[tokio::test]
async fn a_body_is_sent_as_it_is_and_called_what_the_document_calls_it() {
    let (server, client) = silent().await;
    let client = Client::new(client);
    let sent = async || {
        let request = last(&server).await;
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
async fn an_answer_is_read_as_it_is() {
    let (_server, client) = server(ResponseTemplate::new(200).set_body_bytes(b"\0\xff")).await;
    assert_eq!(Client::new(client).get_file().await.unwrap().body().expose(), b"\0\xff");
    let (_server, client) = server(ResponseTemplate::new(200).set_body_string("words")).await;
    assert_eq!(Client::new(client).get_note().await.unwrap().body().expose(), b"words");
}
