//! Latitude.sh.

use std::sync::LazyLock;

use api_keys_latitude_sh::types::{
    CreateApiKeyAttributes, CreateApiKeyData, CreateApiKeyRequest, ResourceType, UpdateApiKeyAttributes,
    UpdateApiKeyData, UpdateApiKeyRequest,
};
use api_keys_latitude_sh::{Client, LatitudeShConfig};
use futures_util::FutureExt;

use crate::connection::{Calls, Connection, Given, Vendor, once};
use crate::document::Document;
use crate::outcome::{issued, plain};

pub(super) static VENDOR: Vendor = Vendor {
    name: "latitude-sh",
    document: LazyLock::new(|| Document::of("latitude-sh")),
    base_path: "",
    id: "tok_0ExAmPle",
    owner: "",
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = LatitudeShConfig::new(credential).base_url(base_url).http(once()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("listApiKeys", |client, _| async { plain(client.list_api_keys().await) }.boxed()),
    ("createApiKey", |client, given| {
        async {
            issued(client.create_api_key(&create(given)).await, |response| &response.data.attributes.token)
        }
        .boxed()
    }),
    ("regenerateApiKey", |client, given| {
        async {
            let response = client.regenerate_api_key(given.id, &update(given)).await;
            issued(response, |response| &response.data.attributes.token)
        }
        .boxed()
    }),
    ("updateApiKey", |client, given| {
        async { plain(client.update_api_key(given.id, &update(given)).await) }.boxed()
    }),
    ("deleteApiKey", |client, given| async { plain(client.delete_api_key(given.id).await) }.boxed()),
];

fn create(given: &Given<'_>) -> CreateApiKeyRequest {
    let attributes = CreateApiKeyAttributes::new("nightly export");
    let attributes = match given.all {
        false => attributes,
        true => attributes.read_only(true).allowed_ips(["192.0.2.0/24"]),
    };
    CreateApiKeyRequest::new(CreateApiKeyData::new(ResourceType::ApiKeys, attributes))
}

fn update(given: &Given<'_>) -> UpdateApiKeyRequest {
    let attributes =
        || UpdateApiKeyAttributes::new().name("weekly export").read_only(true).allowed_ips(["192.0.2.0/24"]);
    UpdateApiKeyRequest::new(match given.all {
        false => UpdateApiKeyData::new(ResourceType::ApiKeys),
        // The id in the body has a form of its own, which a test of odd ids in the path must not break.
        true => UpdateApiKeyData::new(ResourceType::ApiKeys).id("tok_0ExAmPle").attributes(attributes()),
    })
}
