//! The hyper-util client that reqwest is built on.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;

use super::bench_client::BenchClient;
use super::payload::{Errors, Issued, Key, NEW, NewKey, Page};
use crate::responses::{ID, SUBJECT, TOKEN, VERSION};

type Http = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

fn client() -> Http {
    let connector =
        HttpsConnectorBuilder::new().with_platform_verifier().https_or_http().enable_all_versions().build();
    Client::builder(TokioExecutor::new()).build(connector)
}

pub(crate) struct Hyper {
    client: Http,
    base_url: String,
    authorization: HeaderValue,
}

impl Hyper {
    fn with(client: Http, base_url: &str) -> Self {
        Self {
            client,
            base_url: base_url.to_owned(),
            authorization: format!("Bearer {TOKEN}").try_into().expect("a header"),
        }
    }

    async fn send(&self, method: Method, path: String, body: Option<Vec<u8>>) -> (StatusCode, Bytes) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url))
            .header(AUTHORIZATION, &self.authorization)
            .header(ACCEPT, HeaderValue::from_static("*/*"))
            .header("clerk-api-version", HeaderValue::from_static(VERSION));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let request = request.body(Full::from(body.unwrap_or_default())).expect("a request");
        let response = self.client.request(request).await.expect("a response");
        let status = response.status();
        (status, response.into_body().collect().await.expect("a body").to_bytes())
    }

    async fn call<T: DeserializeOwned>(&self, method: Method, path: String, body: Option<Vec<u8>>) -> T {
        let (status, body) = self.send(method, path, body).await;
        assert!(status.is_success());
        serde_json::from_slice(&body).expect("JSON")
    }
}

impl BenchClient for Hyper {
    fn new(base_url: &str) -> Self {
        Self::with(client(), base_url)
    }

    fn five(base_url: &str) -> [Self; 5] {
        let client = client();
        [(); 5].map(|()| Self::with(client.clone(), base_url))
    }

    async fn get(&self) -> usize {
        let key: Key = self.call(Method::GET, format!("/api_keys/{ID}"), None).await;
        key.id.len()
    }

    async fn fail(&self) -> usize {
        let (status, body) = self.send(Method::GET, format!("/api_keys/{ID}"), None).await;
        assert_eq!(status, 404);
        serde_json::from_slice::<Errors>(&body).map_or(body.len(), |body| body.errors.len())
    }

    async fn create(&self) -> usize {
        let (name, scopes) = NEW;
        let body = serde_json::to_vec(&NewKey { name, subject: SUBJECT, scopes: &scopes }).expect("JSON");
        let key: Issued = self.call(Method::POST, "/api_keys".to_owned(), Some(body)).await;
        key.secret.len()
    }

    async fn list(&self) -> usize {
        let path = format!("/api_keys?subject={SUBJECT}&limit=100");
        let page: Page = self.call(Method::GET, path, None).await;
        page.data.len()
    }
}
