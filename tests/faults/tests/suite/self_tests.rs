//! Tests of the detection of violations.

use std::sync::Arc;

use api_keys::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, IssuedKey, KeyId, ListQuery, NewApiKey, Page, Result,
    Revocation, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use api_keys_emulator::Vendor;
use api_keys_fault_tests::proxy::{Harness, Load, Stack};
use api_keys_fault_tests::{Limits, Record, Schedule, seed};
use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// A client that retries everything and reports no unknown effects.
#[derive(Debug)]
struct Careless(Arc<dyn ApiKeyProvider>);

fn silent<T>(result: Result<T>) -> Result<T> {
    result.map_err(|error| error.with_effect(Effect::NotApplied))
}

#[async_trait]
impl ApiKeyProvider for Careless {
    fn vendor(&self) -> &'static str {
        self.0.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        match self.0.create(new.clone()).await {
            Ok(issued) => Ok(issued),
            Err(_) => silent(self.0.create(new).await),
        }
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.0.get(id).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.0.list(query).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        silent(self.0.update(id, changes).await)
    }

    /// A client that accepts every response as a success.
    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        let _ = self.0.revoke(id, options).await;
        Ok(Revocation::removed())
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        let _ = self.0.delete(id).await;
        Ok(())
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        silent(self.0.rotate(id, options).await)
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.0.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.0.verify(secret).await
    }
}

/// The ledger detects every violation of a careless client.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn careless_client_is_detected() {
    Record::install();
    let schedule = Schedule::Seeded { seed: seed(), rate: 45 };
    let harness = Harness::start(Vendor::Mcp, seed(), schedule, Limits::default()).await.unwrap();
    let load =
        Load { stack: Stack::Reqwest, operations: 300, applications: 10, one_client: false, dropped: 0 };
    let figures = harness.work(load, |provider| Arc::new(Careless(provider))).await.unwrap();

    let violations = figures.violations.join("\n");
    for violation in [
        "reached the server twice",
        "but the server acted",
        "was ended, but is valid",
        "unaccounted for",
        "but there is",
        "created, but not found",
        "is invalid",
    ] {
        assert!(violations.contains(violation), "not detected: {violation}\n{violations}");
    }
}

/// Secrets are detected in events, spans, log records, errors and values, in every representation.
#[tokio::test]
async fn printed_secret_is_detected() {
    let record = Record::install();
    let plant = |number: u32| format!("planted-secret/{number:08}+and=more");
    let before = record.size();
    let found = |secret: &str| record.leak_of(secret, before).is_some();

    let secrets: Vec<_> = (0..7).map(plant).collect();
    assert!(secrets.iter().all(|secret| !found(secret)));
    let encoded = BASE64_STANDARD.encode(format!("user:{}", secrets[1]));
    tracing::trace!(header = ?("authorization", &secrets[0]), "sending");
    tracing::info_span!("call", otel.name = tracing::field::Empty).record("otel.name", encoded);
    log::trace!("GET /verify?key={}", secrets[2].replace('/', "%2F").replace('+', "%2B").replace('=', "%3D"));
    record.value(&Some(&secrets[3]));
    record.error(&std::io::Error::other(secrets[4].clone()));
    tracing::debug!(body = ?secrets[5].as_bytes());
    for (number, secret) in secrets.iter().enumerate() {
        // The last was not printed.
        assert_eq!(found(secret), number < 6, "{number}");
    }
}
