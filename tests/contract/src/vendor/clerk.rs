//! Clerk.

use std::sync::LazyLock;

use api_keys_clerk::types::{
    CreateApiKeyRequest, IncludeInvalid, RevokeApiKeyRequest, UpdateApiKeyRequest, VerifyApiKeyRequest,
};
use api_keys_clerk::{ClerkConfig, Client, ListApiKeysOptions};
use futures_util::FutureExt;
use serde_json::json;

use crate::connection::{Calls, Connection, Given, Vendor, once};
use crate::document::Document;
use crate::outcome::{issued, plain};

pub(super) static VENDOR: Vendor = Vendor {
    name: "clerk",
    document: LazyLock::new(|| Document::of("clerk")),
    base_path: "/v1",
    id: "ak_0123456789abcdef0123456789abcdef",
    owner: OWNER,
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = ClerkConfig::new(credential).base_url(base_url).http(once()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const OWNER: &str = "user_0123456789abcdefghijklmnopq";

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, given| {
        async { issued(client.create_api_key(&create(given)).await, |key| &key.secret) }.boxed()
    }),
    ("listApiKeys", |client, given| async { plain(client.list_api_keys(OWNER, &list(given)).await) }.boxed()),
    ("getApiKey", |client, given| async { plain(client.get_api_key(given.id).await) }.boxed()),
    ("updateApiKey", |client, given| {
        async { plain(client.update_api_key(given.id, &update(given)).await) }.boxed()
    }),
    ("deleteApiKey", |client, given| async { plain(client.delete_api_key(given.id).await) }.boxed()),
    ("getApiKeySecret", |client, given| {
        async { issued(client.get_api_key_secret(given.id).await, |key| &key.secret) }.boxed()
    }),
    ("revokeApiKey", |client, given| {
        async { plain(client.revoke_api_key(given.id, &revoke(given)).await) }.boxed()
    }),
    ("verifyApiKey", |client, _| {
        async { plain(client.verify_api_key(&VerifyApiKeyRequest::new("ak_secret_to_verify")).await) }.boxed()
    }),
];

fn create(given: &Given<'_>) -> CreateApiKeyRequest {
    let request = CreateApiKeyRequest::new("nightly export", OWNER);
    match given.all {
        false => request,
        true => request
            .r#type("api_key")
            .description("Reads the warehouse at night.")
            .claims(json!({ "team": "data" }))
            .scopes(["files:read"])
            .created_by(OWNER)
            .seconds_until_expiration(7_776_000.0),
    }
}

fn list(given: &Given<'_>) -> ListApiKeysOptions {
    match given.all {
        false => ListApiKeysOptions::new(),
        true => ListApiKeysOptions::new()
            .r#type("api_key")
            .include_invalid(IncludeInvalid::True)
            .limit(10)
            .offset(20)
            .query("a b&c=d"),
    }
}

fn update(given: &Given<'_>) -> UpdateApiKeyRequest {
    match given.all {
        false => UpdateApiKeyRequest::new(),
        true => UpdateApiKeyRequest::new()
            .description("Reads the warehouse weekly.".to_owned())
            .claims(json!({ "team": "data" }))
            .scopes(["files:read"])
            .subject(OWNER)
            .seconds_until_expiration(86_400.0),
    }
}

fn revoke(given: &Given<'_>) -> RevokeApiKeyRequest {
    match given.all {
        false => RevokeApiKeyRequest::new(),
        true => RevokeApiKeyRequest::new().revocation_reason("leaked"),
    }
}
