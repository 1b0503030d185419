//! Contract tests: requests and responses, compared to the document.

use std::sync::LazyLock;

use api_keys_contract_tests::{
    Args, Calls, Connection, Document, Vendor, contract_tests, issued, plain, without_retries,
};
use api_keys_latitude_sh::types::{
    CreateApiKeyAttributes, CreateApiKeyData, CreateApiKeyRequest, ResourceType, UpdateApiKeyAttributes,
    UpdateApiKeyData, UpdateApiKeyRequest,
};
use api_keys_latitude_sh::{CAPABILITIES, Client, LatitudeShConfig};

static VENDOR: Vendor = Vendor {
    name: "latitude-sh",
    document: LazyLock::new(|| Document::of("latitude-sh")),
    capabilities: CAPABILITIES,
    base_path: "",
    default_path: "",
    id: "tok_0ExAmPle",
    owner: "",
    inactive_query: None,
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider =
            LatitudeShConfig::new(credential).base_url(base_url).http(without_retries()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("listApiKeys", |client, _| Box::pin(async { plain(client.list_api_keys().await) })),
    ("createApiKey", |client, args| {
        Box::pin(async {
            issued(client.create_api_key(&create(args)).await, |response| &response.data.attributes.token)
        })
    }),
    ("regenerateApiKey", |client, args| {
        Box::pin(async {
            let response = client.regenerate_api_key(args.id, &update(args)).await;
            issued(response, |response| &response.data.attributes.token)
        })
    }),
    ("updateApiKey", |client, args| {
        Box::pin(async { plain(client.update_api_key(args.id, &update(args)).await) })
    }),
    ("deleteApiKey", |client, args| Box::pin(async { plain(client.delete_api_key(args.id).await) })),
];

fn create(args: &Args<'_>) -> CreateApiKeyRequest {
    let attributes = CreateApiKeyAttributes::new("nightly export");
    let attributes = match args.all {
        false => attributes,
        true => attributes.read_only(true).allowed_ips(["192.0.2.0/24"]),
    };
    CreateApiKeyRequest::new(CreateApiKeyData::new(ResourceType::ApiKeys, attributes))
}

fn update(args: &Args<'_>) -> UpdateApiKeyRequest {
    let attributes =
        || UpdateApiKeyAttributes::new().name("weekly export").read_only(true).allowed_ips(["192.0.2.0/24"]);
    UpdateApiKeyRequest::new(match args.all {
        false => UpdateApiKeyData::new(ResourceType::ApiKeys),
        // The id in the body has a form of its own, which a test of odd ids in the path must not break.
        true => UpdateApiKeyData::new(ResourceType::ApiKeys).id("tok_0ExAmPle").attributes(attributes()),
    })
}

contract_tests!(VENDOR);
