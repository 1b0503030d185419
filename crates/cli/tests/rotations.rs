//! `rotate` with an overlap, and `rotations`.
#![cfg(unix)]

mod support;

use std::fs;
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, ListQuery, NewApiKey, Timestamp, Verification};
use api_keys_emulator::{Emulator, Vendor};
use serde_json::Value;
use support::{Done, Home, OWNER, emulated};

const DELIVER: [&str; 2] = ["--secret-command", "cat > delivered"];

/// Starts a server with a key, and a home that is configured for it.
async fn start(vendor: Vendor, new: NewApiKey) -> (Emulator, Home, String) {
    let emulator = Emulator::start(vendor).await.unwrap();
    let id = emulator.store().create(new).await.unwrap().key.id.to_string();
    let home = Home::new();
    home.configure(&emulated(&home, "prod", &emulator));
    (emulator, home, id)
}

async fn clerk() -> (Emulator, Home, String) {
    start(Vendor::Clerk, NewApiKey::new("ci-deploy").owner(OWNER).scopes(["deploy"])).await
}

async fn rotate(home: &Home, id: &str, arguments: &[&str]) -> Done {
    home.run_async(&[&["rotate", id, "--yes"], arguments].concat()).await
}

async fn active(emulator: &Emulator) -> usize {
    emulator.store().list(ListQuery::new()).await.unwrap().items.len()
}

async fn is_delivered(home: &Home, emulator: &Emulator) -> bool {
    let secret = fs::read_to_string(home.path("delivered")).unwrap();
    matches!(emulator.store().verify(&secret.trim_end().into()).await.unwrap(), Verification::Valid(_))
}

async fn rotations(home: &Home) -> Vec<Value> {
    let listed = home.run_async(&["rotations", "--output", "json"]).await.expect(0).json();
    listed["rotations"].as_array().unwrap().clone()
}

/// Moves all times in the journal to the past.
fn age(home: &Home, duration: Duration) {
    fn walk(value: &mut Value, duration: Duration) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    if matches!(name.as_str(), "at" | "due" | "planned_at")
                        && let Some(time) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok())
                    {
                        *value = time.checked_sub(duration).unwrap().to_string().into();
                    } else {
                        walk(value, duration);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, duration)),
            _ => {}
        }
    }
    let path = home.path(".local/state/api-keys/journal.jsonl");
    let mut text = String::new();
    for line in fs::read_to_string(&path).unwrap().lines() {
        let mut line = serde_json::from_str(line).unwrap();
        walk(&mut line, duration);
        text.push_str(&format!("{line}\n"));
    }
    fs::write(path, text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rotation_is_listed_and_finished_when_due() {
    let (emulator, home, old) = clerk().await;
    rotate(&home, &old, &[&["--overlap", "24h"], &DELIVER[..]].concat())
        .await
        .expect(0)
        .stderr_contains("the old key is to be revoked at");
    assert_eq!(active(&emulator).await, 2);
    assert!(is_delivered(&home, &emulator).await);
    let pending = rotations(&home).await;
    assert_eq!(pending.len(), 1);
    assert_eq!((&pending[0]["old_id"], &pending[0]["state"]), (&old.as_str().into(), &"delivered".into()));
    assert_eq!((&pending[0]["method"], &pending[0]["overdue"]), (&"replace".into(), &false.into()));
    let table = home.run_async(&["rotations"]).await.expect(0).stdout;
    assert!(table.contains(&old) && table.contains(pending[0]["new_id"].as_str().unwrap()), "{table}");
    for format in ["csv", "jsonl"] {
        assert!(home.run_async(&["rotations", "--output", format]).await.expect(0).stdout.contains(&old));
    }

    home.run_async(&["rotations", "finish", "--due"])
        .await
        .expect(0)
        .stderr_contains("No matching rotations");
    home.run_async(&["audit", "--fail-on", "never"]).await.expect(0);
    age(&home, Duration::from_secs(25 * 3600));
    assert_eq!(rotations(&home).await[0]["overdue"], true);
    let audit = home.run_async(&["audit", "--output", "json"]).await.json();
    let rules: Vec<_> =
        audit["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert!(rules.contains(&&"overdue-rotation".into()), "{rules:?}");
    assert_eq!(active(&emulator).await, 2);

    let done = home.run_async(&["rotations", "finish", "--due", "--output", "json"]).await.expect(0).json();
    assert_eq!(
        (&done["actions"][0]["action"], &done["actions"][0]["outcome"]),
        (&"finish".into(), &"done".into())
    );
    assert_eq!(active(&emulator).await, 1);
    assert!(is_delivered(&home, &emulator).await);
    home.run_async(&["rotations", "finish", "--due"]).await.expect(0);
    home.run_async(&["rotations"]).await.expect(0).stderr_contains("No pending rotations");
    // Rotating the old key again finds its successor.
    rotate(&home, &old, &DELIVER).await.expect(0).stderr_contains("was already rotated");
}

#[tokio::test(flavor = "multi_thread")]
async fn finish_before_the_end_needs_confirmation() {
    let (emulator, home, old) = clerk().await;
    rotate(&home, &old, &[&["--overlap", "24h"], &DELIVER[..]].concat()).await.expect(0);
    let finish = ["rotations", "finish", &old];
    home.run_async(&finish).await.expect(2).stderr_contains("before the end of the overlap");
    let preview = home.run_async(&[&finish[..], &["--dry-run"]].concat()).await.expect(0).stdout;
    assert!(preview.contains("would finish") && active(&emulator).await == 2, "{preview}");
    home.run_async(&[&finish[..], &["--yes"]].concat()).await.expect(0);
    assert_eq!(active(&emulator).await, 1);
    home.run_async(&["rotations", "finish", "ak_unknown"]).await.expect(2).stderr_contains("no rotation of");
}

#[tokio::test(flavor = "multi_thread")]
async fn abort_revokes_the_successor() {
    let (emulator, home, old) = clerk().await;
    rotate(&home, &old, &[&["--overlap", "24h"], &DELIVER[..]].concat()).await.expect(0);
    home.run_async(&["rotations", "abort", &old]).await.expect(2).stderr_contains("--yes");
    home.run_async(&["rotations", "abort", &old, "--yes"]).await.expect(0);
    let keys = emulator.store().list(ListQuery::new()).await.unwrap().items;
    assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), [old.as_str()]);
    // The key can be rotated again.
    rotate(&home, &old, &DELIVER).await.expect(0);
    assert!(is_delivered(&home, &emulator).await && active(&emulator).await == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_delivery_keeps_the_old_key() {
    let (emulator, home, old) = start(Vendor::BetterAuth, NewApiKey::new("ci-deploy")).await;
    rotate(&home, &old, &["--secret-command", "exit 3"])
        .await
        .expect(4)
        .stderr_contains("the old key remains valid")
        .stderr_contains(&format!("rotations abort {old}"));
    assert_eq!((active(&emulator).await, rotations(&home).await[0]["state"].clone()), (2, "issued".into()));
    home.run_async(&["rotations", "finish", "--due"]).await.expect(0);
    home.run_async(&["rotations", "finish", &old, "--yes"]).await.expect(1).stderr_contains("not delivered");
    assert_eq!(active(&emulator).await, 2);
    rotate(&home, &old, &DELIVER).await.expect(0);
    assert!(is_delivered(&home, &emulator).await && active(&emulator).await == 1);
    assert!(home.rescued().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn command_that_prints_the_secret_is_redacted() {
    let (_emulator, home, old) = clerk().await;
    let done = rotate(&home, &old, &["--secret-command", "tee delivered; cat delivered >&2; echo end"])
        .await
        .expect(0);
    let secret = fs::read_to_string(home.path("delivered")).unwrap();
    assert!(!done.stdout.contains(secret.trim()) && !done.stderr.contains(secret.trim()), "{}", done.stderr);
    assert!(done.stderr.contains("[secret]") && done.stderr.contains("end"), "{}", done.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_fields_need_a_waiver() {
    let emulator = Emulator::start(Vendor::Mcp).await.unwrap();
    let key = emulator.store().create(NewApiKey::new("ci-deploy")).await.unwrap().key;
    let home = Home::new();
    home.configure(&emulated(&home, "prod", &emulator));
    let (id, requests) = (key.id.as_str(), emulator.requests());
    let arguments = [&["--overlap", "24h"], &DELIVER[..]].concat();
    let done = rotate(&home, id, &arguments).await;
    if done.status != 0 {
        assert!(
            done.stderr.contains("--waive expiry") && done.stderr.contains("--keep-expiry"),
            "{}",
            done.stderr
        );
        // Only reads were sent.
        assert!(emulator.requests() - requests <= 2);
        rotate(&home, id, &[&["--waive", "expiry"], &arguments[..]].concat()).await.expect(0);
    }
    assert_eq!(active(&emulator).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn full_quota_needs_revoke_first() {
    let emulator = Emulator::start(Vendor::Mcp).await.unwrap();
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let new = NewApiKey::new(name).expires_in(Duration::from_secs(90 * 86_400));
        ids.push(emulator.store().create(new).await.unwrap().key.id.to_string());
    }
    let home = Home::new();
    home.configure(&emulated(&home, "prod", &emulator));
    let arguments = [&["--overlap", "24h"], &DELIVER[..]].concat();
    rotate(&home, &ids[0], &arguments).await.expect(1).stderr_contains("--revoke-first");
    assert!(active(&emulator).await == 5 && rotations(&home).await.is_empty());
    rotate(&home, &ids[0], &[&["--revoke-first"], &arguments[..]].concat()).await.expect(0);
    assert!(active(&emulator).await == 5 && is_delivered(&home, &emulator).await);
    assert!(rotations(&home).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn successor_of_a_pending_rotation_is_not_rotated() {
    let (emulator, home, old) = clerk().await;
    let arguments = [&["--overlap", "24h"], &DELIVER[..]].concat();
    rotate(&home, &old, &arguments).await.expect(0);
    let new = rotations(&home).await[0]["new_id"].as_str().unwrap().to_owned();
    rotate(&home, &new, &arguments).await.expect(2).stderr_contains("is the successor in a pending rotation");
    // A short age must not rotate successors, or old keys twice.
    for age in ["0s", "1s"] {
        let bulk = [&["rotate", "--older-than", age, "--yes"], &arguments[..]].concat();
        home.run_async(&bulk).await.expect(0).stderr_contains("No matching keys");
    }
    assert_eq!(active(&emulator).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_rotation_replaces_keys_of_every_vendor() {
    let (clerk, home, _) = clerk().await;
    let latitude = Emulator::start(Vendor::LatitudeSh).await.unwrap();
    let _ = latitude.store().create(NewApiKey::new("ci-deploy")).await.unwrap();
    home.configure(&(emulated(&home, "prod", &clerk) + &emulated(&home, "metal", &latitude)));
    let command = ["--secret-command", "cat >> delivered"];
    let bulk = ["rotate", "--older-than", "0s", "--yes", "--provider", "all", "--overlap", "1h"];
    home.run_async(&[&bulk[..], &command[..]].concat()).await.expect(0);
    assert_eq!((active(&clerk).await, active(&latitude).await), (2, 2));
    assert_eq!(fs::read_to_string(home.path("delivered")).unwrap().lines().count(), 2);
    age(&home, Duration::from_secs(3601));
    home.run_async(&["rotations", "finish"]).await.expect(0);
    assert_eq!((active(&clerk).await, active(&latitude).await), (1, 1));
}

#[test]
fn lock_of_a_killed_process_is_taken_over() {
    let home = Home::with_database();
    let (id, _) = home.create(&["ci-deploy"]);
    let state = home.path(".local/state/api-keys");
    fs::create_dir_all(&state).unwrap();
    // As left behind by a killed process.
    fs::write(
        state.join("journal.jsonl.lock"),
        r#"{"process":{"pid":1,"host":"other"},"since":"2026-01-01T00:00:00Z"}"#,
    )
    .unwrap();
    home.run(&["rotate", &id, "--yes", "--secret-stdout"]).expect(0);
}
