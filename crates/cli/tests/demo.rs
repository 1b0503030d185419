//! `api-keys demo`: output, exit status and remaining keys.

mod fake;
mod support;

use std::process::Stdio;
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, ListQuery};
use api_keys_emulator::{Emulator, Vendor};
use serde_json::{Value, json};

use fake::{FakeClerk, Fault, OWNER, SECRET, TOKEN};
use support::{Done, Home, finish};

/// Runs the demo on a server with a defect and checks that no secret is printed.
async fn demo_on_fake(fault: Fault, options: &[&str]) -> (Done, FakeClerk) {
    let (server, fake) = FakeClerk::start(fault).await;
    let home = Home::new();
    let arguments = ["demo", "--provider", "clerk", "--owner", OWNER, "--base-url", &server.uri()];
    let mut command = home.command(&[&arguments, options].concat());
    command.env("API_KEYS_TOKEN", TOKEN);
    let done = tokio::task::spawn_blocking(move || finish(&mut command)).await.unwrap();
    for text in [&done.stdout, &done.stderr] {
        assert!(!text.contains(SECRET) && !text.contains(TOKEN), "a secret is printed: {text}");
    }
    (done, fake)
}

fn outcome<'a>(done: &'a Value, operation: &str) -> &'a Value {
    let mut operations = done["providers"][0]["operations"].as_array().unwrap().iter();
    operations.find(|one| one["operation"] == operation).unwrap()
}

#[test]
fn all_emulators_pass() {
    let done = Home::new().run(&["demo"]).expect(0);
    let vendors = Vendor::ALL.iter().map(|vendor| vendor.as_str());
    for word in vendors.chain(["memory", "create", "rotate", "unsupported", "All checks passed."]) {
        assert!(done.stdout.contains(word), "{word} is missing in {}", done.stdout);
    }
    assert!(!done.stdout.contains('\u{1b}') && !done.stdout.contains("not run"), "{}", done.stdout);
    assert!(done.stdout.lines().all(|line| line.chars().count() <= 100), "too wide: {}", done.stdout);
}

#[test]
fn json_has_all_operations_and_checks() {
    let done = Home::new().run(&["demo", "--json"]).expect(0);
    // Every secret has a run of at least 32 letters and digits.
    let longest = done.stdout.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max().unwrap();
    assert!(longest < 20, "{}", done.stdout);
    let done = done.json();
    assert_eq!((&done["version"], &done["ok"]), (&json!(1), &json!(true)));
    let providers = done["providers"].as_array().unwrap();
    let vendors: Vec<_> = providers.iter().map(|provider| provider["vendor"].as_str().unwrap()).collect();
    assert_eq!(vendors, ["better-auth", "clerk", "mcp", "latitude-sh", "fastapi", "keyshield", "memory"]);
    for provider in providers {
        let operations = provider["operations"].as_array().unwrap();
        assert_eq!(operations.len(), 9);
        for operation in operations {
            let unsupported = operation["support"] == "unsupported";
            assert_eq!(operation["outcome"], if unsupported { "refused" } else { "ok" }, "{operation}");
        }
        assert!(provider["checks"].as_array().unwrap().iter().any(|check| check["outcome"] == "passed"));
        assert_eq!((&provider["interrupted"], &provider["left_behind"]), (&json!(false), &json!([])));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_keys_remain_on_a_server() {
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.unwrap();
        let server = ["demo", "--provider", vendor.as_str(), "--base-url", emulator.base_url()];
        let owner: &[&str] = if vendor == Vendor::Clerk { &["--owner", OWNER] } else { &[] };
        let arguments = [&server, owner].concat();
        for source in ["environment", "standard input", "wrong"] {
            let home = Home::new();
            let token = emulator.token().expose();
            let mut command = match source {
                "environment" => home.command(&arguments),
                "standard input" => home.command(&[&arguments[..], &["--token", "-"]].concat()),
                _ => home.command(&[&arguments[..], &["--token", "wrong-token-0123456789"]].concat()),
            };
            match source {
                "environment" => command.env("API_KEYS_TOKEN", token),
                _ => command.write_stdin(format!("{token}\n")),
            };
            let done = tokio::task::spawn_blocking(move || finish(&mut command)).await.unwrap();
            assert!(!done.stdout.contains("wrong-token") && !done.stdout.contains(token), "{}", done.stdout);
            let stdout = done.stdout.clone();
            if source == "wrong" {
                done.expect(1);
                assert!(stdout.contains(&format!("FAILED {vendor}: create: ")), "{stdout}");
                assert!(stdout.contains("credential") && stdout.contains("not run"), "{stdout}");
            } else {
                done.expect(0);
            }
            let active = emulator.store().list(ListQuery::new()).await.unwrap();
            assert_eq!(active.items, [], "{vendor}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn defects_are_reported() {
    for (fault, operation, check) in [
        (Fault::RenamesOnCreate, "create", "create_applies_the_name"),
        (Fault::HidesFromList, "list", "new_key_is_listed"),
        (Fault::IgnoresUpdates, "update", "update_sets_the_description"),
        (Fault::RevealsAnotherSecret, "reveal", "reveal_returns_the_issued_secret"),
        (Fault::StillVerifiesRevoked, "revoke", "revoked_secret_does_not_authenticate"),
        (Fault::KeepsDeleted, "delete", "deleted_key_is_not_found"),
    ] {
        let (done, _) = demo_on_fake(fault, &[]).await;
        let line = format!("FAILED clerk: {operation}: {check}: ");
        assert!(done.stdout.contains(&line), "{fault:?}: {}", done.stdout);
        assert!(done.expect(1).stdout.contains("Not all checks passed."), "{fault:?}");
    }
    let done = demo_on_fake(Fault::StillVerifiesRevoked, &["--json"]).await.0.expect(1).json();
    assert_eq!((&done["ok"], &outcome(&done, "revoke")["outcome"]), (&json!(false), &json!("failed")));
    let reason = "revoked_secret_does_not_authenticate: the secret of a revoked key authenticates";
    assert_eq!(outcome(&done, "revoke")["reasons"], json!([reason]));
    assert_eq!(outcome(&done, "get")["outcome"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn echoed_secrets_are_not_printed() {
    for options in [&[][..], &["--json"]] {
        // `demo_on_fake` looks for secrets.
        demo_on_fake(Fault::EchoesTheSecret, options).await.0.expect(1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn remaining_keys_are_reported() {
    for fault in [Fault::FailsAfterCreate, Fault::KeepsEverything] {
        let (done, fake) = demo_on_fake(fault, &[]).await;
        let line = "removed manually: ak_00112233445566778899aabbccddeeff";
        assert!(fake.has_key() && done.stdout.contains(line), "{fault:?}: {}", done.stdout);
        done.expect(1);
        let done = demo_on_fake(fault, &["--json"]).await.0.expect(1).json();
        assert_eq!(done["providers"][0]["left_behind"][0], "ak_00112233445566778899aabbccddeeff");
        let left_behind = done["providers"][0]["left_behind"].as_array().unwrap();
        // If removal fails, no more keys are created.
        assert!(fault == Fault::KeepsEverything || left_behind.len() < 4, "{done}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn key_of_a_failed_create_is_removed() {
    let (done, fake) = demo_on_fake(Fault::CreatesAndFails, &[]).await;
    assert!(!fake.has_key(), "{}", done.stdout);
    assert!(done.stdout.contains("FAILED clerk: create: "), "{}", done.stdout);
    assert!(!done.expect(1).stdout.contains("LEFT BEHIND"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn interrupt_removes_keys() {
    let (server, fake) = FakeClerk::start(Fault::HangsOnGet).await;
    let server = server.uri();
    let arguments = ["demo", "--json", "--provider", "clerk", "--base-url", &server, "--owner", OWNER];
    let home = Home::new();
    let mut process = home.process(&arguments);
    let child = process.env("API_KEYS_TOKEN", TOKEN).stdout(Stdio::piped()).spawn().unwrap();
    while !fake.has_key() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The create returns, and the next get hangs.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());

    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(!fake.has_key());
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    let provider = &done["providers"][0];
    assert_eq!((&provider["interrupted"], &provider["left_behind"]), (&json!(true), &json!([])));
    assert_eq!(outcome(&done, "get")["outcome"], "not_run");
}

#[test]
fn closed_pipe_does_not_change_the_status() {
    let home = Home::new();
    let mut process = home.process(&["demo"]);
    let mut child = process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn invalid_arguments_are_rejected() {
    let server = ["demo", "--base-url", "http://127.0.0.1:9/v1", "--provider"];
    for (arguments, message) in [
        (vec!["demo", "--provider", "clark"], "a similar value exists: 'clerk'"),
        (vec!["demo", "--token", TOKEN], "--provider"),
        ([&server[..], &["mcp"]].concat(), "API_KEYS_TOKEN"),
        ([&server[..], &["mcp", "--token", "-"]].concat(), "no token given"),
        ([&server[..], &["clerk", "--token", TOKEN]].concat(), "--owner"),
        ([&server[..], &["mcp", "--token", TOKEN, "--owner", "me"]].concat(), "omit --owner"),
        ([&server[..], &["mcp", "--token", "line\nbreak"]].concat(), "token"),
        (vec!["demo", "--provider", "mcp", "--token", TOKEN], "base_url"),
        (vec!["demo", "--provider", "mcp", "--token", TOKEN, "--base-url", "not a url"], "--base-url"),
        (
            vec!["demo", "--provider", "mcp", "--token", TOKEN, "--base-url", "http://example.com"],
            "insecure base URL",
        ),
    ] {
        let done = Home::new().run(&arguments).expect(2).stderr_contains(message);
        assert!(done.stdout.is_empty() && !done.stderr.contains(TOKEN), "{}{}", done.stdout, done.stderr);
    }
}
