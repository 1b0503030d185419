//! Commands that change many keys.
#![cfg(unix)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, NewApiKey, Timestamp};
use api_keys_emulator::{Emulator, Vendor};
use serde_json::json;
use support::{Home, emulated};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Sets the age of keys of `local`, and of their last use, in days.
fn age(home: &Home, created: &[(&str, u64)], used: &[(&str, u64)]) {
    let micros =
        |days: u64| Timestamp::now().as_microsecond() - i64::try_from(days).unwrap() * 86_400_000_000;
    for (column, ages) in [("created_at", created), ("last_used_at", used)] {
        for (name, days) in ages {
            home.sql(&format!("UPDATE api_keys SET {column} = {} WHERE name = '{name}'", micros(*days)));
        }
    }
}

fn old_keys(home: &Home, names: &[&str]) {
    names.iter().for_each(|name| drop(home.create(&[name])));
    age(home, &names.iter().map(|name| (*name, 100)).collect::<Vec<_>>(), &[]);
}

const KEEP: &str = "echo \"$API_KEYS_KEY_NAME $(cat)\" >> secrets";

/// Returns names and secrets that the secret command received.
fn delivered(home: &Home) -> Vec<(String, String)> {
    let text = fs::read_to_string(home.path("secrets")).unwrap_or_default();
    let pair = |line: &str| line.split_once(' ').map(|(name, secret)| (name.to_owned(), secret.to_owned()));
    text.lines().filter_map(pair).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_command_receives_the_key_name() {
    let emulator = Emulator::start(Vendor::Mcp).await.unwrap();
    let issued = emulator.store().create(NewApiKey::new("ci")).await.unwrap();
    let home = Home::new();
    home.configure(&emulated(&home, "agents", &emulator));
    let id = issued.key.id.as_str();
    for selection in [&["--older-than", "0d"][..], &[id]] {
        let arguments = [&["rotate", "--yes", "--secret-command", KEEP], selection].concat();
        home.run_async(&arguments).await.expect(0);
    }
    let names: Vec<_> = delivered(&home).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["ci", "ci"]);
}

#[test]
fn old_keys_are_rotated_once() {
    let home = Home::with_database();
    old_keys(&home, &["a", "b", "c"]);
    home.create(&["young"]);
    let rotate = ["rotate", "--older-than", "90d", "--secret-command", KEEP];
    let preview = home.run(&[&rotate[..], &["--dry-run"]].concat()).expect(0).stdout;
    assert_eq!(preview.matches("would rotate").count(), 3, "{preview}");
    home.run(&rotate).expect(2).stderr_contains("--yes").stderr_contains("3 in total");
    assert_eq!(delivered(&home), []);

    let done = home.run(&[&rotate[..], &["--yes", "--output", "json"]].concat()).expect(0);
    assert!(done.json()["actions"].as_array().unwrap().iter().all(|action| action["outcome"] == "done"));
    let secrets = delivered(&home);
    let names: BTreeSet<_> = secrets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["a", "b", "c"]));
    for (name, secret) in &secrets {
        assert!(!done.stdout.contains(secret) && !done.stderr.contains(secret));
        let mut command = home.command(&["verify", "--output", "json"]);
        let verified = support::finish(command.write_stdin(secret.clone())).expect(0).json();
        assert_eq!(verified["key"]["name"], *name);
    }
    // Their creation time is still old, but their secrets are new.
    home.run(&[&rotate[..], &["--yes"]].concat()).expect(0).stderr_contains("No matching keys");
    assert_eq!(delivered(&home).len(), 3);
    // Without the journal, this is unknown.
    let other =
        home.run(&[&rotate[..], &["--dry-run", "--journal", "other.jsonl"]].concat()).expect(0).stdout;
    assert_eq!(other.matches("would rotate").count(), 3, "{other}");
}

#[test]
fn bulk_rotate_requires_a_secret_command() {
    let home = Home::with_database();
    home.run(&["rotate", "--older-than", "90d", "--yes"]).expect(2).stderr_contains("--secret-command");
    home.run(&["rotate", "--older-than", "90d", "--yes", "--secret-stdout"]).expect(2);
    home.run(&["rotate", "some-id", "--older-than", "90d", "--yes"]).expect(2);
}

#[test]
fn bulk_rotate_continues_after_failed_delivery() {
    let home = Home::with_database();
    old_keys(&home, &["a", "bad", "c"]);
    let command = format!("test \"$API_KEYS_KEY_NAME\" != bad && {KEEP}");
    let rotate = ["rotate", "--older-than", "90d", "--yes", "--secret-command", &command];
    home.run(&rotate).expect(4).stderr_contains("failed to deliver the secret");
    assert_eq!((delivered(&home).len(), home.rescued().len()), (2, 1));
    home.run(&rotate).expect(0).stderr_contains("No matching keys");
}

/// Starts a slow rotation of three keys, one at a time, and sends signals.
async fn interrupted(home: &Home, signals: u32) -> std::process::Output {
    old_keys(home, &["a", "b", "c"]);
    let slow = format!("sleep 1; {KEEP}");
    let child = home
        .process(&[&ROTATE_EACH[..], &[&slow]].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let journal = home.path(".local/state/api-keys/journal.jsonl");
    while fs::read_to_string(&journal).unwrap_or_default().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..signals {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }
    tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap()
}

const ROTATE_EACH: [&str; 7] =
    ["rotate", "--older-than", "90d", "--yes", "--concurrency", "1", "--secret-command"];

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_bulk_rotate_can_be_resumed() {
    let home = Home::with_database();
    let output = interrupted(&home, 1).await;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("2 of 3 keys remain; run the same command to resume"), "{stderr}");
    assert_eq!(delivered(&home).len(), 1);

    home.run_async(&[&ROTATE_EACH[..], &[KEEP]].concat()).await.expect(0);
    let names: Vec<_> = delivered(&home).into_iter().map(|(name, _)| name).collect();
    assert_eq!((names.len(), names.iter().collect::<BTreeSet<_>>().len()), (3, 3), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn aborted_bulk_rotate_is_repeated_for_its_key() {
    let home = Home::with_database();
    let output = interrupted(&home, 2).await;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert!(stderr.contains("aborted during rotate of key_"), "{stderr}");
    home.run_async(&[&ROTATE_EACH[..], &[KEEP]].concat()).await.expect(0);
    let last: std::collections::BTreeMap<_, _> = delivered(&home).into_iter().collect();
    assert_eq!(last.len(), 3);
    for secret in last.into_values() {
        support::finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
    }
}

#[test]
fn unused_requires_a_time_of_last_use() {
    let home = Home::with_database();
    for name in ["idle", "busy", "never"] {
        home.create(&[name]);
    }
    age(&home, &[("idle", 400), ("busy", 400), ("never", 400)], &[("idle", 200), ("busy", 3)]);
    let revoke = ["revoke", "--unused", "180d", "--reason", "unused"];
    home.run(&revoke).expect(2).stderr_contains("1 in total").stderr_contains("idle");
    home.run(&[&revoke[..], &["--yes"]].concat()).expect(0);
    let active: BTreeSet<_> = home
        .keys(&[])
        .iter()
        .filter(|key| key["status"] == "active")
        .map(|key| key["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(active, BTreeSet::from(["busy".to_owned(), "never".to_owned()]));
    home.run(&[&revoke[..], &["--yes"]].concat()).expect(0).stderr_contains("No matching keys");
}

fn names(home: &Home, status: &str) -> BTreeSet<String> {
    let keys = home.keys(&[]).into_iter().filter(|key| key["status"] == status);
    keys.map(|key| key["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_verb_selects_by_the_same_conditions() {
    let home = Home::with_database();
    for name in ["old-ci", "new-ci", "old-web"] {
        home.create(&[name, "--owner", "org_1"]);
    }
    home.create(&["old-ci-2", "--owner", "org_2"]);
    age(&home, &[("old-ci", 100), ("old-web", 100), ("old-ci-2", 100)], &[("old-ci", 50)]);
    let select = ["--older-than", "90d", "--name", "ci", "--owner", "org_1", "--yes"];
    home.run(&[&["rotate", "--secret-command", KEEP], &select[..]].concat()).expect(0);
    assert_eq!(delivered(&home).len(), 1);
    // The rotated key is young for `rotate`, but was created long ago.
    home.run(&[&["disable", "--unused", "30d"], &select[..]].concat()).expect(0);
    assert_eq!(names(&home, "disabled"), BTreeSet::from(["old-ci".to_owned()]));
    home.run(&["enable", "--name", "ci"]).expect(0);
    assert_eq!(names(&home, "disabled"), BTreeSet::new());
    home.run(&[&["revoke"], &select[..]].concat()).expect(0);
    assert_eq!(names(&home, "revoked"), BTreeSet::from(["old-ci".to_owned()]));
    home.run(&["delete", "--owner", "org_1", "--yes"]).expect(0);
    assert_eq!(names(&home, "active"), BTreeSet::from(["old-ci-2".to_owned()]));
}

#[test]
fn expired_keys_are_selected() {
    let home = Home::with_database();
    home.create(&["kept"]);
    home.create(&["expired", "--expires", "1d"]);
    home.sql("UPDATE api_keys SET expires_at = 0 WHERE name = 'expired'");
    for verb in ["revoke", "delete"] {
        let preview = home.run(&[verb, "--expired", "--dry-run"]).expect(0).stdout;
        assert!(preview.contains("(expired)") && !preview.contains("(kept)"), "{preview}");
    }
    home.run(&["delete", "--expired", "--yes"]).expect(0);
    assert_eq!(names(&home, "active"), BTreeSet::from(["kept".to_owned()]));
    assert_eq!(home.keys(&[]).len(), 1);
}

#[test]
fn keys_without_a_past_creation_are_not_old() {
    let home = Home::with_database();
    old_keys(&home, &["old", "future", "missing"]);
    home.sql("UPDATE api_keys SET created_at = 32503680000000000 WHERE name = 'future'");
    home.sql("UPDATE api_keys SET created_at = NULL WHERE name = 'missing'");
    for age in ["0s", "90d"] {
        let done = home.run(&["revoke", "--older-than", age, "--dry-run"]).expect(0);
        assert!(done.stdout.contains("(old)") && done.stdout.lines().count() == 1, "{}", done.stdout);
        done.stderr_contains("omitted keys without a time of creation: 1");
    }
}

#[test]
fn ids_are_read_from_standard_input() {
    let home = Home::with_database();
    let ids: Vec<_> = ["a", "b", "c"].iter().map(|name| home.create(&[name]).0).collect();
    let input = format!("{}\n\n  {}\r\n{}\n", ids[0], ids[1], ids[0]);
    let mut command = home.command(&["revoke", "-", "--yes", "--output", "json"]);
    let done = support::finish(command.write_stdin(input)).expect(0).json();
    assert_eq!(done["actions"].as_array().unwrap().len(), 2);
    assert_eq!(names(&home, "active"), BTreeSet::from(["c".to_owned()]));
    let mut rotate = home.command(&["rotate", "-", "--yes", "--secret-command", KEEP]);
    support::finish(rotate.write_stdin(ids[2].as_str())).expect(0);
    assert_eq!(delivered(&home).len(), 1);
    let mut empty = home.command(&["delete", "-", "--yes"]);
    support::finish(empty.write_stdin("")).expect(0).stderr_contains("No matching keys");
}

#[test]
fn conditions_and_ids_exclude_each_other() {
    let home = Home::with_database();
    for verb in ["rotate", "revoke", "delete", "enable", "disable"] {
        home.run(&[verb, "--yes"]).expect(2);
        home.run(&[verb, "some-id", "--older-than", "90d", "--yes"]).expect(2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_run_that_can_do_nothing_fails() {
    let emulator = Emulator::start(Vendor::FastApi).await.unwrap();
    let _ = emulator.store().create(NewApiKey::new("ci")).await.unwrap();
    let home = Home::new();
    home.configure(&emulated(&home, "arthur", &emulator));
    for arguments in [
        &["delete", "--name", "ci", "--yes"][..],
        &["disable", "--name", "ci", "--yes"],
        &["rotate", "--older-than", "0s", "--yes", "--secret-command", KEEP],
    ] {
        let requests = emulator.requests();
        home.run_async(arguments).await.expect(2).stderr_contains("error: ");
        assert_eq!(emulator.requests(), requests, "{arguments:?}");
    }
    home.run_async(&["rotate", "--name", "ci", "--yes", "--secret-command", KEEP]).await.expect(0);
    assert_eq!(delivered(&home).len(), 1);
}

/// Latitude.sh with one key, which it deletes at the third attempt.
#[tokio::test(flavor = "multi_thread")]
async fn bulk_revoke_waits_for_rate_limits() {
    let server = MockServer::start().await;
    let key = json!({ "id": "tok_0ExAmPle", "type": "api_keys", "attributes": {
        "name": "ci", "created_at": "2024-01-01T00:00:00+00:00", "last_used_at": "2024-01-01T00:00:00+00:00",
    } });
    let listed = ResponseTemplate::new(200).set_body_json(json!({ "data": [key] }));
    Mock::given(method("GET")).respond_with(listed).mount(&server).await;
    let rate_limited = ResponseTemplate::new(429).insert_header("retry-after", "1");
    Mock::given(method("DELETE")).respond_with(rate_limited).up_to_n_times(2).mount(&server).await;
    Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(200)).expect(1).mount(&server).await;
    let home = Home::new();
    let token = home.path("metal.token");
    fs::write(&token, "a-token").unwrap();
    home.configure(&format!(
        "[providers.metal]\nvendor = \"latitude-sh\"\nbase_url = \"{}\"\ntoken = {{ file = '{}' }}\n\
         http = {{ max_attempts = 1 }}\n",
        server.uri(),
        token.display(),
    ));
    home.run_async(&["revoke", "--unused", "30d", "--yes"]).await.expect(0);
}
