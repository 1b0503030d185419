//! Comparison of the document served by the router with ours.

use api_keys_live_tests::document::{self, Statements, assert_listed, differences};
use api_keys_live_tests::exchange::ask;
use serde_json::Value;

use crate::server;

#[tokio::test]
async fn served_document_is_unchanged() {
    let Some(server) = server() else { return };
    let response = ask("GET", &format!("{}/openapi.json", server.base_url()), &[]).await.unwrap();
    let served: Value = serde_json::from_slice(response.body()).unwrap();
    let mut statements = document::operations(&served);
    for (name, _) in served["components"]["schemas"].as_object().unwrap() {
        statements.extend(
            document::schema(&served, name).into_iter().map(|statement| format!("{name} {statement}")),
        );
    }
    let known = include_str!("../../documents/keyshield.txt").lines().map(str::to_owned);
    let differences = differences(&Statements::from_iter(known), &statements);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn served_document_matches_ours() {
    let Some(server) = server() else { return };
    let response = ask("GET", &format!("{}/openapi.json", server.base_url()), &[]).await.unwrap();
    let theirs: Value = serde_json::from_slice(response.body()).unwrap();
    let ours: Value =
        serde_json::from_str(include_str!("../../../../openapi/keyshield/openapi.json")).unwrap();
    let names = [
        ("ApiKeyCreateIn", "CreateApiKeyRequest"),
        ("ApiKeyUpdateIn", "UpdateApiKeyRequest"),
        ("ApiKeySearchIn", "SearchApiKeysRequest"),
        ("ApiKeyVerifyIn", "VerifyApiKeyRequest"),
        ("ApiKeyCreatedOut", "IssuedApiKey"),
        ("ApiKeySearchOut", "ApiKeyPage"),
        ("ApiKeyOut", "ApiKey"),
        ("SortableColumn", "SortBy"),
        ("HTTPValidationError", "ErrorResponse"),
    ];
    let compare = |theirs, ours| differences(&document::renamed(theirs, &names), &ours);

    // Responses of the application's authentication, and of failing servers.
    let mut listed = vec![];
    for operation in OPERATIONS {
        let failures = ["401: ErrorResponse", "403: ErrorResponse", "500: ErrorResponse"];
        let failures = failures.into_iter().chain(["500: string as text/plain"]);
        listed.extend(failures.map(|response| format!("+ {operation} {response}")));
        if READING_A_BODY.contains(&operation) {
            listed.push(format!("+ {operation} 400: ErrorResponse"));
        }
        if operation.contains('{') {
            listed.push(format!("+ {operation} 404: ErrorResponse"));
            // Every string is a valid id.
            if !operation.starts_with("PATCH") {
                listed.push(format!("- {operation} 422: ErrorResponse"));
            }
        }
    }
    for operation in ["GET /api-keys/", "POST /api-keys/search"] {
        for (theirs, ours, rest) in [
            ("limit?: integer", "limit?: integer int64", "default 50, exclusiveMinimum 0, maximum 100"),
            ("offset?: integer", "offset?: integer int64", "default 0, minimum 0"),
        ] {
            listed.push(format!("- {operation} query {theirs}, {rest}"));
            listed.push(format!("+ {operation} query {ours}, {rest}"));
        }
    }
    let count =
        ["200: ApiKeyCountOut", "422: ErrorResponse", "body: SearchApiKeysRequest", "wants http bearer"];
    listed.extend(count.map(|statement| format!("- POST /api-keys/count {statement}")));
    assert_listed(compare(document::operations(&theirs), document::operations(&ours)), &listed);

    for (their_name, our_name) in names {
        let found = compare(document::schema(&theirs, their_name), document::schema(&ours, our_name));
        let listed: Vec<_> = MEMBERS.iter().filter(|(schema, ..)| *schema == our_name).collect();
        let listed: Vec<_> = listed
            .iter()
            .flat_map(|(_, theirs, ours)| [format!("- {theirs}"), format!("+ {ours}")])
            .collect();
        assert_listed(found, &listed);
    }
}

const OPERATIONS: [&str; 9] = [
    "POST /api-keys/",
    "GET /api-keys/",
    "POST /api-keys/search",
    "POST /api-keys/verify",
    "GET /api-keys/{api_key_id}",
    "PATCH /api-keys/{api_key_id}",
    "DELETE /api-keys/{api_key_id}",
    "POST /api-keys/{api_key_id}/activate",
    "POST /api-keys/{api_key_id}/deactivate",
];

const READING_A_BODY: [&str; 4] =
    ["POST /api-keys/", "POST /api-keys/search", "POST /api-keys/verify", "PATCH /api-keys/{api_key_id}"];

/// Returns the differences of a schema's members: the router's, then ours.
const MEMBERS: [(&str, &str, &str); 32] = [
    (
        "CreateApiKeyRequest",
        "description?: string, maxLength 1024 | null",
        "description?: string, maxLength 1024",
    ),
    ("CreateApiKeyRequest", "expires_at?: string date-time | null", "expires_at?: string date-time"),
    (
        "UpdateApiKeyRequest",
        "description?: string, maxLength 1024 | null",
        "description?: string, maxLength 1024",
    ),
    ("UpdateApiKeyRequest", "expires_at?: string date-time | null", "expires_at?: string date-time"),
    ("UpdateApiKeyRequest", "is_active?: boolean | null", "is_active?: boolean"),
    (
        "UpdateApiKeyRequest",
        "name?: string, maxLength 128, minLength 1 | null",
        "name?: string, maxLength 128, minLength 1",
    ),
    (
        "UpdateApiKeyRequest",
        "scopes?: [string, pattern \"^[a-z][a-z0-9:_\\\\-]*$\"] | null",
        "scopes?: [string, pattern \"^[a-z][a-z0-9:_\\\\-]*$\"]",
    ),
    ("SearchApiKeysRequest", "is_active?: boolean | null", "is_active?: boolean"),
    ("SearchApiKeysRequest", "never_used?: boolean | null", "never_used?: boolean"),
    ("SearchApiKeysRequest", "created_after?: string date-time | null", "created_after?: string date-time"),
    ("SearchApiKeysRequest", "created_before?: string date-time | null", "created_before?: string date-time"),
    ("SearchApiKeysRequest", "expires_after?: string date-time | null", "expires_after?: string date-time"),
    ("SearchApiKeysRequest", "expires_before?: string date-time | null", "expires_before?: string date-time"),
    (
        "SearchApiKeysRequest",
        "last_used_after?: string date-time | null",
        "last_used_after?: string date-time",
    ),
    (
        "SearchApiKeysRequest",
        "last_used_before?: string date-time | null",
        "last_used_before?: string date-time",
    ),
    ("SearchApiKeysRequest", "name_contains?: string | null", "name_contains?: string"),
    ("SearchApiKeysRequest", "name_exact?: string | null", "name_exact?: string"),
    (
        "SearchApiKeysRequest",
        "scopes_contain_all?: [string, pattern \"^[a-z][a-z0-9:_\\\\-]*$\"] | null",
        "scopes_contain_all?: [string, pattern \"^[a-z][a-z0-9:_\\\\-]*$\"]",
    ),
    (
        "SearchApiKeysRequest",
        "scopes_contain_any?: [string, pattern \"^[a-z][a-z0-9:_\\\\-]*$\"] | null",
        "scopes_contain_any?: [string, pattern \"^[a-z][a-z0-9:_\\\\-]*$\"]",
    ),
    ("VerifyApiKeyRequest", "api_key: string, minLength 1", "api_key: string password, minLength 1"),
    ("VerifyApiKeyRequest", "required_scopes?: [string] | null", "required_scopes?: [string]"),
    ("IssuedApiKey", "api_key: string", "api_key: string password"),
    ("ApiKeyPage", "limit: integer", "limit: integer int64"),
    ("ApiKeyPage", "offset: integer", "offset: integer int64"),
    ("ApiKeyPage", "total: integer", "total: integer int64"),
    ("ApiKey", "created_at?: string date-time | null", "created_at: string date-time | null"),
    ("ApiKey", "expires_at?: string date-time | null", "expires_at: string date-time | null"),
    ("ApiKey", "last_used_at?: string date-time | null", "last_used_at: string date-time | null"),
    ("ApiKey", "description?: string | null", "description: string | null"),
    ("ApiKey", "name?: string | null", "name: string | null"),
    ("ApiKey", "scopes?: [string]", "scopes: [string]"),
    ("ErrorResponse", "detail?: [ValidationError]", "detail?: ErrorDetail"),
];
