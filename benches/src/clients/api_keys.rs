//! The typed client of a vendor, and its provider behind the trait.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use ::api_keys::clerk::ClerkConfig;
use ::api_keys::clerk::errors::GetApiKeyError;
use ::api_keys::clerk::types::CreateApiKeyRequest;
use ::api_keys::clerk::{Client, HttpConfig, ListApiKeysOptions};
use ::api_keys::runtime::{HyperTransport, PoolSettings};
use ::api_keys::{ApiKeyProvider, KeyId, ListQuery, NewApiKey, ProviderConfig};

use super::bench_client::BenchClient;
use super::payload::NEW;
use crate::responses::{ID, SUBJECT, TOKEN};

/// A transport of the library.
pub(crate) trait Stack: Send + Sync + 'static {
    /// Returns settings with the transport.
    fn http() -> HttpConfig;
}

pub(crate) struct OnHyper;

pub(crate) struct OnReqwest;

impl Stack for OnHyper {
    fn http() -> HttpConfig {
        let transport = HyperTransport::new(CONNECT_TIMEOUT, PoolSettings::default());
        HttpConfig::new().transport(Arc::new(transport.expect("a transport")))
    }
}

/// The default.
impl Stack for OnReqwest {
    fn http() -> HttpConfig {
        HttpConfig::new()
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

fn config(base_url: &str, http: HttpConfig) -> ClerkConfig {
    ClerkConfig::new(TOKEN).base_url(base_url).http(http)
}

/// Returns the configurations of five providers that share a transport.
fn five<S: Stack>(base_url: &str) -> [ClerkConfig; 5] {
    let http = S::http();
    [(); 5].map(|()| config(base_url, http.clone()))
}

pub(crate) struct Typed<S>(Client, PhantomData<S>);

impl<S> Typed<S> {
    fn with(config: ClerkConfig) -> Self {
        Self(config.build().expect("a provider").client().clone(), PhantomData)
    }
}

impl<S: Stack> BenchClient for Typed<S> {
    fn new(base_url: &str) -> Self {
        Self::with(config(base_url, S::http()))
    }

    fn five(base_url: &str) -> [Self; 5] {
        five::<S>(base_url).map(Self::with)
    }

    async fn get(&self) -> usize {
        self.0.get_api_key(ID).await.expect("a key").body().id.len()
    }

    async fn fail(&self) -> usize {
        let error = self.0.get_api_key(ID).await.expect_err("an error");
        match error.documented() {
            Some(GetApiKeyError::NotFound(body)) => body.errors.len(),
            _ => error.body().len(),
        }
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

pub(crate) struct Dyn<S> {
    provider: Arc<dyn ApiKeyProvider>,
    id: KeyId,
    stack: PhantomData<S>,
}

impl<S> Dyn<S> {
    fn with(config: ClerkConfig) -> Self {
        let provider = ProviderConfig::Clerk(config).build().expect("a provider");
        Self { provider, id: KeyId::new(ID).expect("an id"), stack: PhantomData }
    }

    /// Returns the provider as vendor-neutral code receives it.
    fn provider(&self) -> &dyn ApiKeyProvider {
        &*self.provider
    }
}

impl<S: Stack> BenchClient for Dyn<S> {
    fn new(base_url: &str) -> Self {
        Self::with(config(base_url, S::http()))
    }

    fn five(base_url: &str) -> [Self; 5] {
        five::<S>(base_url).map(Self::with)
    }

    async fn get(&self) -> usize {
        self.provider().get(&self.id).await.expect("a key").id.as_str().len()
    }

    async fn fail(&self) -> usize {
        let error = self.provider().get(&self.id).await.expect_err("an error");
        error.vendor_code().map_or(0, str::len)
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
