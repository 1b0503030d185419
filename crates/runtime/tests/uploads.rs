//! Streamed request bodies.

mod support;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use api_keys_runtime::{Body, Client, FilePart, Multipart, Request};
use support::CREATE;
use tokio::io::{AsyncRead, ReadBuf};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A reader of a number of letters, in small pieces, followed by the end or an error.
struct Letters {
    left: usize,
    breaks: bool,
}

impl AsyncRead for Letters {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 && self.breaks {
            return Poll::Ready(Err(io::Error::other("the disk is gone")));
        }
        // Occasionally pending.
        if self.left % 7 == 3 {
            self.left -= 1;
            buffer.put_slice(b"z");
            cx.waker().wake_by_ref();
            return Poll::Ready(Ok(()));
        }
        let count = self.left.min(1_000).min(buffer.remaining());
        buffer.put_slice(&b"a".repeat(count));
        self.left -= count;
        Poll::Ready(Ok(()))
    }
}

fn letters(count: usize, length: Option<u64>) -> Body {
    Body::from_reader(Letters { left: count, breaks: false }, length)
}

async fn server(status: u16) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(status)).mount(&server).await;
    let client = Client::builder(server.uri()).build().unwrap();
    (server, client)
}

#[tokio::test]
async fn streamed_body_has_length_or_chunks() {
    let (server, client) = server(204).await;
    let length = 300_000;
    client
        .send_empty::<()>(Request::new(&CREATE).body_bytes(letters(length, Some(length as u64))))
        .await
        .unwrap();
    client.send_empty::<()>(Request::new(&CREATE).body_bytes(letters(length, None))).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["content-length"], "300000");
    assert_eq!(requests[1].headers["transfer-encoding"], "chunked");
    for request in &requests {
        assert_eq!(request.headers["content-type"], "application/octet-stream");
        assert_eq!(request.body.len(), length);
    }
}

#[tokio::test]
async fn streamed_form_has_length_if_known() {
    let (server, client) = server(204).await;
    for length in [Some(5_000), None] {
        let form = Multipart::new()
            .text("before", "1")
            .file("one", &FilePart::new("one.txt", letters(5_000, length)))
            .file("two", &FilePart::new("two.txt", &b"two"[..]))
            .text("after", "2");
        client.send_empty::<()>(Request::new(&CREATE).body_multipart(form)).await.unwrap();
    }
    let requests = server.received_requests().await.unwrap();
    for (request, has_length) in requests.iter().zip([true, false]) {
        assert_eq!(request.headers.contains_key("content-length"), has_length);
        let kind = request.headers["content-type"].to_str().unwrap();
        let (_, boundary) = kind.split_once("boundary=").unwrap();
        assert!(boundary.len() >= 50, "the boundary could occur in the file: {boundary}");
        let body = String::from_utf8(request.body.clone()).unwrap();
        let parts: Vec<_> = body.split(&format!("--{boundary}")).collect();
        assert_eq!((parts.len(), parts[5]), (6, "--\r\n"));
        let (head, content) = parts[2].split_once("\r\n\r\n").unwrap();
        assert!(head.contains("name=\"one\"; filename=\"one.txt\""), "{head}");
        assert_eq!(content.trim_end().len(), 5_000);
        assert!(parts[3].ends_with("\r\n\r\ntwo\r\n") && parts[4].ends_with("\r\n\r\n2\r\n"), "{parts:?}");
    }
}

#[tokio::test]
async fn streamed_body_is_not_retried() {
    let (server, client) = server(429).await;
    let error =
        client.send_empty::<()>(Request::new(&CREATE).body_bytes(letters(10, None))).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);

    let file = FilePart::new("one.txt", letters(10, None));
    let form = |file: &FilePart| Request::new(&CREATE).body_multipart(Multipart::new().file("one", file));
    client.send_empty::<()>(form(&file)).await.unwrap_err();
    let error = client.send_empty::<()>(form(&file.clone())).await.unwrap_err();
    assert!(error.to_string().contains("was sent already"), "{error}");
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn unreadable_file_is_an_error() {
    let (_server, client) = server(204).await;
    let body = Body::from_reader(Letters { left: 10, breaks: true }, None);
    let error = client.send_empty::<()>(Request::new(&CREATE).body_bytes(body)).await.unwrap_err();
    assert!(error.status().is_none(), "{error:?}");
}
