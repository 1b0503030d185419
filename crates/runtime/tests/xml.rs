//! XML bodies.

mod support;

use std::sync::Arc;

use api_keys_core::SecretKey;
use api_keys_runtime::{
    Client, Error, FailureKind, Request, XmlContent, XmlEntries, XmlNode, XmlObject, XmlProperty, decode_xml,
    secret,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use support::{CREATE, GET, Vendor, respond};

static BOOK: XmlNode = XmlNode::new("Book", XmlContent::Object(&BOOK_OBJECT));

static BOOK_OBJECT: XmlObject = XmlObject {
    properties: &[
        XmlProperty::attribute("id", XmlNode::new("id", XmlContent::Integer)),
        XmlProperty::element("title", XmlNode::new("Title", XmlContent::Text)),
        XmlProperty::element("price", XmlNode::new("Price", XmlContent::Number)),
        XmlProperty::element("sold", XmlNode::new("Sold", XmlContent::Boolean)),
        XmlProperty::items("authors", XmlNode::new("Author", XmlContent::Text)).required(),
        XmlProperty::element(
            "tags",
            XmlNode::new("Tags", XmlContent::List(&XmlNode::new("Tag", XmlContent::Text))),
        ),
        XmlProperty::element("sequel", XmlNode::new("Sequel", XmlContent::Object(&BOOK_OBJECT))),
    ],
    additional: None,
};

static NOTE: XmlNode = XmlNode::new("note", XmlContent::Object(&NOTE_OBJECT)).namespace("urn:n").prefix("n");

static NOTE_OBJECT: XmlObject = XmlObject {
    properties: &[
        XmlProperty::attribute("lang", XmlNode::new("lang", XmlContent::Text).prefix("xml")),
        XmlProperty::attribute(
            "rank",
            XmlNode::new("rank", XmlContent::Integer).namespace("urn:r").prefix("n"),
        ),
        XmlProperty::text("text", XmlContent::Text).required(),
    ],
    additional: Some(XmlEntries::Several(XmlContent::Integer)),
};

static ANYTHING: XmlNode = XmlNode::unnamed(XmlContent::Any);

fn read(xml: &str, root: &'static XmlNode) -> Option<Value> {
    decode_xml(xml.as_bytes(), root)
}

async fn receive<T: DeserializeOwned>(xml: &str, root: &'static XmlNode) -> Result<T, Error> {
    let client = Vendor::new([respond(200, xml.to_owned())]).builder().build().unwrap();
    let request = Request::new(&GET).path_parameter("id", "1");
    client.send_xml(request, root).await.map(api_keys_runtime::Response::into_body)
}

/// Returns the message of an error and its location.
async fn error(xml: &str) -> String {
    receive::<Book>(xml, &BOOK).await.unwrap_err().to_string()
}

async fn send<T: Serialize + ?Sized>(value: &T, root: &'static XmlNode) -> Result<String, Error> {
    let vendor = Vendor::new([respond(200, "")]);
    let client = vendor.builder().build().unwrap();
    client.send_empty::<()>(Request::new(&CREATE).body_xml(value, root)).await?;
    let requests = vendor.requests.lock().unwrap();
    assert_eq!(requests[0].headers["content-type"], "application/xml");
    let text = String::from_utf8(requests[0].body.as_ref().unwrap().as_bytes().unwrap().to_vec()).unwrap();
    Ok(text.strip_prefix(r#"<?xml version="1.0" encoding="UTF-8"?>"#).unwrap().to_owned())
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "tests read a part of it")]
struct Book {
    id: Option<i64>,
    title: String,
    price: Option<f64>,
    sold: Option<bool>,
    authors: Vec<String>,
    tags: Option<Vec<String>>,
    sequel: Option<Box<Book>>,
}

#[test]
fn properties_are_read() {
    let xml = r#"<?xml version="1.0" encoding="utf-8"?>
        <!-- a book -->
        <Book id=" 1 " added="later">
            <Title>A &amp; B &#x43;<![CDATA[ <D>]]></Title>
            <Author>One</Author>
            <Unknown><Title>no</Title></Unknown>
            <Price>1e2</Price><?skip this?>
            <Author/>
            <Sold>1</Sold>
            <Tags> <Tag>a</Tag> <Other/> <Tag> b<!-- c --> </Tag> </Tags>
            <Sequel><Title></Title></Sequel>
        </Book>
        <!-- end -->"#;
    let expected = json!({
        "id": 1,
        "title": "A & B C <D>",
        "price": 100.0,
        "sold": true,
        "authors": ["One", ""],
        "tags": ["a", " b "],
        "sequel": { "title": "", "authors": [] },
    });
    assert_eq!(read(xml, &BOOK), Some(expected));
    assert_eq!(read("\u{feff}<Book><Tags/></Book>", &BOOK), Some(json!({ "authors": [], "tags": [] })));
    assert_eq!(read("<Book><Title>a\r\nb</Title></Book>", &BOOK).unwrap()["title"], "a\nb");
}

#[test]
fn namespaces_are_compared_by_uri() {
    let expected = json!({ "lang": "en", "rank": 2, "text": "hi", "x": [1, 2] });
    for xml in [
        r#"<n:note xmlns:n="urn:n" xmlns:r="urn:r" xml:lang="en" r:rank="2">hi<x>1</x><x>2</x></n:note>"#,
        r#"<note xmlns="urn:n" xml:lang="en" q:rank="2" xmlns:q="urn:r" rank="3"><x>1</x> hi <x>2</x></note>"#,
    ] {
        assert_eq!(read(xml, &NOTE), Some(expected.clone()), "{xml}");
    }
    for xml in ["<note>hi</note>", r#"<n:note xmlns:n="urn:other">hi</n:note>"#, "<n:note>hi</n:note>"] {
        assert_eq!(read(xml, &NOTE), None, "{xml}");
    }
}

#[test]
fn nil_is_null() {
    let xsi = r#"xmlns:i="http://www.w3.org/2001/XMLSchema-instance""#;
    let xml = format!(r#"<Book {xsi}><Title i:nil="true">x</Title><Tags><Tag i:nil="1"/></Tags></Book>"#);
    assert_eq!(read(&xml, &BOOK), Some(json!({ "title": null, "authors": [], "tags": [null] })));
    let xml = format!(r#"<Book {xsi} i:type="b"><Title i:nil="false" nil="true">x</Title></Book>"#);
    assert_eq!(read(&xml, &BOOK), Some(json!({ "title": "x", "authors": [] })));
}

#[test]
fn anything_is_read() {
    let xml = r#"<a id="1"><b>x</b><b><c/></b>text</a>"#;
    assert_eq!(read(xml, &ANYTHING), Some(json!({ "@id": "1", "b": ["x", { "c": "" }], "$text": "text" })));
    assert_eq!(read("<a> x </a>", &ANYTHING), Some(json!(" x ")));
}

#[test]
fn unions_are_distinguished_by_shape() {
    static UNION: XmlNode = XmlNode::new(
        "u",
        XmlContent::OneOf(&[
            XmlContent::Object(&BOOK_OBJECT),
            XmlContent::List(&XmlNode::new("i", XmlContent::Text)),
            XmlContent::Boolean,
            XmlContent::Integer,
            XmlContent::Text,
        ]),
    );
    for (xml, value) in [
        ("<u>true</u>", json!(true)),
        ("<u> 12 </u>", json!(12)),
        ("<u>12a</u>", json!("12a")),
        ("<u><i>1</i></u>", json!(["1"])),
        ("<u><Title>t</Title></u>", json!({ "title": "t", "authors": [] })),
        (r#"<u id="1"/>"#, json!({ "id": 1, "authors": [] })),
        ("<u/>", json!([])),
    ] {
        assert_eq!(read(xml, &UNION), Some(value), "{xml}");
    }
}

#[tokio::test(start_paused = true)]
async fn decoding_errors_have_a_location() {
    for (xml, message) in [
        ("<Book>\n<Titel/></Book>", "does not match the OpenAPI document at `.` (line 1, column 1)"),
        (
            "<Book><Title/>\n <Price>free</Price></Book>",
            "does not match the OpenAPI document at `price` (line 2, column 2)",
        ),
        (
            "<Book><Title/><Author>a</Author>\n<Author><b/></Author></Book>",
            "an element contains elements instead of text at `authors[1]` (line 2, column 9)",
        ),
        ("<Book><Title/>\n<Title/></Book>", "an element occurs twice at `title` (line 2, column 1)"),
        (
            "<Book><Title/><Tags>\n<tag>x</tag></Tags></Book>",
            "the items of an array have another name at `tags` (line 1, column 15)",
        ),
        (
            "<Book><Title/><Sequel><Title/>\n<Sequel><Title/><Sold>yes</Sold></Sequel></Sequel></Book>",
            "document at `sequel.sequel.sold` (line 2, column 17)",
        ),
        ("<Secret/>", "the root element has another name at `.` (line 1, column 1)"),
        ("<Book><Title>", "the response body is truncated at `title` (line 1, column 14)"),
        (
            "<Book><Title>secret</Book>",
            "the response body is malformed: it is not well-formed XML at `title`",
        ),
    ] {
        let error = error(xml).await;
        assert!(error.contains(message), "{error}");
        assert!(
            !error.contains("free") && !error.contains("yes") && !error.to_lowercase().contains("secret"),
            "{error}"
        );
    }
    let empty = receive::<Book>(" \n", &BOOK).await.unwrap_err();
    assert_eq!(*empty.kind(), FailureKind::EmptyBody);
}

#[tokio::test(start_paused = true)]
async fn hostile_documents_are_rejected() {
    let laughs = r#"<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><Book><Title>&c;</Title></Book>"#;
    let external = r#"<!DOCTYPE Book SYSTEM "file:///etc/passwd"><Book><Title/></Book>"#;
    let nested = format!("{}{}", "<Book>".repeat(30_000), "</Book>".repeat(30_000));
    let sequels = |depth: usize| format!("{}{}", "<Sequel><Title/>".repeat(depth), "</Sequel>".repeat(depth));
    let deep = format!("<Book><Title/>{}</Book>", sequels(30_000));
    let namespaces: String = (0..10_000).map(|number| format!(" xmlns:n{number}=\"u\"")).collect();
    let attributes: String = (0..50_000).map(|number| format!(" a{number}=\"\"")).collect();
    for xml in [
        laughs,
        external,
        &deep,
        "<Book><Title>&unknown;</Title></Book>",
        "<Book><Title>&#0;</Title></Book>",
        "<Book><Title>&#8;</Title></Book>",
        "<Book><Title>\u{1}</Title></Book>",
        r#"<Book a="1" a="2"><Title/></Book>"#,
        r#"<Book xmlns:a="u" xmlns:b="u" a:c="" b:c=""><Title/></Book>"#,
        "<Book><p:Title/></Book>",
        "<Book><Title/></Book><Book/>",
        "<Book><Title/></Book> text",
        r#"<?xml version="1.0" encoding="ISO-8859-1"?><Book><Title/></Book>"#,
        &format!("<Book{namespaces}><Title/></Book>"),
    ] {
        let error = receive::<Book>(xml, &BOOK).await.unwrap_err();
        assert!(matches!(error.kind(), FailureKind::Decode { .. }), "{error}: {xml:.100}");
    }
    assert!(error(&deep).await.contains("it is nested too deeply"));
    assert!(error(laughs).await.contains("it declares a document type"));
    assert!(receive::<Book>("\u{feff}\u{feff}", &BOOK).await.is_err());
    assert!(decode_xml::<Value>(b"<Book>\xff</Book>", &BOOK).is_none());
    // Unknown elements are not recursive, and many attributes take no more than linear time.
    assert!(receive::<Book>(&format!("<Book><Title/>{nested}</Book>"), &BOOK).await.is_ok());
    assert!(receive::<Book>(&format!("<Book{attributes}><Title/></Book>"), &BOOK).await.is_ok());
    assert!(receive::<Book>(&format!("<Book><Title/>{}</Book>", sequels(120)), &BOOK).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn values_are_written() {
    let book = json!({
        "tags": ["a<b", ""],
        "title": "x & \"y\"\r\n",
        "id": 1,
        "price": 1.5,
        "sold": false,
        "authors": ["One", "Two"],
        "sequel": { "title": null, "authors": [], "tags": [] },
        "undeclared": { "$text": "t", "@a": "\n\"", "b": [1, null] },
    });
    assert_eq!(
        send(&book, &BOOK).await.unwrap(),
        concat!(
            r#"<Book id="1"><Title>x &amp; "y"&#13;"#,
            "\n",
            r#"</Title><Price>1.5</Price><Sold>false</Sold><Author>One</Author><Author>Two</Author>"#,
            r#"<Tags><Tag>a&lt;b</Tag><Tag/></Tags><Sequel><Title xmlns:xsi="#,
            r#""http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/><Tags/></Sequel>"#,
            r#"<undeclared a="&#10;&quot;">t<b>1</b><b xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" "#,
            r#"xsi:nil="true"/></undeclared></Book>"#,
        )
    );
}

#[tokio::test(start_paused = true)]
async fn namespaces_are_declared_once() {
    static ITEM: XmlNode = XmlNode::new("item", XmlContent::Text).namespace("urn:l").prefix("l");
    static LIST: XmlNode = XmlNode::new("list", XmlContent::List(&ITEM)).namespace("urn:l").prefix("l");
    static DEFAULT: XmlNode = XmlNode::new("all", XmlContent::List(&LIST)).namespace("urn:d");
    assert_eq!(
        send(&json!([["a"], []]), &DEFAULT).await.unwrap(),
        concat!(
            r#"<all xmlns="urn:d"><l:list xmlns:l="urn:l"><l:item>a</l:item></l:list>"#,
            r#"<l:list xmlns:l="urn:l"/></all>"#
        )
    );
    // The prefix `n` is that of the element.
    assert_eq!(
        send(&json!({ "lang": "en", "rank": 1, "text": "hi", "x": [1] }), &NOTE).await.unwrap(),
        r#"<n:note xmlns:n="urn:n" xmlns:ns1="urn:r" xml:lang="en" ns1:rank="1">hi<x>1</x></n:note>"#
    );
}

#[tokio::test(start_paused = true)]
async fn cdata_is_split() {
    static OBJECT: XmlObject =
        XmlObject { properties: &[XmlProperty::cdata("html", XmlContent::Text)], additional: None };
    static PAGE: XmlNode = XmlNode::new("page", XmlContent::Object(&OBJECT));
    let page = json!({ "html": "<p>&]]>\r</p>" });
    let xml = send(&page, &PAGE).await.unwrap();
    assert_eq!(xml, "<page><![CDATA[<p>&]]]]><![CDATA[>]]>&#13;<![CDATA[</p>]]></page>");
    assert_eq!(read(&xml, &PAGE), Some(page));
}

#[tokio::test(start_paused = true)]
async fn unwritable_values_are_errors() {
    static MAP: XmlObject = XmlObject { properties: &[], additional: Some(XmlEntries::One(XmlContent::Any)) };
    static ROOT: XmlNode = XmlNode::unnamed(XmlContent::Object(&MAP));
    let mut deep = json!({});
    for _ in 0..127 {
        deep = json!({ "a": deep });
    }
    assert!(send(&deep, &ROOT).await.is_ok());
    for (value, problem) in [
        (json!({ "secret key": 1 }), "a key is not an XML name"),
        (json!({ "a><secret/><a": 1 }), "a key is not an XML name"),
        (json!({ "@secret=": 1 }), "a key is not an XML name"),
        (json!({ "a": "secret\u{0}" }), "a string contains a character that XML does not allow"),
        (json!({ "a": { "@a": ["secret"] } }), "an attribute or a text is not a scalar"),
        (json!({ "a": deep }), "the value is nested too deeply"),
    ] {
        let error = send(&value, &ROOT).await.unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
        assert!(!format!("{error}{error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_are_redacted() {
    #[derive(Serialize)]
    struct Login {
        #[serde(serialize_with = "secret::expose")]
        title: SecretKey,
        authors: Vec<String>,
    }

    let login = Login { title: SecretKey::new("ak<canary>&1"), authors: Vec::new() };
    for echo in ["ak<canary>&1", "ak&lt;canary&gt;&amp;1", "ak&#60;canary&#x3e;&amp;1"] {
        let vendor = Vendor::new([respond(400, format!("<error>{echo}</error>"))]);
        let client: Client = vendor.builder().build().unwrap();
        let error = client.send_empty::<()>(Request::new(&CREATE).body_xml(&login, &BOOK)).await.unwrap_err();
        assert_eq!(error.body().expose(), b"<error>[redacted]</error>");
        assert!(!format!("{error:?}").contains("canary"));
        let requests = vendor.requests.lock().unwrap();
        let body = requests[0].body.as_ref().unwrap().as_bytes().unwrap();
        assert!(body.ends_with(b"<Book><Title>ak&lt;canary&gt;&amp;1</Title></Book>"));
        assert!(!format!("{:?}", requests[0]).contains("canary"));
    }
}

#[tokio::test(start_paused = true)]
async fn optional_bodies() {
    let vendor = Vendor::new([respond(200, ""), respond(200, "<Book><Title>t</Title></Book>")]);
    let client = vendor.builder().build().unwrap();
    let get = || Request::new(&CREATE).body_xml_opt(None::<&str>, &BOOK);
    let none = client.send_xml_opt::<Book, ()>(get(), &BOOK).await.unwrap();
    assert!(none.into_body().is_none());
    let some = client.send_xml_opt::<Book, ()>(get(), &BOOK).await.unwrap();
    assert_eq!(some.into_body().unwrap().title, "t");
    assert!(!Arc::clone(&vendor).requests.lock().unwrap()[0].headers.contains_key("content-type"));
}

/// A random description, with its values.
#[derive(Debug, Clone)]
enum Shape {
    Text,
    Integer,
    Number,
    Boolean,
    List(Box<Named>),
    Object {
        attributes: Vec<Named>,
        elements: Vec<Named>,
        items: Vec<Named>,
        rest: Option<(Box<Shape>, bool)>,
    },
    /// An object of attributes and text.
    Content(Vec<Named>, bool),
}

#[derive(Debug, Clone)]
struct Named {
    namespace: Option<&'static str>,
    prefix: Option<&'static str>,
    shape: Shape,
}

fn named(shape: impl Strategy<Value = Shape>) -> impl Strategy<Value = Named> {
    let namespace = prop_oneof![Just(None), Just(Some("urn:a")), Just(Some("urn:b&<\""))];
    let prefix = prop_oneof![Just(None), Just(Some("p")), Just(Some("q"))];
    (namespace, prefix, shape).prop_map(|(namespace, prefix, shape)| Named { namespace, prefix, shape })
}

fn scalar_shape() -> impl Strategy<Value = Shape> {
    prop_oneof![Just(Shape::Text), Just(Shape::Integer), Just(Shape::Number), Just(Shape::Boolean)]
}

fn shape() -> impl Strategy<Value = Shape> {
    let content =
        (vec(named(scalar_shape()), 0..3), any::<bool>()).prop_map(|(all, cdata)| Shape::Content(all, cdata));
    prop_oneof![scalar_shape(), content].prop_recursive(3, 20, 4, |inner| {
        let inner = inner.boxed();
        let list = named(inner.clone()).prop_map(|item| Shape::List(Box::new(item)));
        let all = || vec(named(inner.clone()), 0..3);
        let rest = proptest::option::of((inner.clone().prop_map(Box::new), any::<bool>()));
        let object = (vec(named(scalar_shape()), 0..3), all(), all(), rest).prop_map(
            |(attributes, elements, items, rest)| Shape::Object { attributes, elements, items, rest },
        );
        prop_oneof![list, object]
    })
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

impl Named {
    fn node(&self, name: String) -> XmlNode {
        let mut node = XmlNode::new(name.leak(), self.shape.content());
        if let Some(uri) = self.namespace {
            node = node.namespace(uri);
        }
        self.prefix.map_or(node, |prefix| node.prefix(prefix))
    }
}

impl Shape {
    fn content(&self) -> XmlContent {
        let properties =
            |kind: &'static str, new: fn(&'static str, XmlNode) -> XmlProperty, all: &[Named]| {
                let property = |(index, named): (usize, &Named)| {
                    new(format!("{kind}{index}").leak(), named.node(format!("{kind}-{index}")))
                };
                all.iter().enumerate().map(property).collect::<Vec<_>>()
            };
        match self {
            Self::Text => XmlContent::Text,
            Self::Integer => XmlContent::Integer,
            Self::Number => XmlContent::Number,
            Self::Boolean => XmlContent::Boolean,
            Self::List(item) => XmlContent::List(leak(item.node("item".to_owned()))),
            Self::Object { attributes, elements, items, rest } => {
                let mut all = properties("a", XmlProperty::attribute, attributes);
                all.extend(properties("e", XmlProperty::element, elements));
                all.extend(properties("i", XmlProperty::items, items));
                let additional = rest.as_ref().map(|(shape, several)| match several {
                    true => XmlEntries::Several(shape.content()),
                    false => XmlEntries::One(shape.content()),
                });
                XmlContent::Object(leak(XmlObject { properties: all.leak(), additional }))
            }
            Self::Content(attributes, is_cdata) => {
                let mut all = properties("a", XmlProperty::attribute, attributes);
                let text = if *is_cdata { XmlProperty::cdata } else { XmlProperty::text };
                all.push(text("text", XmlContent::Text).required());
                XmlContent::Object(leak(XmlObject { properties: all.leak(), additional: None }))
            }
        }
    }

    /// Returns the values without null.
    fn values(&self) -> BoxedStrategy<Value> {
        const TEXT: &str =
            "[\\t\\n\\r -~\u{80}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}<>&'\"\\]]{0,12}";
        match self {
            Self::Text => TEXT.prop_map(Value::from).boxed(),
            Self::Integer => {
                prop_oneof![any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from)].boxed()
            }
            Self::Number => proptest::num::f64::NORMAL.prop_map(Value::from).boxed(),
            Self::Boolean => any::<bool>().prop_map(Value::from).boxed(),
            Self::List(item) => vec(item.shape.nullable(), 0..4).prop_map(Value::from).boxed(),
            Self::Object { attributes, elements, items, rest } => {
                let mut fields = Vec::new();
                for (index, named) in attributes.iter().enumerate() {
                    fields.push(optional(format!("a{index}"), named.shape.values()));
                }
                for (index, named) in elements.iter().enumerate() {
                    fields.push(optional(format!("e{index}"), named.shape.nullable()));
                }
                for (index, named) in items.iter().enumerate() {
                    let values = vec(named.shape.nullable(), 1..4).prop_map(Value::from).boxed();
                    fields.push(optional(format!("i{index}"), values));
                }
                if let Some((shape, several)) = rest {
                    for key in ["x", "_y.z-1", "ключ"] {
                        let values = match several {
                            true => vec(shape.nullable(), 1..3).prop_map(Value::from).boxed(),
                            false => shape.nullable(),
                        };
                        fields.push(optional(key.to_owned(), values));
                    }
                }
                object(fields)
            }
            Self::Content(attributes, _) => {
                let mut fields: Vec<_> = attributes
                    .iter()
                    .enumerate()
                    .map(|(index, named)| optional(format!("a{index}"), named.shape.values()))
                    .collect();
                fields.push(Self::Text.values().prop_map(|text| Some(("text".to_owned(), text))).boxed());
                object(fields)
            }
        }
    }

    fn nullable(&self) -> BoxedStrategy<Value> {
        prop_oneof![9 => self.values(), 1 => Just(Value::Null)].boxed()
    }
}

type Entry = Option<(String, Value)>;

fn optional(key: String, values: BoxedStrategy<Value>) -> BoxedStrategy<Entry> {
    proptest::option::of(values).prop_map(move |value| value.map(|value| (key.clone(), value))).boxed()
}

fn object(fields: Vec<BoxedStrategy<Entry>>) -> BoxedStrategy<Value> {
    fields.prop_map(|entries| Value::Object(entries.into_iter().flatten().collect::<Map<_, _>>())).boxed()
}

proptest! {
    #[test]
    fn written_values_are_read(
        (root, value) in named(shape()).prop_flat_map(|named| {
            let values = named.shape.values();
            (Just(named), values)
        })
    ) {
        let root = leak(root.node("root".to_owned()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let xml = runtime.block_on(send(&value, root)).unwrap();
        let back = runtime.block_on(receive::<Value>(&xml, root));
        prop_assert_eq!(back.as_ref().ok(), Some(&value), "{} {:?}", xml, back);
    }

    #[test]
    fn damaged_documents_do_not_panic(at in 0usize..120, with in "[<>&;\"'/ !?\\[\\]a=\u{0}]{0,3}") {
        let xml = r#"<Book id="1"><Title>&lt;<![CDATA[x]]></Title><Author>a</Author><Tags><Tag/></Tags></Book>"#;
        let at = at.min(xml.len());
        for xml in [format!("{}{with}{}", &xml[..at], &xml[at..]), format!("{}{with}", &xml[..at])] {
            let _ = decode_xml::<Value>(xml.as_bytes(), &BOOK);
            let _ = decode_xml::<Value>(xml.as_bytes(), &ANYTHING);
        }
    }
}
