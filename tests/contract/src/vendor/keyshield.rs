//! An application that mounts keyshield.

use std::sync::LazyLock;

use api_keys_keyshield::types::{
    CreateApiKeyRequest, SearchApiKeysRequest, SortBy, UpdateApiKeyRequest, VerifyApiKeyRequest,
};
use api_keys_keyshield::{Client, KeyshieldConfig, ListApiKeysOptions, SearchApiKeysOptions};
use futures_util::FutureExt;

use crate::connection::{Calls, Connection, Given, Vendor, once};
use crate::document::Document;
use crate::outcome::{issued, plain};

pub(super) static VENDOR: Vendor = Vendor {
    name: "keyshield",
    document: LazyLock::new(|| Document::of("keyshield")),
    base_path: "/mounted",
    id: "8f14e45fceea467f9a1b2c3d4e5f6071",
    owner: "",
    // The status is also that of an invalid credential.
    rejects_secret: |_, body| {
        body.is_some_and(|body| {
            let detail = body["detail"].as_str().unwrap_or_default();
            matches!(detail, "API key invalid" | "API key inactive" | "API key expired")
        })
    },
    connect: |base_url, credential| {
        let provider = KeyshieldConfig::new(base_url, credential).http(once()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, given| {
        async { issued(client.create_api_key(&create(given)).await, |key| &key.api_key) }.boxed()
    }),
    ("listApiKeys", |client, given| async { plain(client.list_api_keys(&list(given)).await) }.boxed()),
    ("searchApiKeys", |client, given| {
        let (request, options) = search(given);
        async move { plain(client.search_api_keys(&request, &options).await) }.boxed()
    }),
    ("verifyApiKey", |client, given| async { plain(client.verify_api_key(&verify(given)).await) }.boxed()),
    ("getApiKey", |client, given| async { plain(client.get_api_key(given.id).await) }.boxed()),
    ("updateApiKey", |client, given| {
        async { plain(client.update_api_key(given.id, &update(given)).await) }.boxed()
    }),
    ("deleteApiKey", |client, given| async { plain(client.delete_api_key(given.id).await) }.boxed()),
    ("activateApiKey", |client, given| async { plain(client.activate_api_key(given.id).await) }.boxed()),
    ("deactivateApiKey", |client, given| async { plain(client.deactivate_api_key(given.id).await) }.boxed()),
];

const TIME: &str = "2027-02-18T21:21:56Z";

fn create(given: &Given<'_>) -> CreateApiKeyRequest {
    let request = CreateApiKeyRequest::new("nightly export");
    match given.all {
        false => request,
        true => request
            .description("Reads the warehouse at night.")
            .with_is_active(false)
            .scopes(["files:read"])
            .expires_at(TIME),
    }
}

fn list(given: &Given<'_>) -> ListApiKeysOptions {
    match given.all {
        false => ListApiKeysOptions::new(),
        true => ListApiKeysOptions::new().offset(20).limit(10),
    }
}

fn search(given: &Given<'_>) -> (SearchApiKeysRequest, SearchApiKeysOptions) {
    match given.all {
        false => (SearchApiKeysRequest::new(), SearchApiKeysOptions::new()),
        true => (
            SearchApiKeysRequest::new()
                .with_is_active(true)
                .expires_before(TIME)
                .expires_after(TIME)
                .created_before(TIME)
                .created_after(TIME)
                .last_used_before(TIME)
                .last_used_after(TIME)
                .never_used(false)
                .scopes_contain_all(["files:read"])
                .scopes_contain_any(["files:write"])
                .name_contains("export")
                .name_exact("nightly export")
                .order_by(SortBy::Id)
                .order_desc(false),
            SearchApiKeysOptions::new().offset(20).limit(10),
        ),
    }
}

fn verify(given: &Given<'_>) -> VerifyApiKeyRequest {
    let request = VerifyApiKeyRequest::new("ak_secret_to_verify");
    match given.all {
        false => request,
        true => request.required_scopes(["files:read"]),
    }
}

fn update(given: &Given<'_>) -> UpdateApiKeyRequest {
    match given.all {
        false => UpdateApiKeyRequest::new(),
        true => UpdateApiKeyRequest::new()
            .name("weekly export")
            .description("Reads the warehouse weekly.")
            .with_is_active(false)
            .scopes(["files:read"])
            .expires_at(TIME)
            .clear_expires(false),
    }
}
