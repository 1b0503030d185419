//! The MCP server.

use std::sync::LazyLock;

use api_keys_mcp::types::{
    CreateApiKeyBody, CreateApiKeyRequest, HttpCredentials, WrappedCreateApiKeyRequest,
};
use api_keys_mcp::{Client, McpConfig};
use futures_util::FutureExt;

use crate::connection::{CREDENTIAL, Calls, Connection, Given, Vendor, once};
use crate::document::Document;
use crate::outcome::{issued, plain};

pub(super) static VENDOR: Vendor = Vendor {
    name: "mcp",
    document: LazyLock::new(|| Document::of("mcp")),
    base_path: "/mounted",
    id: "0f1e2d3c4b5a6978",
    owner: "",
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = McpConfig::new(base_url, credential).http(once()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("listApiKeys", |client, given| {
        async { plain(client.list_api_keys(credentials(given).as_ref()).await) }.boxed()
    }),
    ("createApiKey", |client, given| {
        async { issued(client.create_api_key(&create(given)).await, |key| &key.api_key) }.boxed()
    }),
    ("rotateApiKey", |client, given| {
        async {
            let response = client.rotate_api_key(given.id, credentials(given).as_ref()).await;
            issued(response, |key| &key.new_api_key)
        }
        .boxed()
    }),
    ("revokeApiKey", |client, given| {
        async { plain(client.revoke_api_key(given.id, credentials(given).as_ref()).await) }.boxed()
    }),
];

/// In the body they are for old servers only.
fn credentials(given: &Given<'_>) -> Option<HttpCredentials> {
    given.all.then(|| HttpCredentials::new("Bearer", CREDENTIAL))
}

fn create(given: &Given<'_>) -> CreateApiKeyBody {
    let request = CreateApiKeyRequest::new("nightly export");
    match credentials(given) {
        None => request.into(),
        Some(credentials) => WrappedCreateApiKeyRequest::new(request.expires_days(90), credentials).into(),
    }
}
