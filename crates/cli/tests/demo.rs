//! `api-keys demo` as a process: what it prints, what it returns, what it leaves behind.

mod fake;

use std::process::{Command as Process, Stdio};

use api_keys_emulator::{Emulator, Vendor};
use assert_cmd::Command;
use serde_json::Value;

use fake::{FakeClerk, Fault, OWNER, SECRET, TOKEN};

const OPERATIONS: [&str; 9] =
    ["create", "get", "list", "update", "verify", "reveal", "rotate", "revoke", "delete"];

struct Done {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Done {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }
}

fn api_keys() -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("api-keys");
    command.env_remove("API_KEYS_TOKEN").env_remove("NO_COLOR");
    command
}

fn finish(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    Done {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Waits for the process without holding up the server that it talks to.
async fn finish_beside(mut command: Command) -> Done {
    tokio::task::spawn_blocking(move || finish(&mut command)).await.unwrap()
}

async fn demo_on_fake(fault: Fault, options: &[&str]) -> (Done, FakeClerk) {
    let (server, fake) = FakeClerk::start(fault).await;
    let mut command = api_keys();
    command
        .args(["demo", "--provider", "clerk", "--base-url", &server.uri(), "--owner", OWNER])
        .args(options);
    command.env("API_KEYS_TOKEN", TOKEN);
    let done = finish_beside(command).await;
    for text in [&done.stdout, &done.stderr] {
        assert!(!text.contains(SECRET) && !text.contains(TOKEN), "a secret is printed: {text}");
    }
    (done, fake)
}

#[test]
fn five_emulated_vendors_and_memory_keep_every_promise() {
    let done = finish(api_keys().arg("demo"));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    for word in Vendor::ALL
        .iter()
        .map(|vendor| vendor.as_str())
        .collect::<Vec<_>>()
        .iter()
        .chain(&["memory"])
        .chain(&OPERATIONS)
    {
        assert!(done.stdout.contains(word), "{word} is missing in {}", done.stdout);
    }
    assert!(done.stdout.contains("All 54 outcomes are what capabilities() promised."), "{}", done.stdout);
    assert!(!done.stdout.contains('\u{1b}'), "colour without a terminal");
    assert!(done.stdout.lines().all(|line| line.chars().count() <= 100), "too wide: {}", done.stdout);
}

#[test]
fn the_json_document_tells_support_and_outcome_of_every_operation() {
    let done = finish(api_keys().args(["demo", "--json"]));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    let document = done.json();
    assert_eq!((&document["version"], &document["ok"]), (&1.into(), &true.into()));
    let providers = document["providers"].as_array().unwrap();
    let vendors: Vec<_> = providers.iter().map(|provider| provider["vendor"].as_str().unwrap()).collect();
    assert_eq!(vendors, ["better-auth", "clerk", "mcp", "latitude-sh", "fastapi", "memory"]);
    for provider in providers {
        let operations = provider["operations"].as_array().unwrap();
        let names: Vec<_> =
            operations.iter().map(|operation| operation["operation"].as_str().unwrap()).collect();
        assert_eq!(names, OPERATIONS);
        for operation in operations {
            let refused = operation["support"] == "unsupported";
            assert_eq!(operation["outcome"], if refused { "refused" } else { "ok" }, "{provider}");
            assert_eq!(operation["elapsed_ms"].is_number(), !refused, "{provider}");
        }
        assert_eq!((&provider["cleaned_up"], &provider["left_behind"]), (&0.into(), &Value::Array(vec![])));
    }
}

#[test]
fn secrets_are_shown_as_hints_only() {
    for options in [&["demo"][..], &["demo", "--json"]] {
        let done = finish(api_keys().args(options));
        // Every vendor's secrets have a run of 32 letters and digits or more; nothing else here has.
        let longest = done.stdout.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max().unwrap();
        assert!(longest < 20, "{}", done.stdout);
        assert!(done.stdout.contains('…'), "{}", done.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_takes_its_token_from_the_environment_or_the_standard_input_and_is_left_clean() {
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.unwrap();
        for piped in [false, true] {
            let mut command = api_keys();
            command.args(["demo", "--provider", vendor.as_str(), "--base-url", emulator.base_url()]);
            if vendor == Vendor::Clerk {
                command.args(["--owner", OWNER]);
            }
            if piped {
                command.args(["--token", "-"]).write_stdin(format!("{}\n", emulator.token().expose()));
            } else {
                command.env("API_KEYS_TOKEN", emulator.token().expose());
            }
            let done = finish_beside(command).await;
            assert_eq!(done.status, 0, "{vendor}: {}{}", done.stdout, done.stderr);
            let active =
                api_keys::ApiKeyProvider::list(emulator.store(), api_keys::ListQuery::new()).await.unwrap();
            assert_eq!(active.items, [], "{vendor}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_named_as_the_cause() {
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.unwrap();
        let mut command = api_keys();
        command.args(["demo", "--provider", vendor.as_str(), "--base-url", emulator.base_url()]);
        command.args(["--token", "wrong-token-0123456789"]);
        if vendor == Vendor::Clerk {
            command.args(["--owner", OWNER]);
        }
        let done = finish_beside(command).await;
        assert_eq!(done.status, 1, "{vendor}: {}", done.stdout);
        assert!(done.stdout.contains(&format!("FAILED {vendor}: create: ")), "{}", done.stdout);
        assert!(done.stdout.contains("credential"), "{}", done.stdout);
        assert!(done.stdout.contains("not run"), "{}", done.stdout);
        assert!(!done.stdout.contains("wrong-token"), "{}", done.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_fake_passes() {
    let (done, fake) = demo_on_fake(Fault::None, &[]).await;
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains(&SECRET[SECRET.len() - 4..]), "no hint: {}", done.stdout);
    assert!(!fake.has_key());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_promise_is_found_and_named() {
    for (fault, told) in [
        (Fault::RenamesOnCreate, "FAILED clerk: create: the new key has another name than was asked for"),
        (Fault::HidesFromList, "FAILED clerk: list: the new key is not in the list"),
        (Fault::IgnoresUpdates, "FAILED clerk: update: the answer does not show the change"),
        (Fault::RevealsAnotherSecret, "FAILED clerk: reveal: another secret was revealed than was issued"),
        (Fault::StillVerifiesRevoked, "FAILED clerk: revoke: the secret still authenticates"),
        (Fault::KeepsDeleted, "FAILED clerk: delete: the record is still there"),
    ] {
        let (done, _) = demo_on_fake(fault, &[]).await;
        assert_eq!(done.status, 1, "{fault:?}: {}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains(told), "{fault:?}: {}", done.stdout);
        assert!(done.stdout.contains("not what capabilities() promised"), "{fault:?}: {}", done.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_promise_is_in_the_json_document_too() {
    let (done, _) = demo_on_fake(Fault::StillVerifiesRevoked, &["--json"]).await;
    assert_eq!(done.status, 1);
    let document = done.json();
    assert_eq!(document["ok"], false);
    let operations = document["providers"][0]["operations"].as_array().unwrap();
    let failed: Vec<_> = operations.iter().filter(|operation| operation["outcome"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{document}");
    assert_eq!(failed[0]["operation"], "revoke");
    assert_eq!(failed[0]["reasons"][0], "the secret still authenticates");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_echoes_secrets_does_not_get_them_printed() {
    for options in [&[][..], &["--json"]] {
        // That neither is printed is checked for every run.
        let (done, _) = demo_on_fake(Fault::EchoesTheSecret, options).await;
        assert_eq!(done.status, 1, "{}{}", done.stdout, done.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_removed_is_named() {
    let (done, fake) = demo_on_fake(Fault::FailsAfterCreate, &[]).await;
    assert_eq!(done.status, 1);
    assert!(fake.has_key());
    let left = "LEFT BEHIND clerk: remove it by hand: the key ak_00112233445566778899aabbccddeeff: ";
    assert!(done.stdout.contains(left), "{}", done.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_removed_and_is_still_there_is_named() {
    let (done, _) = demo_on_fake(Fault::KeepsEverything, &[]).await;
    assert_eq!(done.status, 1);
    assert!(done.stdout.contains("LEFT BEHIND clerk: remove it by hand: the key ak_"), "{}", done.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_minted_by_a_failed_create_is_found_and_removed() {
    let (done, fake) = demo_on_fake(Fault::CreatesAndFails, &[]).await;
    assert_eq!(done.status, 1);
    assert!(done.stdout.contains("FAILED clerk: create: "), "{}", done.stdout);
    assert!(!fake.has_key(), "{}", done.stdout);
    assert!(done.stdout.contains("CLEANED UP clerk: 1 key that was still there"), "{}", done.stdout);
    assert!(!done.stdout.contains("LEFT BEHIND"), "{}", done.stdout);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_removes_the_key_before_the_process_ends() {
    use std::time::Duration;

    let (server, fake) = FakeClerk::start(Fault::HangsOnGet).await;
    let child = Process::new(assert_cmd::cargo::cargo_bin!("api-keys"))
        .args(["demo", "--json", "--provider", "clerk", "--base-url", &server.uri(), "--owner", OWNER])
        .env("API_KEYS_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    while !fake.has_key() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Now it waits for the answer to the get that follows the create.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let killed = Process::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());

    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(!fake.has_key());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["providers"][0]["interrupted"], true);
    assert_eq!(document["providers"][0]["operations"][1]["outcome"], "not_run");
    assert_eq!(document["providers"][0]["cleaned_up"], 1);
}

#[test]
fn a_reader_that_went_away_does_not_change_the_verdict() {
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("api-keys"))
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_call_that_cannot_be_right_is_explained_and_nothing_is_run() {
    let server = ["demo", "--base-url", "http://127.0.0.1:9/v1", "--provider"];
    for (options, told) in [
        (vec!["demo", "--provider", "clark"], "a similar value exists: 'clerk'"),
        (vec!["demo", "--token", TOKEN], "--provider"),
        ([&server[..], &["mcp"]].concat(), "API_KEYS_TOKEN"),
        ([&server[..], &["mcp", "--token", "-"]].concat(), "there is no token"),
        ([&server[..], &["clerk", "--token", TOKEN]].concat(), "--owner"),
        ([&server[..], &["mcp", "--token", TOKEN, "--owner", "me"]].concat(), "leave --owner away"),
        ([&server[..], &["mcp", "--token", "line\nbreak"]].concat(), "token"),
        (vec!["demo", "--provider", "mcp", "--token", TOKEN], "base_url"),
        (vec!["demo", "--provider", "mcp", "--token", TOKEN, "--base-url", "not a url"], "--base-url"),
        (
            vec!["demo", "--provider", "mcp", "--token", TOKEN, "--base-url", "http://example.com"],
            "insecure base URL",
        ),
    ] {
        let done = finish(api_keys().args(&options).write_stdin(""));
        assert_eq!(done.status, 2, "{options:?}: {}{}", done.stdout, done.stderr);
        assert_eq!(done.stdout, "", "{options:?}");
        assert!(done.stderr.contains(told), "{options:?}: {}", done.stderr);
        assert!(!done.stderr.contains(TOKEN), "{}", done.stderr);
    }
}
