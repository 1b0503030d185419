//! A FastAPI service.

use std::sync::LazyLock;

use api_keys_fastapi::types::{CreateApiKeyRequest, Role};
use api_keys_fastapi::{Client, FastApiConfig};
use futures_util::FutureExt;

use crate::connection::{Calls, Connection, Given, Vendor, once};
use crate::document::Document;
use crate::outcome::{issued, plain};

pub(super) static VENDOR: Vendor = Vendor {
    name: "fastapi",
    document: LazyLock::new(|| Document::of("fastapi")),
    base_path: "/mounted",
    id: "00000000-0000-4000-8000-0000000000aa",
    owner: "",
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = FastApiConfig::new(base_url, credential).http(once()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, given| {
        async { issued(client.create_api_key(&create(given)).await, |key| &key.key) }.boxed()
    }),
    ("listApiKeys", |client, _| async { plain(client.list_api_keys().await) }.boxed()),
    ("getApiKey", |client, given| async { plain(client.get_api_key(given.id).await) }.boxed()),
    ("deactivateApiKey", |client, given| async { plain(client.deactivate_api_key(given.id).await) }.boxed()),
];

fn create(given: &Given<'_>) -> CreateApiKeyRequest {
    match given.all {
        false => CreateApiKeyRequest::new(),
        true => CreateApiKeyRequest::new().description("nightly export").roles([Role::TaskAdmin]),
    }
}
