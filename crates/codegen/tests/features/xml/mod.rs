//! Request and response bodies in XML.

pub mod generated;

use api_keys_core::SecretKey;
use api_keys_runtime::Nullable;
use generated::errors::{GetShapesError, LogInError};
use generated::types::{
    Circle, Login, Order, OrderStatus, Problem, PutInexactRequest, PutInexactRequestInner, Shape,
};
use generated::{Client, LogInSuccess};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::{body_text, last_request, respond_with};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

async fn serve(status: u16, body: &str) -> (MockServer, Client) {
    let (server, client) = respond_with(ResponseTemplate::new(status).set_body_string(body)).await;
    (server, Client::new(client))
}

/// Receives an order and sends it again.
async fn round_trip(xml: &str) -> (Order, String) {
    let (server, client) = serve(200, xml).await;
    let order = client.get_order().await.unwrap().into_body();
    assert_eq!(last_request(&server).await.headers["accept"], "application/xml");
    client.put_order(&order).await.unwrap();
    assert_eq!(last_request(&server).await.headers["content-type"], "application/xml");
    let sent = body_text(&server).await;
    (order, sent.strip_prefix(DECLARATION).unwrap().to_owned())
}

async fn decode_error(xml: &str) -> String {
    let (_server, client) = serve(200, xml).await;
    client.get_order().await.unwrap_err().to_string()
}

#[tokio::test]
async fn all_properties_are_kept() {
    let xml = [
        r#"<o:order xmlns:o="https://example.com/order" id="7" xml:lang="en">"#,
        "<placed>2024-01-02T03:04:05Z</placed><status>paid</status>",
        r#"<customer><p:name xmlns:p="https://example.com/people">A &amp; B</p:name>"#,
        r#"<referrer><p:name xmlns:p="https://example.com/people">C</p:name></referrer></customer>"#,
        r#"<orderLines><line sku-id="a&quot;b"><quantity>2</quantity><weight>1.5</weight></line>"#,
        r#"<line sku-id="c"><quantity>1</quantity></line></orderLines>"#,
        "<note>one</note><note> two </note><flags>true</flags><flags>false</flags>",
        "<tags><tags>x</tags></tags><labels><color>blue</color><größe>12</größe></labels>",
        r#"<money currency="EUR">3.5<x>1</x><x>2</x></money><refund>1.0</refund>"#,
        "<comment/><summary><![CDATA[<b>&]]></summary></o:order>",
    ]
    .concat();
    let (order, sent) = round_trip(&xml).await;
    assert_eq!(sent, xml);
    assert_eq!(
        (order.id, order.lang.as_deref(), order.status.as_ref()),
        (7, Some("en"), Some(&OrderStatus::Paid))
    );
    assert_eq!(order.customer.unwrap().referrer.unwrap().name, "C");
    assert_eq!((order.lines[0].sku.as_str(), order.lines[0].quantity, order.lines.len()), ("a\"b", 2, 2));
    assert_eq!(
        (order.notes, order.flags),
        (vec!["one".to_owned(), " two ".to_owned()], Some(vec![true, false]))
    );
    assert_eq!(order.labels.unwrap()["größe"], "12");
    let total = order.total.unwrap();
    assert_eq!(
        (total.currency.as_deref(), total.amount, &total.additional_properties["x"]),
        (Some("EUR"), 3.5, &vec![1, 2])
    );
    assert_eq!(order.comment, Nullable::Value(String::new()));
    assert_eq!(order.summary.unwrap().html, "<b>&");
}

#[tokio::test]
async fn absent_properties_are_kept() {
    let xml = r#"<o:order xmlns:o="https://example.com/order" id="7"><placed/><orderLines/></o:order>"#;
    let (order, sent) = round_trip(xml).await;
    assert_eq!(sent, xml);
    assert!(
        order.lines.is_empty() && order.notes.is_empty() && order.tags.is_none() && order.flags.is_none()
    );
    assert_eq!(order.comment, Nullable::Absent);

    let null = concat!(
        r#"<o:order xmlns:o="https://example.com/order" id="7"><placed/><orderLines/><comment "#,
        r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/></o:order>"#
    );
    let (order, sent) = round_trip(null).await;
    assert_eq!((sent.as_str(), order.comment), (null, Nullable::Null));
}

#[tokio::test]
async fn prefixes_and_unknown_nodes_are_ignored() {
    let xml = r#"<order xmlns="https://example.com/order" xmlns:q="https://example.com/people" id="7" added="a">
        <!-- added later --><added><placed>no</placed></added>
        <placed>now</placed> <status>later</status>
        <customer><q:name>A</q:name><name>B</name></customer>
        <orderLines></orderLines>
    </order>"#;
    let (order, _) = round_trip(xml).await;
    assert_eq!(order.placed.as_str(), "now");
    assert_eq!(order.status, Some(OrderStatus::Other("later".to_owned())));
    assert_eq!(order.customer.unwrap().name, "A");
}

#[tokio::test]
async fn invalid_bodies_are_errors() {
    let order =
        |content: &str| format!(r#"<order xmlns="https://example.com/order" id="7">{content}</order>"#);
    for (xml, message) in [
        (order("<orderLines/>"), "does not match the OpenAPI document at `.` (line 1, column 1)"),
        (
            order("<placed/>\n<orderLines>\n<line><quantity/></line></orderLines>"),
            "`lines[0].quantity` (line 3, column 7)",
        ),
        (order("<placed/><placed/>"), "an element occurs twice at `placed`"),
        (
            order("<placed/><orderLines><item/></orderLines>"),
            "the items of an array have another name at `lines`",
        ),
        (order("<placed><secret/></placed>"), "an element contains elements instead of text at `placed`"),
        ("<order/>".to_owned(), "the root element has another name"),
        (order("<placed>&secret;</placed>"), "it refers to an unknown entity"),
        ("<!DOCTYPE order SYSTEM \"secret\"><order/>".to_owned(), "it declares a document type"),
        (r#"{"secret":1}"#.to_owned(), "it is not well-formed XML"),
        (order("<placed>"), "it is not well-formed XML"),
        ("<order xmlns=".to_owned(), "the response body is truncated"),
        (String::new(), "the response has no body"),
    ] {
        let error = decode_error(&xml).await;
        assert!(error.contains(message) && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn unions_are_selected_by_their_properties() {
    let shapes = "<any><Shape><kind>Circle</kind><size>1</size></Shape><Shape><kind>Square</kind><size>1</size>\
                  <shapes><kind>Circle</kind><size>2</size></shapes></Shape><Shape><kind>Line</kind></Shape></any>";
    let (server, client) = serve(200, shapes).await;
    let shapes = client.get_shapes().await.unwrap().into_body();
    assert_eq!(last_request(&server).await.headers["accept"], "application/vnd.shapes+xml; charset=utf-8");
    assert!(matches!(&shapes[0], Shape::Circle(circle) if circle.size == 1.0));
    assert!(matches!(&shapes[2], Shape::Other(_)));

    let (server, client) = serve(200, "<Shape><kind>Circle</kind><size>1</size></Shape>").await;
    let circle: Circle = serde_json::from_value(json!({ "kind": "Circle", "size": 1.5 })).unwrap();
    let shape = client.add_shape(Some(&circle.into())).await.unwrap().into_body();
    assert!(matches!(shape, Some(Shape::Circle(_))));
    let request = last_request(&server).await;
    assert_eq!(
        (&request.headers["content-type"], &request.headers["accept"]),
        (&"text/xml".parse().unwrap(), &"text/xml".parse().unwrap())
    );
    assert_eq!(
        body_text(&server).await,
        format!("{DECLARATION}<Shape><kind>Circle</kind><size>1.5</size></Shape>")
    );

    let (server, client) = serve(204, "").await;
    assert!(client.add_shape(None).await.unwrap().into_body().is_none());
    assert!(last_request(&server).await.body.is_empty());
}

#[tokio::test]
async fn bodies_by_status() {
    let login = || Login::new("me", "secret-password");
    let (_server, client) = serve(200, r#"<Session token="sk_1"/>"#).await;
    let LogInSuccess::Ok(session) = client.log_in(&login()).await.unwrap().into_body() else { panic!() };
    assert_eq!(session.token.expose(), "sk_1");
    let (_server, client) = serve(202, "<Problem><code>1</code></Problem>").await;
    let response = client.log_in(&login()).await.unwrap().into_body();
    assert!(matches!(response, LogInSuccess::Accepted(problem) if problem.code == 1));

    let fail = async |body: &str| {
        let (_server, client) = serve(500, body).await;
        client.log_in(&login()).await.unwrap_err().documented().unwrap()
    };
    let problem = fail("<Problem><code>1</code></Problem>").await;
    assert!(matches!(problem, LogInError::Default { status: 500, body } if body.code == 1));
    let text = fail("<html/>").await;
    assert!(matches!(text, LogInError::DefaultText { body, .. } if body == "<html/>"));

    let (_server, client) = serve(404, "<Problem><code>2</code><text/></Problem>").await;
    let error = client.get_shapes().await.unwrap_err().documented();
    assert!(matches!(error, Some(GetShapesError::NotFound(problem)) if problem.text.as_deref() == Some("")));
}

#[tokio::test]
async fn secrets_are_redacted() {
    let password = "pass<word>&1";
    let mut login = Login::new("me", password);
    login.code = Some(SecretKey::new("code\"\n123"));
    let echo = "<Problem><code>1</code><text>pass&lt;word&gt;&amp;1 code&quot;&#10;123</text></Problem>";
    let (server, client) = serve(400, echo).await;
    let error = client.log_in(&login).await.unwrap_err();
    assert_eq!(
        body_text(&server).await,
        format!(
            r#"{DECLARATION}<Login user="me" code="code&quot;&#10;123"><password>pass&lt;word&gt;&amp;1</password></Login>"#
        )
    );
    assert!(!format!("{error:?}{login:?}").contains("word>"));
    let Some(LogInError::Default { body, .. }) = error.documented() else { panic!("{error}") };
    assert_eq!(body.text.as_deref(), Some("[redacted] [redacted]"));
}

#[tokio::test]
async fn json_is_preferred() {
    let (server, client) = serve(200, r#"{"code":1}"#).await;
    let problem: Problem = client.get_report().await.unwrap().into_body();
    assert_eq!(last_request(&server).await.headers["accept"], "application/json");
    client.put_report(&problem).await.unwrap();
    assert_eq!(body_text(&server).await, r#"{"code":1}"#);
}

#[tokio::test]
async fn root_is_a_scalar() {
    let (server, client) = serve(200, "<count> 3 </count>").await;
    assert_eq!(client.put_count(Some(2)).await.unwrap().into_body(), 3);
    assert_eq!(body_text(&server).await, format!("{DECLARATION}<count>2</count>"));
}

#[tokio::test]
async fn inexact_bodies() {
    let (server, client) = serve(200, r#"<any><more id="1">x</more></any>"#).await;
    let body = PutInexactRequest::new()
        .scopes(["a"])
        .point(("1".to_owned(), 2))
        .rows([vec!["a".to_owned(), "b".to_owned()], vec![]])
        .size_in_k_b(1)
        .inner(PutInexactRequestInner::new().id("i"))
        .kind("k")
        .more(json!({ "a": [1, true] }));
    let response = client.put_inexact(&body).await.unwrap().into_body();
    assert_eq!(response.more.unwrap().value().unwrap(), json!({ "@id": "1", "$text": "x" }));
    assert_eq!(
        body_text(&server).await.strip_prefix(DECLARATION).unwrap(),
        "<root><scopes><scopes>a</scopes></scopes><point><point>1</point><point>2</point></point>\
         <rows><rows><cell>a</cell><cell>b</cell></rows><rows/></rows><size_in_kB>1</size_in_kB>\
         <inner><id>i</id></inner><kind>k</kind><more><a>1</a><a>true</a></more></root>"
    );
}
