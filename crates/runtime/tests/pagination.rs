//! Listings that are requested page by page.

mod support;

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;

use api_keys_core::SecretKey;
use api_keys_runtime::{
    Authentication, Body, Client, Error, ErrorDetails, FailureKind, Items, Method, NextPage, Operation,
    OperationClass, Page, PageParameter, Request, Stream,
};
use serde::Deserialize;
use serde_json::{Value, json};
use support::{CREATE, LIST, SECRET, Step, Vendor, respond, respond_with};

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    items: Vec<u32>,
    next: Option<String>,
    pages: Option<u64>,
}

fn list() -> Request {
    Request::new(&LIST).query("limit", 2)
}

fn by_cursor(client: &Client) -> Items<u32> {
    client.paginate(list(), |page: Listing| Page {
        next: NextPage::Cursor { parameter: PageParameter::Query("after"), value: page.next },
        items: page.items,
    })
}

fn by_secret_cursor(client: &Client) -> Items<u32> {
    client.paginate(list(), |page: Listing| Page {
        next: NextPage::SecretCursor {
            parameter: PageParameter::Query("after"),
            value: page.next.map(SecretKey::from),
        },
        items: page.items,
    })
}

fn by_url(client: &Client) -> Items<u32> {
    by_url_of(client, list())
}

fn by_url_of(client: &Client, request: Request) -> Items<u32> {
    client.paginate(request, |page: Listing| Page { next: NextPage::Url(page.next), items: page.items })
}

fn by_link(client: &Client) -> Items<u32> {
    client.paginate(list(), |items: Vec<u32>| Page { next: NextPage::LinkHeader, items })
}

fn page(items: &[u32], next: impl Into<Value>) -> Step {
    respond(200, json!({ "items": items, "next": next.into() }).to_string())
}

/// Returns all items, and the error at the end.
async fn all<T, E: Debug>(mut items: Items<T, E>) -> (Vec<T>, Option<Error<E>>) {
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => found.push(item),
            Err(error) => {
                assert!(items.next().await.is_none(), "an error ends the stream");
                return (found, Some(error));
            }
        }
    }
    assert!(items.next().await.is_none());
    (found, None)
}

fn queries(vendor: &Vendor) -> Vec<String> {
    let requests = vendor.requests.lock().unwrap();
    requests.iter().map(|request| request.uri.query().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn cursor_is_a_query_parameter() {
    let vendor = Vendor::new([page(&[1, 2], "a b&"), page(&[], "c"), page(&[3], Value::Null)]);
    let (items, error) = all(by_cursor(&vendor.client())).await;
    assert_eq!((items, error.is_none()), (vec![1, 2, 3], true));
    assert_eq!(queries(&vendor), ["limit=2", "limit=2&after=a%20b%26", "limit=2&after=c"]);

    for end in [json!(null), json!("")] {
        let vendor = Vendor::new([page(&[1], end)]);
        assert_eq!(all(by_cursor(&vendor.client())).await.0, [1]);
    }
}

#[tokio::test]
async fn initial_cursor_is_replaced() {
    let vendor = Vendor::new([page(&[2], "c"), page(&[3], Value::Null)]);
    let request = list().query("after", "b").query("order", "asc");
    let items: Items<u32> = vendor.client().paginate(request, |page: Listing| Page {
        next: NextPage::Cursor { parameter: PageParameter::Query("after"), value: page.next },
        items: page.items,
    });
    assert_eq!(all(items).await.0, [2, 3]);
    assert_eq!(queries(&vendor), ["limit=2&after=b&order=asc", "limit=2&order=asc&after=c"]);
}

#[tokio::test(start_paused = true)]
async fn page_is_requested_when_needed() {
    let vendor = Vendor::new([page(&[1, 2], "b"), respond(503, "busy"), page(&[3], Value::Null)]);
    let mut items = by_cursor(&vendor.client());
    assert_eq!(vendor.sent(), 0);
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!(items.next().await.unwrap().unwrap(), 2);
    assert_eq!(vendor.sent(), 1);
    let third = poll_fn(|cx| Pin::new(&mut items).poll_next(cx)).await;
    assert_eq!(third.unwrap().unwrap(), 3);
    assert_eq!(vendor.sent(), 3, "a page is retried");
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn pages_are_accessible() {
    let vendor = Vendor::new([page(&[1, 2], "b"), page(&[], "c"), page(&[3], Value::Null)]);
    let mut items = by_cursor(&vendor.client());
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    for expected in [&[2][..], &[], &[3]] {
        assert_eq!(items.next_page().await.unwrap().unwrap(), expected);
    }
    assert!(items.next_page().await.is_none());
}

#[tokio::test]
async fn dropped_future_loses_nothing() {
    let vendor = Vendor::new([Step::Hang, page(&[1], Value::Null)]);
    let mut items = by_cursor(&vendor.client());
    tokio::time::timeout(std::time::Duration::from_millis(1), items.next()).await.unwrap_err();
    assert_eq!(vendor.sent(), 1);
    tokio::time::timeout(std::time::Duration::from_millis(1), items.next()).await.unwrap_err();
    assert_eq!(vendor.sent(), 1, "the request is not sent again");
}

#[tokio::test]
async fn error_ends_the_stream() {
    let vendor = Vendor::new([page(&[1], "b"), respond(404, "gone")]);
    let (items, error) = all(by_cursor(&vendor.client())).await;
    assert_eq!(items, [1]);
    assert_eq!(error.unwrap().status().unwrap(), 404);

    let vendor = Vendor::new([respond(200, "")]);
    assert_eq!(all(by_cursor(&vendor.client())).await.1.unwrap().kind(), &FailureKind::EmptyBody);
    let vendor = Vendor::new([respond(200, "[]")]);
    assert!(matches!(all(by_cursor(&vendor.client())).await.1.unwrap().kind(), FailureKind::Decode { .. }));
}

#[tokio::test]
async fn loops_are_errors() {
    let cursors: [&[&str]; 3] = [&["a"], &["a", "b"], &["z", "a", "b", "c"]];
    for cursors in cursors {
        let pages = (0..100).map(|n| page(&[n], cursors[n as usize % cursors.len()]));
        let vendor = Vendor::new(pages);
        let (items, error) = all(by_cursor(&vendor.client())).await;
        let error = error.unwrap();
        assert_eq!(error.kind(), &FailureKind::PaginationLoop);
        assert_eq!(error.to_string(), "listApiKeys: pagination did not terminate: a page repeats");
        assert!(items.len() <= 4 * cursors.len(), "{items:?}");
        let error = error.into_error("vendor", api_keys_core::Operation::List, ErrorDetails::default());
        assert_eq!(error.kind(), api_keys_core::ErrorKind::UnexpectedResponse);
    }
    // The link leads to the first page.
    let vendor = Vendor::new([page(&[1], "?limit=2"), page(&[2], "/v1/api_keys/?limit=2")]);
    assert_eq!(all(by_url(&vendor.client())).await.1.unwrap().kind(), &FailureKind::PaginationLoop);
}

#[tokio::test]
async fn links_are_absolute_or_relative() {
    let vendor = Vendor::new([
        page(&[1], "https://API.example.com:443/other?page=2#top"),
        page(&[2], "?page=3"),
        page(&[3], "/v1/api_keys/more?page=4"),
        page(&[4], "deeper/../last?p=%2F"),
        page(&[5], "//api.example.com/end"),
        page(&[6], ""),
    ]);
    assert_eq!(all(by_url(&vendor.client())).await.0, [1, 2, 3, 4, 5, 6]);
    let expected = [
        "/v1/api_keys/?limit=2",
        "/other?page=2",
        "/other?page=3",
        "/v1/api_keys/more?page=4",
        "/v1/api_keys/last?p=%2F",
        "/end",
    ];
    assert_eq!(vendor.urls(), expected.map(|path| format!("https://api.example.com{path}")));
}

#[tokio::test]
async fn link_header_is_followed() {
    let header = |link: &'static str| respond_with(200, &[("link", link)], "[1]");
    let vendor = Vendor::new([
        header("</v1/api_keys?page=0>; rel=\"first\", </v1/api_keys?page=2>; rel=\"next\""),
        header("</v1/api_keys?page=1>; rel=\"prev\""),
    ]);
    assert_eq!(all(by_link(&vendor.client())).await.0, [1, 1]);
    assert_eq!(queries(&vendor), ["limit=2", "page=2"]);
}

#[tokio::test]
async fn credentials_and_headers_remain() {
    for (credential, authorization, queries) in [
        (Authentication::bearer(SECRET), "Bearer sk_canary_0123456789", ["limit=2", "token=stale&page=2"]),
        (Authentication::query("token", "t0k3n"), "", ["limit=2&token=t0k3n", "page=2&token=t0k3n"]),
    ] {
        let vendor = Vendor::new([page(&[1], "/v1/next?token=stale&page=2"), page(&[2], Value::Null)]);
        let client = vendor.builder().authentication(credential).build().unwrap();
        let items = by_url_of(&client, list().header("x-tenant", "acme"));
        assert_eq!(all(items).await.0, [1, 2]);
        assert_eq!(self::queries(&vendor), queries);
        for request in vendor.requests.lock().unwrap().iter() {
            let sent = request.headers.get("authorization").map(|value| value.to_str().unwrap());
            assert_eq!(sent.unwrap_or_default(), authorization);
            assert_eq!(request.headers["x-tenant"], "acme");
            assert_eq!((request.context.operation, request.method.as_str()), (&LIST, "GET"));
        }
    }
}

#[tokio::test]
async fn other_origins_are_not_requested() {
    for (link, origin) in [
        ("https://evil.example/v1?t=s3cret", "https://evil.example"),
        ("http://api.example.com/v1?t=s3cret", "http://api.example.com"),
        ("https://api.example.com:8443/?t=s3cret", "https://api.example.com:8443"),
        ("https://api.example.com@evil.example/?t=s3cret", "https://evil.example"),
        ("https://user:s3cret@evil.example/", "https://evil.example"),
        ("//evil.example/?t=s3cret", "https://evil.example"),
        ("\\\\evil.example/?t=s3cret", "https://evil.example"),
        ("/\t/evil.example/?t=s3cret", "https://evil.example"),
    ] {
        let vendor = Vendor::new([page(&[1], link)]);
        let (items, error) = all(by_url(&vendor.client())).await;
        let error = error.unwrap();
        assert_eq!((items, vendor.sent()), (vec![1], 1), "{link}");
        assert_eq!(error.kind(), &FailureKind::NextLink { origin: Some(origin.to_owned()) }, "{link}");
        assert_eq!(error.to_string(), format!("listApiKeys: the next page is at another origin, {origin}"));
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn invalid_links_are_errors() {
    for link in ["https://", "ftp://api.example.com/?t=s3cret", "https://[::1", "javascript:s3cret()"] {
        let vendor = Vendor::new([page(&[1], link)]);
        let error = all(by_url(&vendor.client())).await.1.unwrap();
        assert_eq!(error.kind(), &FailureKind::NextLink { origin: None }, "{link}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn offset_is_the_number_of_items() {
    let vendor = Vendor::new([page(&[1, 2], Value::Null), page(&[3], Value::Null), page(&[], Value::Null)]);
    let items: Items<u32> = vendor.client().paginate(list().query("skip", 10), |page: Listing| Page {
        next: NextPage::Offset { parameter: PageParameter::Query("skip") },
        items: page.items,
    });
    // The server may send fewer items than requested.
    assert_eq!(all(items).await.0, [1, 2, 3]);
    assert_eq!(queries(&vendor), ["limit=2&skip=10", "limit=2&skip=12", "limit=2&skip=13"]);
}

#[tokio::test]
async fn page_number_ends_with_the_last_page() {
    let numbered = |client: &Client| -> Items<u32> {
        client.paginate(list(), |page: Listing| Page {
            next: NextPage::Number { parameter: PageParameter::Query("page"), first: 1, last: page.pages },
            items: page.items,
        })
    };
    let vendor = Vendor::new([page(&[1], Value::Null), page(&[2], Value::Null), page(&[], Value::Null)]);
    assert_eq!(all(numbered(&vendor.client())).await.0, [1, 2]);
    assert_eq!(queries(&vendor), ["limit=2", "limit=2&page=2", "limit=2&page=3"]);

    let of_two = |items: &[u32]| respond(200, json!({ "items": items, "pages": 2 }).to_string());
    let vendor = Vendor::new([of_two(&[]), of_two(&[2])]);
    assert_eq!(all(numbered(&vendor.client())).await.0, [2]);
}

#[tokio::test]
async fn secret_cursor_is_redacted() {
    let vendor = Vendor::new([page(&[1], "c0rs0r_0123456789"), respond(400, "no c0rs0r_0123456789")]);
    let error = all(by_secret_cursor(&vendor.client())).await.1.unwrap();
    assert_eq!(queries(&vendor)[1], "limit=2&after=c0rs0r_0123456789");
    assert!(!String::from_utf8_lossy(error.body().expose()).contains("c0rs0r"));
}

#[tokio::test]
async fn body_is_sent_again_if_possible() {
    let by_cursor = |client: &Client, request: Request| -> Items<u32> {
        client.paginate(request, |page: Listing| Page {
            next: NextPage::Cursor { parameter: PageParameter::Query("after"), value: page.next },
            items: page.items,
        })
    };
    let vendor = Vendor::new([page(&[1], "b"), page(&[2], Value::Null)]);
    let request = Request::new(&CREATE).body_json(&json!({ "q": "x" }));
    assert_eq!(all(by_cursor(&vendor.client(), request)).await.0, [1, 2]);
    for request in vendor.requests.lock().unwrap().iter() {
        assert_eq!(request.body.as_ref().unwrap().as_bytes().unwrap(), "{\"q\":\"x\"}");
    }

    static UPLOAD: Operation = Operation {
        id: "upload",
        method: Method::POST,
        path: "/upload",
        class: OperationClass::Safe,
        list: true,
    };
    let vendor = Vendor::new([page(&[1], "b")]);
    let stream = Body::from_reader(&b"abc"[..], None);
    let error = all(by_cursor(&vendor.client(), Request::new(&UPLOAD).body_bytes(stream))).await.1.unwrap();
    assert_eq!(error.to_string(), "upload: the body cannot be sent again");
}

#[tokio::test]
async fn cursor_can_be_in_the_body() {
    fn in_body(client: &Client, request: Request) -> Items<u32> {
        client.paginate(request, |page: Listing| Page {
            next: NextPage::SecretCursor {
                parameter: PageParameter::Body("after"),
                value: page.next.map(SecretKey::from),
            },
            items: page.items,
        })
    }
    fn bodies(vendor: &Vendor) -> Vec<String> {
        let requests = vendor.requests.lock().unwrap();
        let bodies = requests.iter().filter_map(|request| request.body.as_ref()?.as_bytes().cloned());
        bodies.map(|body| String::from_utf8(body.to_vec()).unwrap()).collect()
    }
    let vendor = Vendor::new([page(&[1], "b\""), page(&[2], "c"), page(&[3], Value::Null)]);
    let request = Request::new(&CREATE).body_json(&json!({ "after": "a", "limit": 5, "z": u64::MAX }));
    let items = in_body(&vendor.client(), request);
    assert_eq!(all(items).await.0, [1, 2, 3]);
    let expected = ["\"a\"", "\"b\\\"\"", "\"c\""];
    let body = |after| format!("{{\"after\":{after},\"limit\":5,\"z\":18446744073709551615}}");
    assert_eq!(bodies(&vendor), expected.map(body));

    // Without a body, the first page is requested without one.
    let vendor = Vendor::new([page(&[1], "b"), page(&[2], "b")]);
    let error = all(in_body(&vendor.client(), Request::new(&CREATE))).await.1.unwrap();
    assert_eq!(error.kind(), &FailureKind::PaginationLoop);
    assert_eq!(bodies(&vendor), ["{\"after\":\"b\"}"]);
    assert_eq!(vendor.requests.lock().unwrap()[1].headers["content-type"], "application/json");

    let vendor = Vendor::new([page(&[1], "b")]);
    let error = all(in_body(&vendor.client(), Request::new(&CREATE).body_json(&[1]))).await.1.unwrap();
    assert_eq!(error.to_string(), "createApiKey: the body is not a JSON object");
}

#[test]
fn items_are_send() {
    fn sent<T: Send + Unpin + Debug>(_: T) {}
    sent(by_cursor(&Vendor::new([]).client()));
}

#[tokio::test]
async fn debug_omits_content() {
    let cursor =
        NextPage::Cursor { parameter: PageParameter::Query("after"), value: Some("s3cret".to_owned()) };
    let url = NextPage::Url(Some("https://a.example/?t=s3cret".to_owned()));
    let page = Page { next: url, items: vec!["s3cret"] };
    let items = by_cursor(&Vendor::new([]).client());
    assert_eq!(
        format!("{cursor:?} {page:?} {items:?}"),
        "Cursor(..) Page { next: Url(..), .. } Items { .. }"
    );
}
