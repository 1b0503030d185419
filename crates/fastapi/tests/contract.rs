//! Contract tests: requests and responses, compared to the document.

use std::sync::LazyLock;

use api_keys_contract_tests::mock_server::{Server, response_with};
use api_keys_contract_tests::perform::perform;
use api_keys_contract_tests::{
    Args, CREDENTIAL, Calls, Connection, Document, Vendor, contract_tests, issued, plain, without_retries,
};
use api_keys_core::Operation;
use api_keys_fastapi::types::{CreateApiKeyRequest, Role};
use api_keys_fastapi::{CAPABILITIES, Client, FastApiConfig};

static VENDOR: Vendor = Vendor {
    name: "fastapi",
    document: LazyLock::new(|| Document::of("fastapi")),
    capabilities: CAPABILITIES,
    base_path: "/mounted",
    default_path: "",
    id: "00000000-0000-4000-8000-0000000000aa",
    owner: "",
    inactive_query: None,
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = FastApiConfig::new(base_url, credential).http(without_retries()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, args| {
        Box::pin(async { issued(client.create_api_key(&create(args)).await, |key| &key.key) })
    }),
    ("listApiKeys", |client, _| Box::pin(async { plain(client.list_api_keys().await) })),
    ("getApiKey", |client, args| Box::pin(async { plain(client.get_api_key(args.id).await) })),
    ("deactivateApiKey", |client, args| Box::pin(async { plain(client.deactivate_api_key(args.id).await) })),
];

fn create(args: &Args<'_>) -> CreateApiKeyRequest {
    match args.all {
        false => CreateApiKeyRequest::new(),
        true => CreateApiKeyRequest::new().description("nightly export").roles([Role::TaskAdmin]),
    }
}

contract_tests!(VENDOR);

#[tokio::test]
async fn path_slash_and_header_are_configurable() {
    let server = Server::start().await;
    let config = FastApiConfig::new(server.uri(), CREDENTIAL)
        .prefix("/api/keys")
        .collection_slash(false)
        .header("X-API-Key");
    let provider = config.build().unwrap();
    for operation in [Operation::Create, Operation::Get, Operation::List, Operation::Revoke] {
        server.respond(response_with(500, "", "")).await;
        let _ = perform(&VENDOR, &provider, operation, &VENDOR.key_id()).await;
        let requested = server.requests().await;
        let (method, path) = match operation {
            Operation::Create => ("POST", "/api/keys".to_owned()),
            Operation::List => ("GET", "/api/keys".to_owned()),
            Operation::Get => ("GET", format!("/api/keys/{}", VENDOR.id)),
            _ => ("DELETE", format!("/api/keys/deactivate/{}", VENDOR.id)),
        };
        assert_eq!((requested[0].method.as_str(), requested[0].url.path()), (method, &*path));
        assert_eq!(requested[0].headers["x-api-key"], CREDENTIAL);
        assert!(!requested[0].headers.contains_key("authorization"));
    }
}
