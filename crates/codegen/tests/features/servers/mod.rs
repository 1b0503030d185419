//! Servers of the document and of single operations.

pub mod generated;

use api_keys_runtime::{self as runtime, ClientBuilder};
use generated::{Client, DEFAULT_BASE_URL, FILES_EXAMPLE_UPLOAD_SERVER, api_key};
use wiremock::MockServer;

use crate::no_content;

fn builder(server: &MockServer) -> ClientBuilder {
    runtime::Client::builder(format!("{}/v1", server.uri())).authentication(api_key("one"))
}

async fn paths(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| request.url.path().to_owned()).collect()
}

#[tokio::test]
async fn other_origin_must_be_configured() {
    assert_eq!(DEFAULT_BASE_URL, "https://eu.accounts.example/v1");
    assert_eq!(FILES_EXAMPLE_UPLOAD_SERVER, "https://files.example/upload");
    let ((server, _), (files, _)) = (no_content().await, no_content().await);

    let error = Client::new(builder(&server).build().unwrap()).upload().await.unwrap_err();
    assert!(error.to_string().contains("https://files.example/upload"), "{error}");
    assert!(paths(&server).await.is_empty());

    let http = builder(&server).server(FILES_EXAMPLE_UPLOAD_SERVER, format!("{}/elsewhere", files.uri()));
    let client = Client::new(http.build().unwrap());
    client.upload().await.unwrap();
    client.list_files().await.unwrap();
    client.get_other().await.unwrap();

    assert_eq!(crate::last_request(&files).await.headers["x-api-key"], "one");
    assert_eq!(paths(&files).await, ["/elsewhere/files"]);
    assert_eq!(paths(&server).await, ["/v1/files", "/v2/other"]);
}

#[test]
fn server_is_validated_like_the_base_url() {
    let build = |server: &str| {
        runtime::Client::builder("https://accounts.example")
            .server(FILES_EXAMPLE_UPLOAD_SERVER, server)
            .build()
    };
    assert!(
        build("http://files.example")
            .unwrap_err()
            .to_string()
            .contains("http:// is allowed for loopback addresses only")
    );
    assert!(build("files").unwrap_err().to_string().contains("must start with https://"));
}
