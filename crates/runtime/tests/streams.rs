//! Responses that are read as they arrive.

mod support;

use std::fmt::Debug;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use api_keys_core::{Effect, SecretKey};
use api_keys_runtime::{
    BodyLimits, Bytes, Client, Error, EventStream, FailureKind, JsonLines, Request, ServerSentEvent, Stream,
    secret,
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use support::{CREATE, GET, SECRET, Step, Vendor, respond, respond_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

fn get() -> Request {
    Request::new(&GET).path_parameter("id", "k1")
}

async fn events(client: &Client) -> EventStream<ServerSentEvent> {
    let decode = |event: &ServerSentEvent| Ok(Some(event.clone()));
    client.send_events::<_, ()>(get(), decode).await.unwrap().into_body()
}

async fn lines<T: DeserializeOwned>(client: &Client) -> JsonLines<T> {
    client.send_json_lines::<T, ()>(get()).await.unwrap().into_body()
}

/// A server that sends responses in chunks, each in its own packet if possible.
#[derive(Debug)]
struct Server {
    client: Client,
    /// The client has closed the last connection.
    closed: oneshot::Receiver<()>,
}

impl Server {
    async fn new(responses: Vec<Vec<Vec<u8>>>, ends: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (report, closed) = oneshot::channel();
        tokio::spawn(async move {
            for chunks in responses {
                // A client that closes the connection is no failure of the server.
                let _ = Self::respond(&listener, chunks, ends).await;
            }
            let _ = report.send(());
        });
        Self { client: Client::builder(url).build().unwrap(), closed }
    }

    async fn respond(listener: &TcpListener, chunks: Vec<Vec<u8>>, ends: bool) -> io::Result<()> {
        let (mut socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(socket.read_u8().await?);
        }
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
        socket.write_all(head).await?;
        for chunk in chunks.into_iter().filter(|chunk| !chunk.is_empty()) {
            let text = [format!("{:x}\r\n", chunk.len()).as_bytes(), &chunk, b"\r\n"].concat();
            socket.write_all(&text).await?;
            tokio::task::yield_now().await;
        }
        if ends {
            socket.write_all(b"0\r\n\r\n").await?;
            socket.read_u8().await?;
        }
        Ok(())
    }
}

async fn all_events(mut stream: EventStream<ServerSentEvent>) -> Vec<[String; 3]> {
    let mut all = Vec::new();
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        all.push([event.name(), event.data(), event.id()].map(str::to_owned));
    }
    all
}

async fn parsed(text: impl Into<Bytes>) -> Vec<[String; 3]> {
    all_events(events(&Vendor::new([respond(200, text)]).client()).await).await
}

const EVENTS: &[u8] =
    b"\xef\xbb\xbfdata: one\n\n:ping\r\n\r\nevent: add\rid: 1\rdata:t\xc3\xbc\r\ndata:  wo\r\n\r\ndata\n\nretry: 10\nid\ndata: \xff\n\n";

fn expected() -> Vec<[String; 3]> {
    let of = |name: &str, data: &str, id: &str| [name, data, id].map(str::to_owned);
    vec![
        of("message", "one", ""),
        of("add", "tü\n wo", "1"),
        of("message", "", "1"),
        of("message", "\u{fffd}", ""),
    ]
}

#[tokio::test]
async fn events_are_split_anywhere() {
    let halves = |position| {
        let (one, other) = EVENTS.split_at(position);
        vec![one.to_vec(), other.to_vec()]
    };
    let mut responses: Vec<_> = (0..=EVENTS.len()).map(halves).collect();
    responses.push(EVENTS.iter().map(|byte| vec![*byte]).collect());
    let count = responses.len();
    let server = Server::new(responses, true).await;
    for position in 0..count {
        assert_eq!(all_events(events(&server.client).await).await, expected(), "{position}");
    }
}

#[tokio::test]
async fn events_follow_the_standard() {
    let data = async |text: &str| {
        parsed(text.to_owned()).await.into_iter().map(|[_, data, _]| data).collect::<Vec<_>>()
    };
    for (text, expected) in [
        ("", vec![]),
        ("\n\n\n", vec![]),
        ("data: incomplete", vec![]),
        ("data: incomplete\n", vec![]),
        ("data: a\n\ndata: incomplete\n", vec!["a"]),
        ("event: no data\n\n", vec![]),
        ("data\n\ndata\ndata\n\ndata:\n", vec!["", "\n"]),
        ("data:a\ndata: a\ndata:  a\n\n", vec!["a\na\n a"]),
        ("data: a:b\nDATA: c\nother: d\n data: e\n\n", vec!["a:b"]),
        (": comment\n:\ndata: a\n\n", vec!["a"]),
        ("data: a\r\rdata: b\r\n\r\ndata: c\n\r", vec!["a", "b", "c"]),
    ] {
        assert_eq!(data(text).await, expected, "{text:?}");
    }
    let names = parsed("event: a\n\nevent: b\ndata\n\ndata\n\n").await;
    assert_eq!(names.iter().map(|[name, ..]| name.as_str()).collect::<Vec<_>>(), ["b", "message"]);
    let ids = parsed("id: 1\ndata\n\ndata\n\nid: a\0b\ndata\n\nid\ndata\n\n").await;
    assert_eq!(ids.iter().map(|[.., id]| id.as_str()).collect::<Vec<_>>(), ["1", "1", "1", ""]);
}

#[tokio::test]
async fn retry_is_in_milliseconds() {
    for (text, retry) in [("10", Some(10)), ("", None), ("-1", None), ("1s", None), (&"9".repeat(50), None)] {
        let mut stream =
            events(&Vendor::new([respond(200, format!("retry: {text}\ndata\n\n"))]).client()).await;
        stream.next().await.unwrap().unwrap();
        assert_eq!(stream.retry(), retry.map(Duration::from_millis), "{text}");
    }
}

proptest! {
    #[test]
    fn chunks_do_not_matter(
        text in "(\u{feff}|data: [a-z]{0,9}|data|event: x|id: 1|:|ü|\r|\n|\r\n|\n\n|\\{\"a\": 1\\}){0,40}",
        sizes in prop::collection::vec(0..7_usize, 0..100),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let text = text.into_bytes();
        let mut chunks = Vec::new();
        let mut rest = &text[..];
        for size in sizes {
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            chunks.push(Bytes::copy_from_slice(chunk));
            rest = after;
        }
        chunks.push(Bytes::copy_from_slice(rest));
        let (whole, split) = runtime.block_on(async {
            let client = Vendor::new([Step::Chunks(chunks.clone())]).client();
            (parsed(text.clone()).await, all_events(events(&client).await).await)
        });
        prop_assert_eq!(whole, split);
        let (whole, split) = runtime.block_on(async {
            let whole = Vendor::new([respond(200, text)]).client();
            let split = Vendor::new([Step::Chunks(chunks)]).client();
            (outcomes(lines::<Value>(&whole).await).await, outcomes(lines::<Value>(&split).await).await)
        });
        prop_assert_eq!(whole, split);
    }
}

/// The values, and the text of the errors.
async fn outcomes<T: DeserializeOwned + Debug>(mut stream: JsonLines<T>) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(item) = stream.next().await {
        all.push(item.map_or_else(|error| error.to_string(), |item| format!("{item:?}")));
    }
    all
}

#[tokio::test]
async fn lines_are_values() {
    for (text, expected) in [
        ("", vec![]),
        ("1\n2\n", vec!["1", "2"]),
        ("1\r\n\n \r\n2", vec!["1", "2"]),
        ("\u{1e}1\n\u{1e}2\n", vec!["1", "2"]),
        ("\u{1e}1\u{1e}\u{1e}\n2\n\n\u{1e}3", vec!["1", "2", "3"]),
        ("\n1", vec!["1"]),
    ] {
        let client = Vendor::new([respond(200, text)]).client();
        assert_eq!(outcomes(lines::<u8>(&client).await).await, expected, "{text:?}");
        let bytes = text.bytes().map(|byte| Bytes::from(vec![byte])).collect();
        let client = Vendor::new([Step::Chunks(bytes)]).client();
        assert_eq!(outcomes(lines::<u8>(&client).await).await, expected, "{text:?}");
    }
    // Values of a sequence may have line breaks.
    let client = Vendor::new([respond(200, "\u{1e}[1,\n2\n]\n\u{1e}[\n]")]).client();
    assert_eq!(outcomes(lines::<Vec<u8>>(&client).await).await, ["[1, 2]", "[]"]);
}

#[tokio::test]
async fn value_of_a_sequence_needs_no_successor() {
    let client = Vendor::new([Step::Stalled { status: 200, part: "\u{1e}{\"a\":\n1}\n".into() }]).client();
    assert_eq!(lines::<Value>(&client).await.next().await.unwrap().unwrap(), json!({ "a": 1 }));
}

#[tokio::test]
async fn stream_continues_after_an_invalid_item() {
    let client = Vendor::new([respond(200, format!("1\n\"{SECRET}\"\n2\n"))]).client();
    let mut stream = lines::<u8>(&client).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), FailureKind::Decode { .. }));
    assert!(!format!("{error} {error:?}").contains(SECRET));
    assert_eq!(error.body().expose(), format!("\"{SECRET}\"").as_bytes());
    assert_eq!(stream.next().await.unwrap().unwrap(), 2);
    assert!(stream.next().await.is_none());

    let client =
        Vendor::new([respond(200, format!("data: {SECRET}\n\ndata: 2\n\ndata: [DONE]\n\ndata: 3\n\n"))])
            .client();
    let mut stream =
        client.send_events::<u8, ()>(get(), ServerSentEvent::json_until_done).await.unwrap().into_body();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(SECRET));
    assert_eq!(error.body().expose(), SECRET.as_bytes());
    assert_eq!(stream.next().await.unwrap().unwrap(), 2);
    assert!(stream.next().await.is_none() && stream.next().await.is_none(), "[DONE] is the end");
}

#[tokio::test]
async fn broken_connection_is_an_error() {
    let server = Server::new(vec![vec![b"data: 1\n\ndata: 2\n".to_vec()]], false).await;
    let mut stream = events(&server.client).await;
    assert_eq!(stream.next().await.unwrap().unwrap().data(), "1");
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (&FailureKind::Transport, 200));
    assert!(stream.next().await.is_none());

    let server = Server::new(vec![vec![b"1\n2".to_vec()]], false).await;
    let mut stream = lines::<u8>(&server.client).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), &FailureKind::Transport);
    assert!(stream.next().await.is_none());

    let step = Step::Broken { status: 201, part: "{".into() };
    let create = Vendor::new([step]).client().send_stream::<()>(Request::new(&CREATE)).await.unwrap();
    let mut stream = create.into_body();
    assert_eq!(stream.next().await.unwrap().unwrap(), "{");
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::Transport, Effect::Applied));
}

#[tokio::test]
async fn dropped_stream_closes_the_connection() {
    let Server { client, closed } = Server::new(vec![vec![b"data: 1\n\n".repeat(100_000)]], true).await;
    let mut stream = events(&client).await;
    stream.next().await.unwrap().unwrap();
    drop(stream);
    // The write of the server fails, or its read.
    tokio::time::timeout(Duration::from_secs(10), closed).await.expect("the connection is open").unwrap();
}

#[tokio::test]
async fn items_are_limited() {
    let limits = BodyLimits::default().object(10);
    let endless = |start: &str| {
        let chunks = (0..1_000).map(|_| Bytes::from("a".repeat(7)));
        Step::Chunks([Bytes::from(start.to_owned())].into_iter().chain(chunks).collect())
    };
    let client = |step: Step| Vendor::new([step]).builder().limits(limits).build().unwrap();
    for start in ["data: 1\n\ndata: ", "data: 1\n\nevent: ", "data: 1\n\nid: ", "data: 1\n\n:", "data: 1\n\n"]
    {
        let mut stream = events(&client(endless(start))).await;
        assert_eq!(stream.next().await.unwrap().unwrap().data(), "1");
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), &FailureKind::BodyTooLarge { limit: 10 }, "{start:?}");
        assert!(stream.next().await.is_none());
    }
    let many = Step::Chunks(vec![Bytes::from("data: a\n"); 1_000]);
    let error = events(&client(many)).await.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), &FailureKind::BodyTooLarge { limit: 10 });

    for (step, first) in [
        (endless("1\n\""), 1),
        (respond(200, "1\n\"aaaaaaaaaaaaaa\"\n2\n"), 1),
        (respond(200, "1\n\u{1e}\"aaaaaaaaaaaaaa\"\n\u{1e}2\n"), 1),
    ] {
        let mut stream = lines::<u8>(&client(step)).await;
        assert_eq!(stream.next().await.unwrap().unwrap(), first);
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), &FailureKind::BodyTooLarge { limit: 10 });
        assert!(stream.next().await.is_none());
    }
}

#[tokio::test]
async fn bytes_are_not_limited() {
    let client = Vendor::new([Step::Chunks(vec![Bytes::from(vec![0; 1 << 20]); 10])]).client();
    let mut stream = client.send_stream::<()>(get()).await.unwrap().into_body();
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        length += chunk.unwrap().len();
    }
    assert_eq!(length, 10 << 20);
}

#[tokio::test(start_paused = true)]
async fn idle_stream_times_out() {
    let vendor = Vendor::new([Step::Stalled { status: 200, part: "data: 1\n\n".into() }]);
    let mut stream = events(&vendor.client()).await;
    // Time without waiting does not count, however long.
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    stream.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let started = tokio::time::Instant::now();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (&FailureKind::Timeout, 15));
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn calls_are_retried_until_the_head() {
    let vendor = Vendor::new([respond(503, ""), Step::Hang, respond(200, "1\n")]);
    let response = vendor.client().send_json_lines::<u8, ()>(get()).await.unwrap();
    assert_eq!((response.attempts(), vendor.sent()), (3, 3));
    assert_eq!(outcomes(response.into_body()).await, ["1"]);

    let vendor = Vendor::new([respond(404, format!("no {SECRET}"))]);
    let error: Error = vendor.client().send_stream(get()).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (&FailureKind::Status, 404));
}

#[tokio::test]
async fn other_formats_are_rejected() {
    let labelled = |label: &str, body: &str| {
        Vendor::new([respond_with(200, &[("content-type", label)], body.to_owned())]).client()
    };
    let decode = ServerSentEvent::json_until_done::<Value>;
    let error =
        labelled("application/json", r#"{"id":1}"#).send_events::<_, ()>(get(), decode).await.unwrap_err();
    assert_eq!((error.kind(), error.body().expose()), (&FailureKind::MediaType, &br#"{"id":1}"#[..]));
    assert_eq!(error.to_string(), "getApiKey: unexpected media type");
    let page = || labelled("text/html; charset=utf-8", "<html>");
    let error = page().send_events::<_, ()>(get(), decode).await.unwrap_err();
    assert_eq!(error.kind(), &FailureKind::WebPage);
    let error = page().send_json_lines::<Value, ()>(get()).await.unwrap_err();
    assert_eq!(error.kind(), &FailureKind::WebPage);
    let zipped = respond_with(200, &[("content-encoding", "gzip")], "zip");
    let error = Vendor::new([zipped]).client().send_stream::<()>(get()).await.unwrap_err();
    assert_eq!(error.kind(), &FailureKind::ContentEncoding { encoding: "gzip".to_owned() });

    // Servers label lines as JSON.
    let client = labelled("application/json", "1\n2\n");
    assert_eq!(outcomes(lines::<u8>(&client).await).await, ["1", "2"]);
}

#[tokio::test]
async fn streams_resume_after_an_event() {
    let vendor = Vendor::new([respond(200, "id: e1\ndata: 1\n\n"), respond(200, "data: 2\n\n")]);
    let client = vendor.client();
    let mut stream = events(&client).await;
    assert_eq!(stream.last_event_id(), None);
    stream.next().await.unwrap().unwrap();
    assert!(stream.next().await.is_none());
    let id = stream.last_event_id().unwrap();
    assert_eq!(events(&client.after_event(id)).await.next().await.unwrap().unwrap().data(), "2");
    let requests = vendor.requests.lock().unwrap();
    assert!(!requests[0].headers.contains_key("last-event-id"));
    assert_eq!(requests[1].headers["last-event-id"], "e1");
}

#[tokio::test]
async fn streams_are_streams() {
    async fn first<T: Stream + Send + Unpin>(mut stream: T) -> Option<T::Item> {
        poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await
    }
    let client = || Vendor::new([respond(200, "data: 1\n\n")]).client();
    assert_eq!(first(events(&client()).await).await.unwrap().unwrap().data(), "1");
    assert!(first(lines::<Value>(&client()).await).await.unwrap().is_err());
    let bytes = client().send_stream::<()>(get()).await.unwrap().into_body();
    assert_eq!(first(bytes).await.unwrap().unwrap(), "data: 1\n\n");
}

#[tokio::test]
async fn debug_omits_the_content() {
    let vendor = || Vendor::new([respond(200, format!("event: key\ndata: {SECRET}\n\n"))]).client();
    let mut stream = events(&vendor()).await;
    let event = stream.next().await.unwrap().unwrap();
    let bytes = vendor().send_stream::<()>(get()).await.unwrap();
    let lines = lines::<Value>(&vendor()).await;
    let text = format!("{stream:?} {event:?} {bytes:?} {lines:?}");
    assert!(!text.contains(SECRET) && text.contains("key") && text.contains("getApiKey"), "{text}");
}

#[tokio::test]
async fn json_lines_are_sent_without_leaking_secrets() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Item {
        #[serde(serialize_with = "secret::expose")]
        key: SecretKey,
    }
    let items = [Item { key: "sk_other_0123456789".into() }, Item { key: SECRET.into() }];
    let vendor = Vendor::new([respond(503, ""), respond(400, format!("bad key {SECRET}"))]);
    let request = Request::new(&support::DELETE).path_parameter("id", "k1").body_json_lines(&items);
    let error = vendor.client().send_empty::<()>(request).await.unwrap_err();
    assert!(!String::from_utf8_lossy(error.body().expose()).contains(SECRET));
    let requests = vendor.requests.lock().unwrap();
    let sent = requests.iter().map(|request| request.body.as_ref().unwrap().as_bytes().unwrap());
    let expected = format!("{{\"key\":\"sk_other_0123456789\"}}\n{{\"key\":\"{SECRET}\"}}\n");
    assert_eq!(sent.collect::<Vec<_>>(), vec![&expected; 2]);
    assert_eq!(requests[0].headers["content-type"], "application/jsonl");
}
