//! Output of the typed clients that an application could print.

use std::fmt::Debug;
use std::sync::Arc;

use api_keys::better_auth::{self, BetterAuthConfig};
use api_keys::clerk::{self, ClerkConfig};
use api_keys::fastapi::{self, FastApiConfig};
use api_keys::keyshield::{self, KeyshieldConfig};
use api_keys::latitude_sh::{self, LatitudeShConfig};
use api_keys::mcp::{self, McpConfig};
use api_keys::{IssuedKey, KeyId, SecretBytes, SecretKey, SecretSource, Verification};
use api_keys_emulator::Vendor;
use api_keys_fault_tests::proxy::Harness;
use api_keys_fault_tests::{Limits, Record, Schedule, new_key, seed};
use api_keys_runtime::{
    Authentication, Body, Client, DocumentedError, Error, HttpConfig, OutgoingRequest, PoolSettings,
    ReqwestTransport, Response, Transport, TransportError,
};
use async_trait::async_trait;
use tokio::task::JoinSet;

/// A transport that prints its requests and responses, as a custom one could.
#[derive(Debug)]
struct Printing(ReqwestTransport);

#[async_trait]
impl Transport for Printing {
    async fn send(&self, request: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        Record::get().value(&request);
        let response = self.0.send(request).await;
        match &response {
            Ok(response) => Record::get().value(response.body()),
            Err(error) => Record::get().error(error),
        }
        response
    }
}

/// Prints a result in every format, and returns the response.
fn printed<T: Debug, E: DocumentedError + Debug>(result: Result<Response<T>, Error<E>>) -> Option<T> {
    match result {
        Ok(response) => {
            Record::get().value(&response);
            Some(response.into_body())
        }
        Err(error) => {
            Record::get().error(&error);
            Record::get().value(&error.documented());
            let fault = error.erase();
            Record::get().error(&fault);
            None
        }
    }
}

/// Prints a request before it is sent.
fn about_to<T: Debug>(request: T) -> T {
    Record::get().value(&request);
    request
}

fn created(secret: &SecretKey) {
    Record::get().secret(secret.expose());
    Record::get().value(secret);
}

const ROUNDS: u32 = 40;

/// Runs every operation of every typed client over a faulty network: requests, responses and errors print no secret.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typed_clients_print_no_secret() {
    let record = Record::install();
    let vendors: JoinSet<_> = Vendor::ALL.iter().copied().map(every_operation).collect();
    vendors.join_all().await;
    assert_eq!(record.leak(), None);
}

async fn every_operation(vendor: Vendor) {
    let schedule = Schedule::Seeded { seed: seed(), rate: 45 };
    let harness = Harness::start(vendor, seed(), schedule, Limits::default()).await.unwrap();
    let Limits { attempt, total, .. } = harness.world.limits;
    let http = HttpConfig::new()
        .transport(Arc::new(Printing(ReqwestTransport::new(attempt, PoolSettings::default()).unwrap())))
        .attempt_timeout(attempt)
        .timeout(total);
    Record::get().value(&http);
    let (base_url, token) = (harness.base_url(), harness.emulator.token().clone());
    match vendor {
        Vendor::BetterAuth => {
            better_auth(&BetterAuthConfig::new(base_url, token).http(http).build().unwrap()).await;
        }
        Vendor::Clerk => {
            clerk(&ClerkConfig::new(token).base_url(base_url).http(http).build().unwrap()).await;
        }
        Vendor::Mcp => {
            mcp(&McpConfig::new(base_url, token.clone()).http(http).build().unwrap(), token).await;
        }
        Vendor::LatitudeSh => {
            let config = LatitudeShConfig::new(token).base_url(base_url);
            latitude_sh(&config.http(http).build().unwrap()).await;
        }
        Vendor::Keyshield => {
            keyshield(&KeyshieldConfig::new(base_url, token).http(http).build().unwrap()).await;
        }
        _ => fastapi(&FastApiConfig::new(base_url, token).http(http).build().unwrap()).await,
    }
    assert!(harness.emulator.requests() > u64::from(ROUNDS), "{vendor}: few requests were sent");
}

async fn better_auth(provider: &better_auth::BetterAuth) {
    use better_auth::types::{CreateApiKeyRequest, DeleteApiKeyRequest, UpdateApiKeyRequest};
    let client = about_to(provider.client());
    for round in 0..ROUNDS {
        let new = about_to(CreateApiKeyRequest::new().name(format!("key {round}")));
        let Some(issued) = printed(client.create_api_key(&new).await) else { continue };
        created(&issued.key);
        let id = issued.id;
        printed(client.get_api_key(&id, &Default::default()).await);
        printed(client.list_api_keys(&Default::default()).await);
        printed(client.update_api_key(&about_to(UpdateApiKeyRequest::new(&*id).enabled(false))).await);
        printed(client.delete_api_key(&about_to(DeleteApiKeyRequest::new(&*id))).await);
    }
}

async fn clerk(provider: &clerk::Clerk) {
    use clerk::types::{CreateApiKeyRequest, UpdateApiKeyRequest, VerifyApiKeyRequest};
    let client = about_to(provider.client());
    let owner = new_key(Vendor::Clerk, String::new()).owner.unwrap();
    for round in 0..ROUNDS {
        let new = about_to(CreateApiKeyRequest::new(format!("key {round}"), &*owner));
        let Some(issued) = printed(client.create_api_key(&new).await) else { continue };
        created(&issued.secret);
        let id = issued.id;
        printed(client.get_api_key(&id).await);
        printed(client.get_api_key_secret(&id).await);
        printed(client.list_api_keys(&owner, &Default::default()).await);
        printed(
            client
                .update_api_key(&id, &about_to(UpdateApiKeyRequest::new().description("new".to_owned())))
                .await,
        );
        // The gateways echo the request, which contains the secret.
        printed(client.verify_api_key(&about_to(VerifyApiKeyRequest::new(issued.secret.clone()))).await);
        printed(client.revoke_api_key(&id, &Default::default()).await);
        printed(client.delete_api_key(&id).await);
    }
}

async fn mcp(provider: &mcp::Mcp, token: SecretKey) {
    use mcp::types::{CreateApiKeyBody, CreateApiKeyRequest, HttpCredentials, WrappedCreateApiKeyRequest};
    let client = about_to(provider.client());
    let credentials = about_to(HttpCredentials::new("Bearer", token.clone()));
    for round in 0..ROUNDS {
        let new = CreateApiKeyRequest::new(format!("key {round}"));
        about_to(WrappedCreateApiKeyRequest::new(
            CreateApiKeyRequest::new("old"),
            HttpCredentials::new("Bearer", token.clone()),
        ));
        let new = about_to(CreateApiKeyBody::from(new));
        let Some(issued) = printed(client.create_api_key(&new).await) else { continue };
        created(&issued.api_key);
        let id = issued.key_id;
        printed(client.list_api_keys(Some(&credentials)).await);
        if let Some(rotated) = printed(client.rotate_api_key(&id, Some(&credentials)).await) {
            created(&rotated.new_api_key);
        }
        printed(client.revoke_api_key(&id, Some(&credentials)).await);
    }
}

async fn latitude_sh(provider: &latitude_sh::LatitudeSh) {
    use latitude_sh::types::{
        CreateApiKeyAttributes, CreateApiKeyData, CreateApiKeyRequest, ResourceType, UpdateApiKeyAttributes,
        UpdateApiKeyData, UpdateApiKeyRequest,
    };
    let client = about_to(provider.client());
    for round in 0..ROUNDS {
        let attributes = CreateApiKeyAttributes::new(format!("key {round}"));
        let new = CreateApiKeyRequest::new(CreateApiKeyData::new(ResourceType::ApiKeys, attributes));
        let Some(issued) = printed(client.create_api_key(&about_to(new)).await) else { continue };
        created(&issued.data.attributes.token);
        let id = issued.data.id;
        printed(client.list_api_keys().await);
        let data = UpdateApiKeyData::new(ResourceType::ApiKeys).id(&*id);
        let change = data.attributes(UpdateApiKeyAttributes::new().name("new"));
        printed(client.update_api_key(&id, &about_to(UpdateApiKeyRequest::new(change))).await);
        let rotation = UpdateApiKeyRequest::new(UpdateApiKeyData::new(ResourceType::ApiKeys).id(&*id));
        if let Some(rotated) = printed(client.regenerate_api_key(&id, &rotation).await) {
            created(&rotated.data.attributes.token);
        }
        printed(client.delete_api_key(&id).await);
    }
}

async fn keyshield(provider: &keyshield::Keyshield) {
    use keyshield::types::{CreateApiKeyRequest, UpdateApiKeyRequest, VerifyApiKeyRequest};
    let client = about_to(provider.client());
    for round in 0..ROUNDS {
        let new = about_to(CreateApiKeyRequest::new(format!("key {round}")));
        let Some(issued) = printed(client.create_api_key(&new).await) else { continue };
        created(&issued.api_key);
        let id = issued.entity.id;
        printed(client.get_api_key(&id).await);
        printed(client.list_api_keys(&Default::default()).await);
        printed(client.search_api_keys(&Default::default(), &Default::default()).await);
        printed(client.verify_api_key(&about_to(VerifyApiKeyRequest::new(issued.api_key))).await);
        printed(client.deactivate_api_key(&id).await);
        printed(client.activate_api_key(&id).await);
        printed(client.update_api_key(&id, &about_to(UpdateApiKeyRequest::default())).await);
        printed(client.delete_api_key(&id).await);
    }
}

async fn fastapi(provider: &fastapi::FastApi) {
    use fastapi::types::CreateApiKeyRequest;
    let client = about_to(provider.client());
    for round in 0..ROUNDS {
        let new = about_to(CreateApiKeyRequest::new().description(format!("key {round}")));
        let Some(issued) = printed(client.create_api_key(&new).await) else { continue };
        created(&issued.key);
        let id = issued.id;
        printed(client.get_api_key(&id).await);
        printed(client.list_api_keys().await);
        printed(client.deactivate_api_key(&id).await);
    }
}

/// Values that contain a secret, and values that are constructed with one.
#[test]
fn values_do_not_print_their_secret() {
    let record = Record::install();
    let secret = "sk_live_printed/0123456789+abc=";
    record.secret(secret);
    let key = SecretKey::new(secret);
    record.value(&key);
    record.value(&SecretBytes::new(secret));
    record.value(&SecretSource::from(secret));
    record.value(&Authentication::bearer(key.clone()));
    record.value(&Authentication::header("x-api-key", key.clone()));
    let builder =
        Client::builder("https://api.example.com").authentication(Authentication::bearer(key.clone()));
    record.value(&builder);
    record.value(&builder.build().unwrap());
    record.value(&Client::builder(format!("https://user:{secret}@example.com")).build().map_err(|error| {
        record.error(&error);
    }));
    for bad in [format!("{secret}\n"), format!("{secret} and more")] {
        let wrong = Client::builder("https://example.com").authentication(Authentication::bearer(bad));
        record.value(&wrong.build().map_err(|error| record.error(&error)));
    }
    let known = api_keys::ApiKey::new(KeyId::new("key_1").unwrap());
    record.value(&IssuedKey::new(known.clone(), key.clone()));
    record.value(&Verification::valid(known.clone()));
    let issued = IssuedKey::new(known, key);
    record.error(&issued.field_not_applied("clerk", api_keys::Operation::Create, "scopes"));
    assert_eq!(record.leak(), None);
}
