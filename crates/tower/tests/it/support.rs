//! A provider, and a service behind the layer.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, IssuedKey, KeyId, ListQuery, NewApiKey,
    Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use api_keys_memory::Memory;
use api_keys_tower::{ApiKeyLayer, Authenticated, Authenticator};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tokio::sync::Semaphore;
use tower::{Layer as _, ServiceExt as _, service_fn};

/// Keys in memory, with verifications that can be counted, failed and stopped.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) memory: Memory,
    pub(crate) calls: Arc<AtomicU64>,
    pub(crate) fails: Arc<AtomicBool>,
    /// A verification reads the key, then waits for a permit.
    pub(crate) permits: Arc<Semaphore>,
}

impl Keys {
    pub(crate) fn new() -> Self {
        Self {
            memory: Memory::builder().retain_secrets(true).build().expect("built"),
            calls: Arc::default(),
            fails: Arc::default(),
            permits: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    pub(crate) async fn create(&self, new: NewApiKey) -> (KeyId, String) {
        let issued = self.memory.create(new).await.expect("a key");
        (issued.key.id, issued.secret.expose().to_owned())
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn fail(&self, fail: bool) {
        self.fails.store(fail, Ordering::SeqCst);
    }

    pub(crate) fn provider(&self) -> Arc<dyn ApiKeyProvider> {
        Arc::new(self.clone())
    }

    pub(crate) fn authenticator(&self) -> Authenticator {
        Authenticator::new(self.provider()).expect("built")
    }
}

#[async_trait]
impl ApiKeyProvider for Keys {
    fn vendor(&self) -> &'static str {
        self.memory.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        self.memory.capabilities()
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.memory.create(new).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.memory.get(id).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.memory.list(query).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.memory.update(id, changes).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.memory.revoke(id, options).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.memory.delete(id).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.memory.rotate(id, options).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.memory.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.fails.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "memory", Operation::Verify)
                .with_retry_after(Duration::from_secs(7)));
        }
        let verification = self.memory.verify(secret).await;
        self.permits.acquire().await.expect("a permit").forget();
        verification
    }
}

/// Sends a request through the layer to a service that responds with the name of the key.
pub(crate) async fn send(authenticator: &Authenticator, request: Request<()>) -> Response<String> {
    let service = service_fn(|request: Request<()>| async move {
        let key = request.extensions().get::<Authenticated>().expect("a key");
        let name = Bytes::from(key.name.clone().unwrap_or_default());
        Ok::<_, std::convert::Infallible>(Response::new(Full::new(name)))
    });
    let service = ApiKeyLayer::new(authenticator.clone()).layer(service);
    let (parts, body) = service.oneshot(request).await.expect("a response").into_parts();
    let body: Bytes = body.collect().await.expect("a body").to_bytes();
    Response::from_parts(parts, String::from_utf8(body.to_vec()).expect("text"))
}

pub(crate) fn bearer(secret: &str) -> Request<()> {
    Request::get("/").header("authorization", format!("Bearer {secret}")).body(()).expect("a request")
}

/// Returns the status of a request with a key.
pub(crate) async fn status(authenticator: &Authenticator, secret: &str) -> u16 {
    send(authenticator, bearer(secret)).await.status().as_u16()
}

/// Sends requests of which two are accepted, and returns texts that must not be recorded.
pub(crate) async fn requests() -> Vec<String> {
    let keys = Keys::new();
    let (id, secret) = keys.create(NewApiKey::new("name_of_the_key")).await;
    let authenticator = keys.authenticator();
    for (secret, expected) in [(&*secret, 200), (&*secret, 200), ("unknown_secret", 401), ("", 401)] {
        assert_eq!(status(&authenticator, secret).await, expected);
    }
    keys.fail(true);
    assert_eq!(status(&authenticator, "another_secret").await, 503);
    let texts = [id.as_str(), &secret, "unknown_secret", "another_secret", "name_of_the_key"];
    texts.map(str::to_owned).into()
}
