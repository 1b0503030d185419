//! The default transport, on real sockets.
#![cfg(any(feature = "hyper", feature = "reqwest"))]

mod support;

use std::time::Duration;

use api_keys_core::Effect;
use api_keys_runtime::{Authentication, Client, FailureKind, Request, RetryPolicy};
use serde_json::{Value, json};
use support::{CREATE, DELETE, GET, LIST, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A server that reads one request for each response and writes the response unchanged.
async fn server(responses: &'static [&'static [u8]]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for response in responses {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await.unwrap();
            socket.write_all(response).await.unwrap();
            let _ = socket.shutdown().await;
        }
    });
    format!("http://{address}")
}

fn client(base_url: &str) -> Client {
    let quick = RetryPolicy::default().base_delay(Duration::from_millis(1));
    Client::builder(base_url).retry(quick).authentication(Authentication::bearer(SECRET)).build().unwrap()
}

fn get() -> Request {
    Request::new(&GET).path_parameter("id", "a/b")
}

#[tokio::test]
async fn request_arrives_unchanged() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/api_keys"))
        .and(query_param("dry run", "yes & no"))
        .and(header("authorization", format!("Bearer {SECRET}")))
        .and(header("content-type", "application/json"))
        .and(body_json(json!({ "name": "ci" })))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({ "id": "k1" })))
        .expect(1)
        .mount(&server)
        .await;

    let request = Request::new(&CREATE).query("dry run", "yes & no").body_json(&json!({ "name": "ci" }));
    let response = client(&format!("{}/v1/", server.uri())).send_json::<Value, ()>(request).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body()), (201, &json!({ "id": "k1" })));
}

#[tokio::test]
async fn id_arrives_as_one_segment() {
    let server = MockServer::start().await;
    Mock::given(path("/api_keys/a%2Fb"))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    client(&server.uri()).send_empty::<()>(get()).await.unwrap();
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(307).insert_header("location", elsewhere.uri().as_str());
    Mock::given(method("POST")).respond_with(redirect).mount(&server).await;

    let error = client(&server.uri()).send_empty::<()>(Request::new(&CREATE)).await.unwrap_err();
    assert_eq!(error.kind(), &FailureKind::Redirect { origin: Some(elsewhere.uri()) });
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn refused_connection_is_retried() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);

    let error = client(&base_url).send_empty::<()>(Request::new(&CREATE)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (&FailureKind::Connect, Effect::NotApplied, 3)
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn create_is_not_retried_after_close() {
    let error = client(&server(&[b""]).await).send_empty::<()>(Request::new(&CREATE)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (&FailureKind::Transport, Effect::Unknown, 1)
    );
}

#[tokio::test]
async fn read_is_retried_after_close() {
    let base_url = server(&[b"", b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7"]).await;
    let response = client(&base_url).send_json::<u8, ()>(get()).await.unwrap();
    assert_eq!((response.attempts(), response.into_body()), (2, 7));
}

#[tokio::test]
async fn invalid_http_has_effect_unknown() {
    let error = client(&server(&[b"SSH-2.0-OpenSSH\r\n"]).await)
        .send_empty::<()>(Request::new(&CREATE))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::Transport, Effect::Unknown));
}

#[tokio::test]
async fn truncated_create_response_is_kept() {
    let base_url = server(&[b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"secret\":\"sk_1"]).await;
    let error = client(&base_url).send_json::<Value, ()>(Request::new(&CREATE)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect(), error.attempts()),
        (&FailureKind::Transport, Effect::Applied, 1)
    );
    assert_eq!(error.body().expose(), b"{\"secret\":\"sk_1");
}

#[tokio::test]
async fn truncated_delete_response_is_success() {
    let base_url = server(&[b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"]).await;
    client(&base_url).send_empty::<()>(Request::new(&DELETE).path_parameter("id", "k1")).await.unwrap();
}

#[tokio::test]
async fn endless_body_stops_at_the_limit() {
    let server = MockServer::start().await;
    let body = vec![b' '; (8 << 20) + 1];
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(body))
        .mount(&server)
        .await;

    let error = client(&server.uri()).send_json::<Value, ()>(Request::new(&LIST)).await.unwrap_err();
    assert_eq!(error.kind(), &FailureKind::BodyTooLarge { limit: 8 << 20 });
}

#[tokio::test]
async fn chunked_body_is_joined() {
    let base_url = server(&[
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2,\r\n2\r\n3]\r\n0\r\n\r\n",
    ])
    .await;
    let response = client(&base_url).send_json::<Vec<u8>, ()>(get()).await.unwrap();
    assert_eq!(response.into_body(), [1, 2, 3]);
}

#[tokio::test]
async fn silent_server_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client =
        client(&format!("http://{}", listener.local_addr().unwrap())).with_timeout(Duration::from_millis(5));
    let error = client.send_empty::<()>(Request::new(&CREATE)).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::Timeout, Effect::Unknown));
}

#[tokio::test]
async fn cookies_are_not_sent_back() {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(204).insert_header("set-cookie", "session=1; Path=/");
    Mock::given(method("GET")).respond_with(response).mount(&server).await;

    let client = client(&server.uri());
    for _ in 0..2 {
        client.send_empty::<()>(get()).await.unwrap();
    }
    for request in server.received_requests().await.unwrap() {
        assert!(!request.headers.contains_key("cookie"));
        assert!(!request.headers.contains_key("accept-encoding"));
    }
}

#[cfg(feature = "reqwest")]
#[tokio::test]
async fn custom_reqwest_client_is_used() {
    let server = MockServer::start().await;
    Mock::given(header("x-mine", "1"))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;

    let mut headers = api_keys_runtime::HeaderMap::new();
    headers.insert("x-mine", "1".parse().unwrap());
    let mine = reqwest::Client::builder().default_headers(headers).build().unwrap();
    let client = Client::builder(server.uri())
        .transport(std::sync::Arc::new(api_keys_runtime::ReqwestTransport::from(mine)))
        .build()
        .unwrap();
    client.send_empty::<()>(get()).await.unwrap();
}

#[test]
fn loopback_bypasses_the_proxy() {
    // The environment of a running process cannot be changed safely, so another one runs the first test.
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "request_arrives_unchanged"])
        .envs(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9")))
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .status()
        .unwrap();
    assert!(status.success());
}
