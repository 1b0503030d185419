//! Generated code that uses every feature: it compiles without a warning, and it says on the wire what it should.

#[path = "kitchen_sink/generated/mod.rs"]
#[allow(dead_code, reason = "a client offers more than this test uses")]
pub mod generated;

use api_keys_http::{self as http, DateTime, Nullable};
use generated::errors::{CreateThingError, GetThingError};
use generated::types::{Body, Detail, Kind, NewThing, Place, Thing, ThingChanges, ThingPage, Tree};
use generated::{
    Client, DEFAULT_BASE_URL, ListThingsOptions, RunThingAnswer, THINGS_VERSION, api_key, bearer_auth,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server that gives one answer to everything, and a client of it.
async fn server(answer: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let http = http::Client::builder(server.uri())
        .authentication(bearer_auth("token-0123456789"))
        .header(THINGS_VERSION.name, THINGS_VERSION.default.unwrap())
        .retry(http::RetryPolicy::never())
        .build()
        .unwrap();
    (server, Client::new(http))
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

fn json_answer(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn thing() -> Value {
    json!({ "id": 7, "name": null, "kind": "plain", "createdAt": "2026-01-01T00:00:00Z" })
}

#[tokio::test]
async fn parameters_arrive_where_the_document_wants_them() {
    let (server, client) = server(json_answer(200, &json!([]))).await;
    let options = ListThingsOptions::new()
        .page_size(10)
        .since("2026-01-01T00:00:00Z")
        .kind("2nd-hand")
        .tag(["a", "b&c"])
        .x_trace("t1");
    let kinds = [Kind::Plain, Kind::from("new kind")];

    client.list_things("o/w n", &kinds, &["x"], true, &options).await.unwrap();

    let request = only_request(&server).await;
    assert_eq!(request.url.path(), "/owners/o%2Fw%20n/things");
    let query: Vec<_> = request.url.query_pairs().collect();
    let query: Vec<_> = query.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    assert_eq!(
        query,
        [
            ("kinds", "plain"),
            ("kinds", "new kind"),
            ("words", "x"),
            ("strict", "true"),
            ("page[size]", "10"),
            ("since", "2026-01-01T00:00:00Z"),
            ("kind", "2nd-hand"),
            ("tag", "a"),
            ("tag", "b&c"),
        ]
    );
    assert_eq!(request.headers["x-trace"], "t1");
    assert_eq!(request.headers["things-version"], "2026-01-01");
    assert_eq!(request.headers["authorization"], "Bearer token-0123456789");
}

#[tokio::test]
async fn a_request_holds_what_was_set_and_nothing_else() {
    let (server, client) = server(json_answer(201, &json!({ "id": 1, "secret": "s3cret" }))).await;
    let part = NewThing::new("part", "other", "secret-of-part", Some("old".into()));
    let body = NewThing::new("n", Kind::Value2ndHand, "secret-of-thing", None)
        .parts([part])
        .with_is_open(false)
        .counts([("a".to_owned(), 1)])
        .self_("me");

    let answer = client.create_thing("o", &body).await.unwrap();

    assert_eq!(
        only_request(&server).await.body_json::<Value>().unwrap(),
        json!({
            "name": "n", "kind": "2nd-hand", "secret": "secret-of-thing", "oldSecret": null,
            "parts": [{ "name": "part", "kind": "other", "secret": "secret-of-part", "oldSecret": "old" }],
            "isOpen": false, "counts": { "a": 1 }, "self": "me",
        })
    );
    assert_eq!(answer.body().secret.expose(), "s3cret");
    assert!(!format!("{body:?} {answer:?}").contains("s3cret"));
    assert!(!format!("{body:?}").contains("secret-of"));
}

#[tokio::test]
async fn a_client_can_be_made_with_nothing_but_what_the_document_says() {
    let http = http::Client::builder(DEFAULT_BASE_URL).authentication(api_key("secret")).build().unwrap();
    assert!(format!("{:?}", Client::new(http)).contains("https://things.example/v1"));
}

#[test]
fn absent_null_and_a_value_are_three_things_to_say() {
    let write = |changes: &ThingChanges| serde_json::to_value(changes).unwrap();
    assert_eq!(write(&ThingChanges::new()), json!({}));
    assert_eq!(write(&ThingChanges::new().description(Nullable::Null)), json!({ "description": null }));
    let time = DateTime::from("2026-01-01T00:00:00Z");
    let changes = ThingChanges::new().description("d".to_owned()).expires_at(time).anything(Value::Null);
    assert_eq!(
        write(&changes),
        json!({ "description": "d", "expiresAt": "2026-01-01T00:00:00Z", "anything": null })
    );
}

#[test]
fn absent_null_and_a_value_are_three_things_to_read() {
    let read = |description: Option<Value>| {
        let mut thing = thing();
        if let Some(description) = description {
            thing["description"] = description;
        }
        serde_json::from_value::<Thing>(thing).unwrap().description
    };
    assert_eq!(read(None), Nullable::Absent);
    assert_eq!(read(Some(json!(null))), Nullable::Null);
    assert_eq!(read(Some(json!("d"))), Nullable::Value("d".to_owned()));
}

#[test]
fn fields_and_values_that_the_document_does_not_know_are_kept() {
    let mut json = thing();
    json["kind"] = json!("brand new");
    json["later"] = json!({ "a": 1 });
    let thing: Thing = serde_json::from_value(json).unwrap();
    assert_eq!(thing.kind, Kind::Unknown("brand new".to_owned()));
    assert_eq!(thing.additional_properties["later"], json!({ "a": 1 }));
}

#[test]
fn a_union_is_read_by_the_type_of_the_value() {
    let read = |json: Value| serde_json::from_value::<Detail>(json);
    assert_eq!(read(json!("a")).unwrap(), Detail::Text("a".to_owned()));
    assert_eq!(read(json!(-1)).unwrap(), Detail::Integer(-1));
    assert_eq!(read(json!(true)).unwrap(), Detail::Boolean(true));
    assert!(matches!(read(json!(["a", 1.5, 2])).unwrap(), Detail::List(list) if list.len() == 3));
    let tree = read(json!({ "name": "t", "left": { "detail": "deep" } })).unwrap();
    assert!(matches!(tree, Detail::Tree(tree) if tree.left.is_some()));
    assert!(read(json!(3_000_000_000_u32)).is_err(), "it does not fit into 32 bits");
    let error = read(json!(null)).unwrap_err().to_string();
    assert!(error.contains("expected text, a whole number, a truth value, a list or an object"), "{error}");
    assert_eq!(serde_json::from_value::<Place>(json!(3)).unwrap().to_string(), "3");
}

#[tokio::test]
async fn a_list_may_come_in_either_shape() {
    for answer in [json!([thing()]), json!({ "data": [thing()] })] {
        let (_server, client) = server(json_answer(200, &answer)).await;
        let page = client.list_things("o", &[], &[], false, &ListThingsOptions::new()).await.unwrap();
        let things = match page.into_body() {
            ThingPage::Bare(things) => things,
            ThingPage::Page(page) => page.data,
        };
        assert_eq!(things[0].id, 7);
    }
}

#[tokio::test]
async fn an_optional_answer_may_be_empty() {
    let (_server, client) = server(json_answer(200, &thing())).await;
    assert!(client.update_thing(7, &ThingChanges::new()).await.unwrap().into_body().is_some());
    let (_server, client) = self::server(ResponseTemplate::new(204)).await;
    assert!(client.update_thing(7, &ThingChanges::new()).await.unwrap().into_body().is_none());
    assert_eq!(client.new2(7).await.unwrap().status(), 204);
}

#[tokio::test]
async fn success_is_told_apart_by_status_and_kept_where_it_is_unknown() {
    let run = async |answer: ResponseTemplate| {
        let (_server, client) = server(answer).await;
        client.run_thing(7, None).await.unwrap().into_body()
    };
    assert!(matches!(run(json_answer(200, &thing())).await, RunThingAnswer::Ok(thing) if thing.id == 7));
    let started = run(json_answer(202, &json!("started"))).await;
    assert!(matches!(started, RunThingAnswer::Accepted(Detail::Text(text)) if text == "started"));
    assert!(matches!(run(ResponseTemplate::new(204)).await, RunThingAnswer::NoContent));
    let unknown = run(ResponseTemplate::new(206).set_body_string("part")).await;
    assert!(matches!(unknown, RunThingAnswer::Other(body) if body.expose() == b"part"));
    let unreadable = run(ResponseTemplate::new(200).set_body_string("{}")).await;
    assert!(matches!(unreadable, RunThingAnswer::Other(body) if body.expose() == b"{}"));
}

#[tokio::test]
async fn an_optional_body_in_one_of_several_forms_is_written_as_it_is() {
    let (server, client) = server(ResponseTemplate::new(204)).await;
    let body = Body::from(ThingChanges::new().name("n"));
    client.run_thing(7, Some(&body)).await.unwrap();
    assert_eq!(only_request(&server).await.body, br#"{"name":"n"}"#);
    assert_eq!(serde_json::to_value(Body::Secret("hidden".into())).unwrap(), json!("hidden"));
}

#[tokio::test]
async fn an_answer_that_is_not_json_comes_as_bytes() {
    let (_server, client) = server(ResponseTemplate::new(200).set_body_raw("a;b", "text/csv")).await;
    assert_eq!(client.export_things().await.unwrap().body().expose(), b"a;b");
}

#[tokio::test]
async fn each_documented_status_arrives_as_its_own_variant() {
    let errors = json!({ "errors": [{ "code": "c" }] });
    let fail = async |answer: ResponseTemplate| {
        let (_server, client) = server(answer).await;
        let body = NewThing::new("n", "plain", "secret", None);
        let error = client.create_thing("o", &body).await.unwrap_err();
        error.into_parts().1
    };
    let code = |error: generated::types::Error| error.errors[0].code.clone();

    let error = fail(json_answer(400, &errors)).await.unwrap();
    assert!(matches!(error, CreateThingError::BadRequest(error) if code(error.clone()) == "c"));
    assert_eq!(fail(ResponseTemplate::new(404)).await.unwrap(), CreateThingError::NotFound);
    let mislabelled = ResponseTemplate::new(429).set_body_raw(errors.to_string(), "text/plain");
    assert!(matches!(fail(mislabelled).await.unwrap(), CreateThingError::TooManyRequests(_)));
    let range = fail(json_answer(418, &errors)).await.unwrap();
    assert!(matches!(range, CreateThingError::ClientError { status: 418, .. }));
    assert!(matches!(
        fail(json_answer(503, &errors)).await.unwrap(),
        CreateThingError::ServiceUnavailable(_)
    ));
    let text = fail(ResponseTemplate::new(503).set_body_string("down")).await.unwrap();
    assert_eq!(text, CreateThingError::ServiceUnavailableText("down".to_owned()));
    let other = fail(json_answer(500, &json!(true))).await.unwrap();
    assert_eq!(other, CreateThingError::Default { status: 500, body: Detail::Boolean(true) });
    assert_eq!(fail(ResponseTemplate::new(400).set_body_string("<html>")).await, None);

    let (_server, client) = server(ResponseTemplate::new(404)).await;
    assert_eq!(client.get_thing(1).await.unwrap_err().documented(), Some(&GetThingError::NotFound));
}

#[test]
fn a_type_that_contains_itself_can_be_built_and_read() {
    let tree: Tree = serde_json::from_value(json!({ "left": { "rest": [{ "name": "leaf" }] } })).unwrap();
    let rest = tree.left.unwrap().rest.unwrap();
    assert_eq!(rest[0].name.as_deref(), Some("leaf"));
}
