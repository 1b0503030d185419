//! `multipart/form-data` request bodies.

pub mod generated;

use api_keys_runtime::{Body, FilePart};
use generated::Client;
use generated::types::{
    AddFileRequest, AddFileRequestOwner, AddPhotoRequest, AddPhotoRequestPlace, AddUntypedRequest,
};
use serde_json::json;

use crate::{body_text, last_request, no_content};

#[tokio::test]
async fn each_field_and_file_is_a_part() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let photo = || FilePart::new("a \"cat\".png", &b"png"[..]).content_type("image/png");
    let body = AddPhotoRequest::new(photo())
        .more([photo(), FilePart::new("b", &b"bytes"[..])])
        .title("A cat")
        .public(true)
        .tags(["a", "b"])
        .place(AddPhotoRequestPlace::new().x(1))
        .password("the-password");
    client.add_photo(&body).await.unwrap();

    let kind = last_request(&server).await.headers["content-type"].to_str().unwrap().to_owned();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = body_text(&server).await;
    let parts: Vec<_> =
        text.split(&format!("--{boundary}")).map(|part| part.trim_matches(['\r', '\n'])).collect();
    let file = |name: &str| {
        format!(
            "Content-Disposition: form-data; name=\"{name}\"; filename=\"a %22cat%22.png\"\r\nContent-Type: image/png\r\n\r\npng"
        )
    };
    let field =
        |name: &str, value: &str| format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}");
    let wanted = [
        String::new(),
        file("photo"),
        file("more"),
        "Content-Disposition: form-data; name=\"more\"; filename=\"b\"\r\nContent-Type: application/octet-stream\r\n\r\nbytes"
            .to_owned(),
        field("title", "A cat"),
        field("public", "true"),
        field("tags", "a"),
        field("tags", "b"),
        "Content-Disposition: form-data; name=\"place\"\r\nContent-Type: application/json\r\n\r\n{\"x\":1}".to_owned(),
        field("password", "the-password"),
        "--".to_owned(),
    ];
    assert_eq!(parts, wanted);
    assert!(!format!("{body:?}").contains("the-password"));
}

#[tokio::test]
async fn unset_fields_are_not_sent() {
    let (server, client) = no_content().await;
    Client::new(client).add_photo(&AddPhotoRequest::new(FilePart::new("a", &b""[..]))).await.unwrap();
    assert_eq!(body_text(&server).await.matches("Content-Disposition").count(), 1);
}

#[tokio::test]
async fn parts_have_the_documented_content_types() {
    let (server, client) = no_content().await;
    let body = AddFileRequest::new(FilePart::new("a.pdf", Body::from_reader(&b"pdf"[..], None)))
        .picture(
            FilePart::new("b.jpg", &b"jpg"[..]).content_type("image/jpeg").header("X-Taken", "2026-01-01"),
        )
        .note("*n*")
        .labels(["a", "b"])
        .owner(AddFileRequestOwner::new().name("o"));
    Client::new(client).add_file(&body).await.unwrap();
    let text = body_text(&server).await;
    for part in [
        "name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\npdf\r\n",
        "name=\"picture\"; filename=\"b.jpg\"\r\nContent-Type: image/jpeg\r\nX-Taken: 2026-01-01\r\n\r\njpg\r\n",
        "name=\"note\"\r\nContent-Type: text/markdown\r\n\r\n*n*\r\n",
        "name=\"labels\"\r\nContent-Type: application/json\r\n\r\n[\"a\",\"b\"]\r\n",
        "name=\"owner\"\r\nContent-Type: application/json\r\n\r\n{\"name\":\"o\"}\r\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn parts_without_a_type_are_files() {
    let (server, client) = no_content().await;
    let file = || FilePart::new("a", &b"bytes"[..]);
    let body = AddUntypedRequest::new(file(), json!({ "a": 1 }), 0.5).files([file(), file()]);
    let client = Client::new(client);
    client.add_untyped(&body).await.unwrap();
    let text = body_text(&server).await;
    for (part, count) in [
        ("name=\"file\"; filename=\"a\"\r\nContent-Type: application/octet-stream\r\n\r\nbytes\r\n", 1),
        ("name=\"files\"; filename=\"a\"\r\nContent-Type: image/png\r\n\r\nbytes\r\n", 2),
        ("name=\"data\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n", 1),
        ("name=\"share\"\r\n\r\n0.5\r\n", 1),
    ] {
        assert_eq!(text.matches(part).count(), count, "{part} in {text}");
    }
    for (name, value) in [("a b", "c"), ("a", "b\r\nc")] {
        let body = AddUntypedRequest::new(file().header(name, value), json!(null), 0.5);
        assert!(client.add_untyped(&body).await.is_err(), "{name}");
    }
}
