//! better-auth.

use std::sync::LazyLock;

use api_keys_better_auth::types::{
    CreateApiKeyRequest, DeleteApiKeyRequest, SortDirection, UpdateApiKeyRequest,
};
use api_keys_better_auth::{BetterAuthConfig, Client, GetApiKeyOptions, ListApiKeysOptions};
use futures_util::FutureExt;
use serde_json::{Map, Value, json};

use crate::connection::{Calls, Connection, Given, Vendor, once};
use crate::document::Document;
use crate::outcome::{issued, plain};

pub(super) static VENDOR: Vendor = Vendor {
    name: "better-auth",
    document: LazyLock::new(|| Document::of("better-auth")),
    base_path: "/api/auth",
    id: "Qm4T0ZkVh2sYb8NdLw6RcXe1JuPf5aGo",
    owner: "u7Kd2mXwQ9",
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = BetterAuthConfig::new(base_url, credential).http(once()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, given| {
        async { issued(client.create_api_key(&create(given)).await, |key| &key.key) }.boxed()
    }),
    ("getApiKey", |client, given| async { plain(client.get_api_key(given.id, &get(given)).await) }.boxed()),
    ("listApiKeys", |client, given| async { plain(client.list_api_keys(&list(given)).await) }.boxed()),
    ("updateApiKey", |client, given| async { plain(client.update_api_key(&update(given)).await) }.boxed()),
    ("deleteApiKey", |client, given| async { plain(client.delete_api_key(&delete(given)).await) }.boxed()),
];

fn create(given: &Given<'_>) -> CreateApiKeyRequest {
    match given.all {
        false => CreateApiKeyRequest::new(),
        true => CreateApiKeyRequest::new()
            .name("nightly export")
            .expires_in(7_776_000.0)
            .prefix("exp_")
            .metadata(metadata())
            .config_id("ci")
            .organization_id("org"),
    }
}

fn get(given: &Given<'_>) -> GetApiKeyOptions {
    match given.all {
        false => GetApiKeyOptions::new(),
        true => GetApiKeyOptions::new().config_id("ci"),
    }
}

fn list(given: &Given<'_>) -> ListApiKeysOptions {
    match given.all {
        false => ListApiKeysOptions::new(),
        true => ListApiKeysOptions::new()
            .config_id("ci")
            .organization_id("org")
            .limit(10)
            .offset(20)
            .sort_by("createdAt")
            .sort_direction(SortDirection::Desc),
    }
}

fn update(given: &Given<'_>) -> UpdateApiKeyRequest {
    match given.all {
        false => UpdateApiKeyRequest::new(given.id),
        true => UpdateApiKeyRequest::new(given.id)
            .config_id("ci")
            .name("weekly export")
            .enabled(false)
            .expires_in(86_400.0)
            .metadata(metadata()),
    }
}

fn delete(given: &Given<'_>) -> DeleteApiKeyRequest {
    match given.all {
        false => DeleteApiKeyRequest::new(given.id),
        true => DeleteApiKeyRequest::new(given.id).config_id("ci"),
    }
}

fn metadata() -> Map<String, Value> {
    Map::from_iter([("team".to_owned(), json!("data"))])
}
