//! Bodies of several parts, some of which are files.

pub mod generated;

use api_keys_runtime::FilePart;
use generated::Client;
use generated::types::{AddPhotoRequest, AddPhotoRequestPlace};

use crate::{last, silent, text};

#[tokio::test]
async fn each_field_is_a_part_and_each_file_is_one_of_its_own() {
    let (server, client) = silent().await;
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

    let kind = last(&server).await.headers["content-type"].to_str().unwrap().to_owned();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = text(&server).await;
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
async fn what_is_not_set_is_no_part() {
    let (server, client) = silent().await;
    Client::new(client).add_photo(&AddPhotoRequest::new(FilePart::new("a", &b""[..]))).await.unwrap();
    assert_eq!(text(&server).await.matches("Content-Disposition").count(), 1);
}
