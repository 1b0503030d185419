//! The `demo` command.

use std::collections::BTreeSet;

use api_keys_core::{ApiKeyProvider, ListQuery};
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::{Value, json};

use super::connect;

on_every_version! {
    demo_passes,
}

async fn demo_passes(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let (base_url, token) = (server.base_url(), server.token());
    let arguments =
        ["api-keys", "demo", "--provider", "better-auth", "--base-url", base_url, "--token", token, "--json"];
    let mut printed = Vec::new();
    let status = api_keys_cli::run(arguments.map(Into::into), &mut printed, false).await;
    let printed = String::from_utf8(printed).unwrap();
    assert_eq!(status, 0, "{printed}");

    let document: Value = serde_json::from_str(&printed).unwrap();
    let operations = document["providers"][0]["operations"].as_array().unwrap();
    let with_outcome = |outcome: &str| -> BTreeSet<_> {
        let operations = operations.iter().filter(|operation| operation["outcome"] == outcome);
        operations.map(|operation| operation["operation"].as_str().unwrap()).collect()
    };
    assert_eq!(with_outcome("ok"), BTreeSet::from(["create", "get", "list", "update", "revoke", "delete"]));
    assert_eq!(with_outcome("refused"), BTreeSet::from(["verify", "reveal", "rotate"]));
    assert_eq!(document["providers"][0]["left_behind"], json!([]));

    let left = connect(&server).list(ListQuery::new().include_inactive(true)).await.unwrap();
    assert_eq!(left.items, []);
}
