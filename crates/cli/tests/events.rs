//! `api-keys events` and `api-keys import`.

mod support;

use std::fs;

use support::{Home, finish};

#[test]
fn changes_are_listed_with_their_actor() {
    let home = Home::new();
    home.configure(&format!("{}actor = \"ops\"\n", home.database("local")));
    let (id, secret) = home.create(&["ci", "--owner", "org_1"]);
    home.create(&["other", "--owner", "org_2"]);
    home.run(&["update", &id, "--name", "cd", "--scope", "read"]).expect(0);
    home.run(&["revoke", &id, "--yes", "--reason", "leaked"]).expect(0);

    let table = home.run(&["events", &id]).expect(0).stdout;
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["TIME", "ACTOR", "EVENT", "KEY", "OWNER", "CHANGED"]);
    let events: Vec<_> = rows[1..].iter().map(|row| (row[1], row[2])).collect();
    assert_eq!(events, [("ops", "revoke"), ("ops", "update"), ("ops", "create")]);
    assert!(rows[2].ends_with(&["name,", "scopes"]), "{table}");
    assert!(!table.contains(&secret));

    assert_eq!(
        home.run(&["events", "--owner", "org_2", "--output", "jsonl"]).expect(0).stdout.lines().count(),
        1
    );
    assert_eq!(home.run(&["events", "--limit", "2", "--output", "csv"]).expect(0).stdout.lines().count(), 3);
    home.run(&["events", "--actor", "nobody"]).expect(0).stderr_contains("No events.");
}

#[test]
fn verify_records_the_use() {
    let home = Home::with_database();
    let (_, secret) = home.create(&["ci"]);
    let last_used =
        || home.run(&["list", "--output", "json"]).expect(0).json()["keys"][0]["last_used_at"].clone();
    assert!(last_used().is_null());
    finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
    assert!(last_used().is_string());
}

#[test]
fn key_file_is_imported_once() {
    let home = Home::with_database();
    let file = r#"{ "version": 1, "next": 1, "keys": { "0": {
        "key": { "id": "key_1", "name": "ci", "description": null, "status": "active", "hint": null, "owner": null,
            "scopes": null, "created_at": "2026-01-01T00:00:00Z", "updated_at": null, "expiry": "never",
            "last_used_at": null, "metadata": null, "extra": {} },
        "digest": "LHDW53Bpv1rgZi0UvVS9JgWIx5GiviwFWdTvLMPRMdQ=" } } }"#;
    fs::write(home.path("keys.json"), file).unwrap();
    assert_eq!(
        home.run(&["import", "keys.json"]).expect(0).stdout,
        "imported 1 keys, skipped 0 that exist\n"
    );
    assert_eq!(
        home.run(&["import", "keys.json"]).expect(0).stdout,
        "imported 0 keys, skipped 1 that exist\n"
    );
    assert_eq!(home.keys(&[])[0]["id"], "key_1");
    home.run(&["import", "none.json"]).expect(2).stderr_contains("none.json");
}

#[test]
fn other_vendors_have_no_events() {
    let home = Home::new();
    home.configure("[providers.memory]\nvendor = \"memory\"\n");
    home.run(&["events"]).expect(2).stderr_contains("vendor = \"sql\"");
}
