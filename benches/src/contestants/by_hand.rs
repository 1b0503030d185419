//! reqwest and `.json()`, as an application writes it: bare, and with the usual middleware for retries.

use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;

use super::Contestant;
use super::types::{Issued, Key, NEW, NewKey, Page};
use crate::answers::{ID, SUBJECT, TOKEN, VERSION};

/// The two clients have the same methods, but no trait in common.
macro_rules! by_hand {
    ($name:ident, $client:ty, $new:ident) => {
        pub(crate) struct $name {
            client: $client,
            base_url: String,
        }

        impl Contestant for $name {
            fn new(base_url: &str) -> Self {
                Self { client: $new(base_url), base_url: base_url.to_owned() }
            }

            fn five(base_url: &str) -> [Self; 5] {
                let client = $new(base_url);
                [(); 5].map(|()| Self { client: client.clone(), base_url: base_url.to_owned() })
            }

            async fn get(&self) -> usize {
                let answer = self
                    .client
                    .get(format!("{}/api_keys/{ID}", self.base_url))
                    .bearer_auth(TOKEN)
                    .header("Clerk-API-Version", VERSION)
                    .send()
                    .await
                    .expect("an answer");
                let key: Key = answer.error_for_status().expect("success").json().await.expect("a key");
                key.id.len()
            }

            async fn create(&self) -> usize {
                let (name, scopes) = NEW;
                let answer = self
                    .client
                    .post(format!("{}/api_keys", self.base_url))
                    .bearer_auth(TOKEN)
                    .header("Clerk-API-Version", VERSION)
                    .json(&NewKey { name, subject: SUBJECT, scopes: &scopes })
                    .send()
                    .await
                    .expect("an answer");
                let key: Issued = answer.error_for_status().expect("success").json().await.expect("a key");
                key.secret.len()
            }

            async fn list(&self) -> usize {
                let answer = self
                    .client
                    .get(format!("{}/api_keys?subject={SUBJECT}&limit=100", self.base_url))
                    .bearer_auth(TOKEN)
                    .header("Clerk-API-Version", VERSION)
                    .send()
                    .await
                    .expect("an answer");
                let page: Page = answer.error_for_status().expect("success").json().await.expect("a page");
                page.data.len()
            }
        }
    };
}

by_hand!(ByHand, reqwest::Client, bare);

by_hand!(Middleware, ClientWithMiddleware, with_middleware);

fn bare(base_url: &str) -> reqwest::Client {
    let builder = reqwest::Client::builder();
    // No proxy could reach this program's own server.
    let builder = if base_url.starts_with("http:") { builder.no_proxy() } else { builder };
    builder.build().expect("a client")
}

fn with_middleware(base_url: &str) -> ClientWithMiddleware {
    let policy = ExponentialBackoff::builder().build_with_max_retries(2);
    ClientBuilder::new(bare(base_url)).with(RetryTransientMiddleware::new_with_policy(policy)).build()
}
