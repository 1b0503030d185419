//! Plain HTTP, without a generated client.

use api_keys_emulator::Emulator;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, redirect};
use serde_json::Value;

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of visible ASCII"))
    }
}

/// Creates a request without a credential that does not follow redirects.
pub(crate) fn request(emulator: &Emulator, method: Method, path: &str) -> reqwest::RequestBuilder {
    let client = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
    client.request(method, format!("{}{path}", emulator.base_url()))
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> Response {
    let response = request.send().await.expect("an response");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Response { status, headers, body: response.text().await.expect("a body of text") }
}
