//! Bodies that are sent while they are read, and forms whose fields are written in ways of their own.

#[path = "uploads/generated/mod.rs"]
#[allow(dead_code, reason = "a client offers more than this test uses")]
pub mod generated;

mod common;

use api_keys_runtime::{self as http, Body, FilePart};
use generated::Client;
use generated::types::{AddFileRequest, ChargeRequest, Owner, OwnerTeam};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

#[test]
fn the_code_that_this_test_compiles_is_up_to_date() {
    common::expect_up_to_date("uploads");
}

async fn server() -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let client = Client::new(http::Client::builder(server.uri()).build().unwrap());
    (server, client)
}

async fn last_request(server: &MockServer) -> Request {
    server.received_requests().await.unwrap().pop().unwrap()
}

#[tokio::test]
async fn bytes_may_be_there_or_be_read_while_they_are_sent() {
    let (server, client) = server().await;
    client.put_file("a/b", &b"bytes"[..]).await.unwrap();
    let request = last_request(&server).await;
    assert_eq!((request.url.path(), &*request.body), ("/files/a%2Fb", &b"bytes"[..]));
    client.put_file("c", Body::from_reader(&b"read"[..], Some(4))).await.unwrap();
    let request = last_request(&server).await;
    assert_eq!((request.headers["content-length"].to_str().unwrap(), &*request.body), ("4", &b"read"[..]));
}

#[tokio::test]
async fn a_part_is_labelled_as_the_document_says_unless_the_file_says_it_itself() {
    let (server, client) = server().await;
    let body = AddFileRequest::new(FilePart::new("a.pdf", Body::from_reader(&b"pdf"[..], None)))
        .picture(FilePart::new("b.jpg", &b"jpg"[..]).content_type("image/jpeg"))
        .note("*n*")
        .labels(["a", "b"])
        .owner(Owner::new().name("o"));
    client.add_file(&body).await.unwrap();
    let text = String::from_utf8(last_request(&server).await.body).unwrap();
    for part in [
        "name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\npdf\r\n",
        "name=\"picture\"; filename=\"b.jpg\"\r\nContent-Type: image/jpeg\r\n\r\njpg\r\n",
        "name=\"note\"\r\nContent-Type: text/markdown\r\n\r\n*n*\r\n",
        "name=\"labels\"\r\nContent-Type: application/json\r\n\r\n[\"a\",\"b\"]\r\n",
        "name=\"owner\"\r\nContent-Type: application/json\r\n\r\n{\"name\":\"o\"}\r\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn a_field_of_a_form_is_written_in_the_style_that_the_document_names() {
    let (server, client) = server().await;
    let owner = || Owner::new().name("a b").team(OwnerTeam::new().id(7));
    let body = ChargeRequest::new().expand(["x", "y"]).fields(["f", "g,h"]).owner(owner()).raw(owner());
    client.charge(Some(&body.flat(Owner::new().name("top")))).await.unwrap();
    let request = last_request(&server).await;
    let text = String::from_utf8(request.body).unwrap();
    let mut pairs: Vec<_> = text.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(
        pairs,
        [
            "expand%5B%5D=x",
            "expand%5B%5D=y",
            "fields=f,g%2Ch",
            "name=top",
            "owner%5Bname%5D=a%20b",
            "owner%5Bteam%5D%5Bid%5D=7",
            "raw=%7B%22name%22%3A%22a%20b%22%2C%22team%22%3A%7B%22id%22%3A7%7D%7D",
        ]
    );
    client.charge(None).await.unwrap();
    let request = last_request(&server).await;
    assert!(request.body.is_empty() && !request.headers.contains_key("content-type"));
}
