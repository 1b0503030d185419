//! Code made from somebody else's document: what it says on the wire, and what it reads.

#[path = "imported/generated/mod.rs"]
#[allow(dead_code, reason = "a client offers more than this test uses")]
pub mod generated;

mod common;

use std::fs;
use std::path::Path;

use api_keys_http::{self as http, Authentication, FilePart};
use generated::types::{AddPhotoRequest, Cat, DogMood, Filter, LogIn, Pet};
use generated::{Client, FindPetsOptions, basic, key};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};
use xtask::{Imported, Mode, Wanted, ensure};

/// Set to anything, this makes the next test write what it would otherwise compare.
const UPDATE: &str = "UPDATE_IMPORTED";

#[test]
fn the_code_that_this_test_compiles_is_up_to_date() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imported");
    let text = fs::read_to_string(directory.join("document.yaml")).unwrap();
    let Imported { files, report } =
        xtask::import("document.yaml", &text, &Wanted::default(), common::root()).unwrap();
    assert_eq!(report.losses, []);
    let mode = if std::env::var_os(UPDATE).is_some() { Mode::Write } else { Mode::Check };
    let changes = ensure(&directory.join("generated"), &files, mode).unwrap();
    if mode == Mode::Check {
        let diffs: String = changes.into_iter().map(|change| change.diff).collect();
        assert!(diffs.is_empty(), "run this test with {UPDATE}=1 to accept\n{diffs}");
    }
}

async fn server(answer: ResponseTemplate, authentication: Authentication) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let http = http::Client::builder(server.uri()).authentication(authentication).build().unwrap();
    (server, Client::new(http))
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test]
async fn parameters_are_written_in_the_style_that_the_document_names() {
    let answer = ResponseTemplate::new(200).set_body_json(json!([]));
    let (server, client) = server(answer, key("the-query-key")).await;
    let filter = Filter::new().name("a b").age(3);
    let options = FindPetsOptions::new()
        .filter(filter.clone())
        .fields(["id", "n,m"])
        .sort(["a", "b"])
        .r#where(filter)
        .x_tags(["x", "y"])
        .theme("dark");

    client.find_pets(&[1, 2], &options).await.unwrap();

    let request = only_request(&server).await;
    assert_eq!(request.url.path(), "/pets/.1.2");
    let query = request.url.query().unwrap();
    assert!(query.contains("filter%5Bname%5D=a%20b"), "{query}");
    assert!(query.contains("&fields=id,n%2Cm&sort=a%7Cb&where=%7B%22"), "{query}");
    assert!(query.ends_with("&key=the-query-key"), "{query}");
    assert_eq!(request.headers["x-tags"], "x,y");
    assert_eq!(request.headers["cookie"], "theme=dark");
}

#[tokio::test]
async fn a_union_is_told_by_its_discriminator_both_ways() {
    let pets = json!([
        { "kind": "cat", "id": 1, "lives": 9 },
        { "kind": "Dog", "id": 2, "position": [1.5, 2.0], "mood": 1, "parents": [{ "kind": "Dog", "id": 3 }] },
        { "kind": "fish", "id": 4 },
    ]);
    let answer = ResponseTemplate::new(200).set_body_json(&pets);
    let (_server, client) = server(answer, Authentication::none()).await;
    let read = client.find_pets(&[1], &FindPetsOptions::new()).await.unwrap().into_body();
    let [Pet::Cat(cat), Pet::Dog(dog), Pet::Other(fish)] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!((cat.id, cat.lives), (Some(1), Some(9)));
    assert_eq!(dog.position, Some((1.5, 2.0)));
    assert_eq!(dog.mood, Some(DogMood::Integer(1)));
    assert!(matches!(dog.parents.as_deref(), Some([Pet::Dog(parent)]) if parent.id == Some(3)));
    assert_eq!(fish, &pets[2]);
}

#[tokio::test]
async fn what_is_only_read_is_not_sent_and_default_speaks_of_success_where_nothing_else_does() {
    let answer = ResponseTemplate::new(201).set_body_json(json!({ "kind": "cat", "id": 1 }));
    let (server, client) = server(answer, basic("me", "the-password")).await;
    let mut cat = Cat::new("cat").chip("the-chip");
    cat.id = Some(7);

    let pet = client.post_pets(&Pet::Cat(cat)).await.unwrap().into_body();

    assert!(matches!(pet, Pet::Cat(cat) if cat.id == Some(1) && cat.chip.is_none()));
    let request = only_request(&server).await;
    assert_eq!(request.body_json::<Value>().unwrap(), json!({ "kind": "cat", "chip": "the-chip" }));
    assert_eq!(request.headers["authorization"], "Basic bWU6dGhlLXBhc3N3b3Jk");
}

#[tokio::test]
async fn a_form_is_written_as_a_form_and_a_query_in_a_path_is_a_query() {
    let (server, client) = server(ResponseTemplate::new(204), Authentication::none()).await;
    let body = LogIn::new("a&b", "secret=1").scopes(["r", "w"]);
    client.log_in(&body).await.unwrap();
    let request = only_request(&server).await;
    assert_eq!(request.url.query(), Some("grant=password"));
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    let fields: Vec<_> = request.body.split(|byte| *byte == b'&').map(String::from_utf8_lossy).collect();
    for field in ["user=a%26b", "password=secret%3D1", "scopes=r", "scopes=w"] {
        assert!(fields.iter().any(|found| found == field), "{field} in {fields:?}");
    }
    assert!(!format!("{body:?}").contains("secret=1"));
}

#[tokio::test]
async fn a_form_with_files_has_a_part_for_each() {
    let (server, client) = server(ResponseTemplate::new(204), Authentication::none()).await;
    let photo = FilePart::new("cat.png", &b"\x89PNG"[..]).content_type("image/png");
    let body = AddPhotoRequest::new(photo.clone())
        .more([photo])
        .title("A cat")
        .tags(["a", "b"])
        .filter(Filter::new().age(1));
    client.add_photo(&body).await.unwrap();
    let request = only_request(&server).await;
    let kind = request.headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    let text = String::from_utf8_lossy(&request.body);
    assert_eq!(text.matches("filename=\"cat.png\"\r\nContent-Type: image/png\r\n\r\n").count(), 2, "{text}");
    assert_eq!(text.matches("name=\"tags\"").count(), 2);
    assert!(text.contains("name=\"title\"\r\n\r\nA cat\r\n"));
    assert!(text.contains("Content-Type: application/json\r\n\r\n{\"age\":1}\r\n"));
}

#[tokio::test]
async fn a_body_is_called_what_the_document_calls_it() {
    let (server, client) = server(ResponseTemplate::new(204), Authentication::none()).await;
    client.replace_photo(&b"png"[..]).await.unwrap();
    let request = only_request(&server).await;
    assert_eq!(
        (request.headers["content-type"].to_str().unwrap(), &*request.body),
        ("image/png", &b"png"[..])
    );

    let answer = ResponseTemplate::new(200).set_body_string("words");
    let (server, client) = self::server(answer, Authentication::none()).await;
    let words = client.describe_photo(&Filter::new()).await.unwrap().into_body();
    assert_eq!(words.expose(), b"words");
    assert_eq!(only_request(&server).await.headers["content-type"], "application/merge-patch+json");
}
