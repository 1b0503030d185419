//! The typed client of a vendor, and its provider behind the trait.

use std::sync::Arc;

use ::api_keys::clerk::ClerkConfig;
use ::api_keys::clerk::types::CreateApiKeyRequest;
use ::api_keys::clerk::{Client, HttpConfig, ListApiKeysOptions};
use ::api_keys::{ApiKeyProvider, KeyId, ListQuery, NewApiKey, ProviderConfig};

use super::bench_client::BenchClient;
use super::payload::NEW;
use crate::responses::{ID, SUBJECT, TOKEN};

fn config(base_url: &str) -> ClerkConfig {
    ClerkConfig::new(TOKEN).base_url(base_url)
}

/// Returns the configurations of five providers that share a transport.
fn five(base_url: &str) -> [ClerkConfig; 5] {
    let http = HttpConfig::new();
    [(); 5].map(|()| config(base_url).http(http.clone()))
}

pub(crate) struct Typed(Client);

impl Typed {
    fn with(config: ClerkConfig) -> Self {
        Self(config.build().expect("a provider").client().clone())
    }
}

impl BenchClient for Typed {
    fn new(base_url: &str) -> Self {
        Self::with(config(base_url))
    }

    fn five(base_url: &str) -> [Self; 5] {
        five(base_url).map(Self::with)
    }

    async fn get(&self) -> usize {
        self.0.get_api_key(ID).await.expect("a key").body().id.len()
    }

    async fn create(&self) -> usize {
        let (name, scopes) = NEW;
        let request = CreateApiKeyRequest::new(name, SUBJECT).scopes(scopes);
        self.0.create_api_key(&request).await.expect("a key").body().secret.expose().len()
    }

    async fn list(&self) -> usize {
        let options = ListApiKeysOptions::new().limit(100);
        self.0.list_api_keys(SUBJECT, &options).await.expect("a page").body().data.len()
    }
}

pub(crate) struct Dyn {
    provider: Arc<dyn ApiKeyProvider>,
    id: KeyId,
}

impl Dyn {
    fn with(config: ClerkConfig) -> Self {
        let provider = ProviderConfig::Clerk(config).build().expect("a provider");
        Self { provider, id: KeyId::new(ID).expect("an id") }
    }

    /// Returns the provider as vendor-neutral code receives it.
    fn provider(&self) -> &dyn ApiKeyProvider {
        &*self.provider
    }
}

impl BenchClient for Dyn {
    fn new(base_url: &str) -> Self {
        Self::with(config(base_url))
    }

    fn five(base_url: &str) -> [Self; 5] {
        five(base_url).map(Self::with)
    }

    async fn get(&self) -> usize {
        self.provider().get(&self.id).await.expect("a key").id.as_str().len()
    }

    async fn create(&self) -> usize {
        let (name, scopes) = NEW;
        let new = NewApiKey::new(name).owner(SUBJECT).scopes(scopes);
        self.provider().create(new).await.expect("a key").secret.expose().len()
    }

    async fn list(&self) -> usize {
        let query = ListQuery::new().owner(SUBJECT);
        self.provider().list(query).await.expect("a page").items.len()
    }
}
