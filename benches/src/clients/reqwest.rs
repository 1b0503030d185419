//! reqwest as an application uses it: bare, and with the usual middleware for retries.

use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;

use super::bench_client::BenchClient;
use super::payload::{Errors, Issued, Key, NEW, NewKey, Page};
use crate::responses::{ID, SUBJECT, TOKEN, VERSION};

/// The two clients have the same methods and no common trait.
macro_rules! reqwest_client {
    ($name:ident, $client:ty, $new:ident) => {
        pub(crate) struct $name {
            client: $client,
            base_url: String,
        }

        impl $name {
            async fn request_key(&self) -> ::reqwest::Response {
                self.client
                    .get(format!("{}/api_keys/{ID}", self.base_url))
                    .bearer_auth(TOKEN)
                    .header("Clerk-API-Version", VERSION)
                    .send()
                    .await
                    .expect("a response")
            }
        }

        impl BenchClient for $name {
            fn new(base_url: &str) -> Self {
                Self { client: $new(base_url), base_url: base_url.to_owned() }
            }

            fn five(base_url: &str) -> [Self; 5] {
                let client = $new(base_url);
                [(); 5].map(|()| Self { client: client.clone(), base_url: base_url.to_owned() })
            }

            async fn get(&self) -> usize {
                let response = self.request_key().await;
                let key: Key = response.error_for_status().expect("success").json().await.expect("a key");
                key.id.len()
            }

            async fn fail(&self) -> usize {
                let response = self.request_key().await;
                assert_eq!(response.status(), 404);
                let body = response.bytes().await.expect("a body");
                serde_json::from_slice::<Errors>(&body).map_or(body.len(), |body| body.errors.len())
            }

            async fn create(&self) -> usize {
                let (name, scopes) = NEW;
                let response = self
                    .client
                    .post(format!("{}/api_keys", self.base_url))
                    .bearer_auth(TOKEN)
                    .header("Clerk-API-Version", VERSION)
                    .json(&NewKey { name, subject: SUBJECT, scopes: &scopes })
                    .send()
                    .await
                    .expect("a response");
                let key: Issued = response.error_for_status().expect("success").json().await.expect("a key");
                key.secret.len()
            }

            async fn list(&self) -> usize {
                let response = self
                    .client
                    .get(format!("{}/api_keys?subject={SUBJECT}&limit=100", self.base_url))
                    .bearer_auth(TOKEN)
                    .header("Clerk-API-Version", VERSION)
                    .send()
                    .await
                    .expect("a response");
                let page: Page = response.error_for_status().expect("success").json().await.expect("a page");
                page.data.len()
            }
        }
    };
}

reqwest_client!(Reqwest, ::reqwest::Client, bare);
reqwest_client!(Middleware, ClientWithMiddleware, with_middleware);

fn bare(base_url: &str) -> ::reqwest::Client {
    let builder = ::reqwest::Client::builder();
    // A proxy could not reach the loopback server.
    let builder = if base_url.starts_with("http:") { builder.no_proxy() } else { builder };
    builder.build().expect("a client")
}

fn with_middleware(base_url: &str) -> ClientWithMiddleware {
    let policy = ExponentialBackoff::builder().build_with_max_retries(2);
    ClientBuilder::new(bare(base_url)).with(RetryTransientMiddleware::new_with_policy(policy)).build()
}
