//! Commands on keys, in a pipe, with the in-memory provider and emulators.

mod support;

use api_keys_emulator::{Emulator, Vendor};
use serde_json::{Value, json};
use support::{Home, OWNER, emulated, finish};

#[test]
fn lifecycle_of_a_key() {
    let home = Home::with_database();
    let (id, secret) = home.create(&[
        "ci",
        "--description",
        "for CI",
        "--owner",
        "org_1",
        "--scope",
        "read,write",
        "--scope",
        "deploy",
        "--expires",
        "90d",
        "--metadata",
        r#"{"team":"x"}"#,
        "--extra",
        "remaining=5",
    ]);
    let get = || home.run(&["get", &id, "--output", "json"]).expect(0).json()["key"].clone();
    let key = get();
    assert_eq!(key["scopes"], json!(["read", "write", "deploy"]));
    assert_eq!((&key["owner"], &key["metadata"]["team"]), (&json!("org_1"), &json!("x")));
    assert_eq!((&key["expiry"], &key["extra"]["remaining"]), (&json!("at"), &json!(5)));
    assert!(key.get("secret").is_none());

    home.run(&["update", &id, "--name", "ci-2", "--clear-description", "--no-scopes", "--expires", "never"])
        .expect(0);
    let key = get();
    assert_eq!((&key["name"], &key["description"]), (&json!("ci-2"), &Value::Null));
    assert_eq!((&key["scopes"], &key["expiry"]), (&json!([]), &json!("never")));

    home.run(&["disable", &id, "--yes"]).expect(0);
    assert_eq!(get()["status"], "disabled");
    home.run(&["enable", &id]).expect(0);
    assert_eq!(get()["status"], "active");

    let verify = |expected| {
        let mut command = home.command(&["verify", "--output", "json"]);
        finish(command.write_stdin(format!("{secret}\n"))).expect(expected).json()
    };
    let verified = verify(0);
    assert_eq!((&verified["valid"], &verified["key"]["id"]), (&json!(true), &json!(id)));
    home.run(&["revoke", &id, "--yes", "--reason", "leaked"]).expect(0);
    let verified = verify(5);
    assert_eq!((&verified["valid"], &verified["reason"]), (&json!(false), &json!("revoked")));

    home.run(&["delete", &id, "--yes"]).expect(0);
    home.run(&["get", &id]).expect(1).stderr_contains("key not found").stderr_contains("api-keys list --all");
}

#[test]
fn empty_name_is_rejected() {
    let home = Home::with_database();
    home.run(&["create", "", "--secret-stdout"]).expect(2).stderr_contains("<NAME>");
    assert!(home.keys(&[]).is_empty());
}

#[test]
fn empty_update_is_rejected() {
    let home = Home::with_database();
    let (id, _) = home.create(&["ci"]);
    home.run(&["update", &id]).expect(2);
}

#[test]
fn destructive_commands_require_yes_in_a_pipe() {
    let home = Home::with_database();
    let (id, secret) = home.create(&["ci"]);
    for command in ["revoke", "delete", "disable", "rotate"] {
        home.run(&[command, &id, "--output", "json"]).expect(2).stderr_contains("--yes");
        let done = home.run(&[command, &id, "--dry-run"]).expect(0);
        assert!(done.stdout.contains(&format!("would {command} {id} (ci)")), "{}", done.stdout);
        home.run(&[command, "no-such-key", "--dry-run"]).expect(1).stderr_contains("nothing was changed");
    }
    finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

#[test]
fn partial_success_exits_with_3() {
    let home = Home::with_database();
    let ((a, _), (b, _)) = (home.create(&["a"]), home.create(&["b"]));
    let done = home.run(&["revoke", &a, "nobody", &b, "--yes", "--output", "json"]).expect(3);
    let outcomes: Vec<_> =
        done.json()["actions"].as_array().unwrap().iter().map(|action| action["outcome"].clone()).collect();
    assert_eq!(outcomes, ["done", "failed", "done"]);
    assert!(home.keys(&[]).iter().all(|key| key["status"] == "revoked"));
}

#[test]
fn formats_have_the_same_fields() {
    let home = Home::with_database();
    home.create(&["a, \"b\"", "--scope", "x,y"]);
    home.create(&["plain"]);
    let csv = home.run(&["list", "--output", "csv"]).expect(0).stdout;
    let mut lines = csv.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    assert_eq!(
        header,
        [
            "provider",
            "vendor",
            "id",
            "name",
            "description",
            "status",
            "hint",
            "owner",
            "scopes",
            "created_at",
            "updated_at",
            "expiry",
            "expires_at",
            "last_used_at"
        ]
    );
    assert!(lines.next().unwrap().contains("\"a, \"\"b\"\"\""), "{csv}");
    let jsonl = home.run(&["list", "--output", "jsonl"]).expect(0).stdout;
    let keys: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(keys, home.keys(&[]));
    for name in header {
        assert!(keys[0].get(name).is_some(), "{name}");
    }
    assert!(keys[0]["created_at"].as_str().unwrap().ends_with('Z'));
    let table = home.run(&["list"]).expect(0).stdout;
    assert!(table.contains("just now") && !table.contains('\u{1b}'), "{table}");
}

#[test]
fn control_characters_are_replaced() {
    let home = Home::with_database();
    let (id, _) = home.create(&["a\u{1b}[2Jb"]);
    for arguments in [&["list"][..], &["get", &id], &["revoke", &id, "--dry-run"]] {
        let done = home.run(arguments).expect(0);
        assert!(!done.stdout.contains('\u{1b}') && done.stdout.contains("[2Jb"), "{:?}", done.stdout);
    }
}

#[test]
fn list_filters() {
    let home = Home::with_database();
    for (name, owner) in [("web-1", "a"), ("web-2", "b"), ("ci", "a")] {
        home.create(&[name, "--owner", owner]);
    }
    assert_eq!(home.keys(&["--name", "web"]).len(), 2);
    assert_eq!(home.keys(&["--owner", "a"]).len(), 2);
    assert_eq!(home.keys(&["--limit", "1"]).len(), 1);
    assert_eq!(home.keys(&["--owner", "nobody"]), Vec::<Value>::new());
}

#[test]
fn verify_reads_only_standard_input() {
    let home = Home::with_database();
    home.run(&["verify", "ak_123"]).expect(2);
    home.run(&["verify"]).expect(2).stderr_contains("no secret to verify");
    finish(home.command(&["verify"]).write_stdin("ak_unknown\n")).expect(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn unsupported_operations_send_no_request() {
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.unwrap();
        let home = Home::new();
        home.configure(&emulated(&home, "it", &emulator));
        let created = home.run_async(&["create", "ci-key", "--output", "json"]).await.expect(0).json();
        let (id, secret) = (created["key"]["id"].as_str().unwrap(), created["secret"].as_str().unwrap());
        for arguments in
            [&["list"][..], &["list", "--output", "csv"], &["get", id], &["providers"], &["audit"]]
        {
            let done = home.run_async(arguments).await;
            assert!(matches!(done.status, 0 | 5), "{vendor} {arguments:?}: {}{}", done.stdout, done.stderr);
            for text in [&done.stdout, &done.stderr] {
                assert!(
                    !text.contains(secret) && !text.contains(emulator.token().expose()),
                    "{vendor}: {text}"
                );
            }
        }
        let operations = home.run_async(&["providers", "--no-check", "--output", "json"]).await.json();
        let operations = &operations["providers"][0]["capabilities"]["operations"];
        for (command, arguments) in [
            ("reveal", &["reveal", id, "--output", "json"][..]),
            ("revoke", &["revoke", id, "--yes"]),
            ("delete", &["delete", id, "--yes"]),
        ] {
            let before = emulator.requests();
            let done = home.run_async(arguments).await;
            if operations[command] == "unsupported" {
                assert_eq!(
                    (done.status, emulator.requests()),
                    (2, before),
                    "{vendor} {command}: {}",
                    done.stderr
                );
                assert!(done.stderr.contains("  help: "), "{}", done.stderr);
            } else if command != "delete" {
                assert_eq!(done.status, 0, "{vendor} {command}: {}", done.stderr);
            }
        }
        emulator.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_provider_does_not_hide_others() {
    let home = Home::new();
    let mut settings = home.database("local");
    let mut emulators = Vec::new();
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.unwrap();
        settings.push_str(&emulated(&home, vendor.as_str(), &emulator));
        emulators.push(emulator);
    }
    home.configure(&settings);
    for vendor in Vendor::ALL.iter().copied() {
        let arguments = ["create", "ci-key", "--provider", vendor.as_str(), "--output", "json"];
        home.run_async(&arguments).await.expect(0);
    }
    let keys = home.run_async(&["list", "--provider", "all", "--output", "json"]).await.expect(0).json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), Vendor::ALL.len());

    std::fs::write(home.path("mcp.token"), "wrong").unwrap();
    let done = home.run_async(&["list", "--provider", "all", "--output", "json"]).await.expect(3);
    let document = done.json();
    assert_eq!(document["keys"].as_array().unwrap().len(), Vendor::ALL.len() - 1);
    assert_eq!(document["errors"][0]["provider"], "mcp");
    assert_eq!(document["errors"][0]["kind"], "unauthenticated");
    assert!(
        done.stderr.contains("mcp: error: ") && done.stderr.contains("help: check the credential"),
        "{}",
        done.stderr
    );
    let checked = home.run_async(&["providers", "--output", "json"]).await.expect(3).json();
    let failed: Vec<_> = checked["providers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|provider| provider["check"] == "failed")
        .map(|provider| provider["provider"].clone())
        .collect();
    assert_eq!(failed, ["mcp"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_owner_sends_no_request() {
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    let home = Home::new();
    let settings = emulated(&home, "it", &emulator);
    home.configure(&settings.replace(&format!("owner = \"{OWNER}\"\n"), ""));
    for arguments in [&["list"][..], &["create", "ci-key", "--output", "json"]] {
        home.run_async(arguments).await.expect(2).stderr_contains("--owner");
    }
    assert_eq!(emulator.requests(), 0);
    home.run_async(&["list", "--owner", OWNER]).await.expect(0);
    home.run_async(&["providers"]).await.expect(0);
}
