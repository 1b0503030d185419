//! The command, as an operator uses it.

use std::io::Write as _;

use api_keys_core::SecretKey;
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::is_live;

on_every_version! {
    command_lifecycle,
}

/// A configuration with one provider.
struct Operator(NamedTempFile);

impl Operator {
    fn of(server: &Server) -> Self {
        let mut file = NamedTempFile::new().unwrap();
        let (base_url, token) = (server.base_url(), server.token());
        let settings = format!("vendor = \"better-auth\"\nbase_url = \"{base_url}\"\ntoken = \"{token}\"");
        write!(file, "[providers.app]\n{settings}\n").unwrap();
        Self(file)
    }

    /// Runs the command, checks its exit status and returns its output.
    async fn gets(&self, status: u8, arguments: &[&str]) -> String {
        let config = ["--config", self.0.path().to_str().unwrap()];
        let line = ["api-keys"].iter().chain(arguments).chain(&config).map(Into::into);
        let mut printed = Vec::new();
        let ended = api_keys_cli::run(line, &mut printed, false).await;
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(ended, status, "{arguments:?}: {printed}");
        printed
    }

    async fn gets_json(&self, status: u8, arguments: &[&str]) -> Value {
        let printed = self.gets(status, &[arguments, &["--output", "json"]].concat()).await;
        serde_json::from_str(&printed).unwrap()
    }
}

async fn command_lifecycle(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let operator = Operator::of(&server);
    assert_eq!(operator.gets_json(0, &["providers"]).await["providers"][0]["check"], "ok");

    let issued = operator.gets_json(0, &["create", "ci", "--metadata", r#"{"team":"infra"}"#]).await;
    let id = issued["key"]["id"].as_str().unwrap();
    let secret = SecretKey::new(issued["secret"].as_str().unwrap());
    assert!(is_live(&server, &secret).await);

    for format in ["table", "json", "jsonl", "csv"] {
        let printed = operator.gets(0, &["list", "--output", format]).await;
        assert!(printed.contains(id) && !printed.contains(secret.expose()), "{format}");
    }
    let updated = operator
        .gets_json(0, &["update", id, "--name", "ci-2", "--clear-metadata", "--expires", "90d"])
        .await;
    assert_eq!((&updated["key"]["name"], &updated["key"]["metadata"]), (&json!("ci-2"), &Value::Null));
    assert_eq!(operator.gets_json(0, &["get", id]).await["key"]["expiry"], "at");
    for command in ["rotate", "reveal"] {
        operator.gets(2, &[command, id, "--secret-stdout"]).await;
    }
    operator.gets(2, &["verify"]).await;
    assert!(is_live(&server, &secret).await, "unsupported operations change nothing");

    operator.gets(2, &["disable", id]).await;
    operator.gets(0, &["disable", id, "--dry-run"]).await;
    assert!(is_live(&server, &secret).await, "disabled without confirmation");
    for (command, live) in [("disable", false), ("enable", true), ("revoke", false)] {
        operator.gets(0, &[command, id, "--yes"]).await;
        assert_eq!(is_live(&server, &secret).await, live, "{command}");
    }
    assert!(!operator.gets(0, &["list"]).await.contains(id));
    assert!(operator.gets(0, &["list", "--all"]).await.contains(id));
    let sarif = operator.gets(5, &["audit", "--output", "sarif", "--fail-on", "note"]).await;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "disabled");

    operator.gets(0, &["delete", id, "--yes"]).await;
    operator.gets(1, &["get", id]).await;
}
