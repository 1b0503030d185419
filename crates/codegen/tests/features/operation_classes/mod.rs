//! `x-operation-class`: retries after a failure.

pub mod generated;

use std::time::Duration;

use api_keys_runtime::{self as http, RetryPolicy};
use generated::Client;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn class_decides_about_retries() {
    let server = MockServer::start().await;
    let http = http::Client::builder(server.uri())
        .retry(RetryPolicy::default().base_delay(Duration::ZERO))
        .build()
        .unwrap();
    let client = Client::new(http);
    let fails_once = async || {
        server.reset().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&server).await;
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    };
    fails_once().await;
    assert_eq!(client.read().await.unwrap().attempts(), 2);
    fails_once().await;
    assert_eq!(client.remove().await.unwrap().attempts(), 2);
    fails_once().await;
    assert_eq!(client.search().await.unwrap().attempts(), 2);
    fails_once().await;
    assert_eq!(client.replace().await.unwrap_err().attempts(), 1);
}
