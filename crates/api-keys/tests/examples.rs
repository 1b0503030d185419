//! The examples do what they say. `cargo test` builds them beside the tests; before `cargo test --test examples`, build
//! them with `cargo build --examples`. (`testing` has tests of its own, so cargo runs these in its place.)

#![cfg(all(feature = "all-vendors", feature = "rustls", feature = "toml", feature = "tracing"))]

use std::env::{self, consts::EXE_SUFFIX};
use std::path::Path;
use std::process::Command;

use api_keys::{ApiKeyProvider as _, ListQuery, NewApiKey, SecretKey};
use api_keys_emulator::{Emulator, Vendor};

/// An example as a newcomer runs it: with no credential in the environment.
fn example(name: &str) -> Command {
    let test = env::current_exe().expect("a test has a path");
    // target/debug/deps/examples-0123 -> target/debug/examples/name
    let directory = test.parent().and_then(Path::parent).expect("cargo's directories");
    let path = directory.join("examples").join(format!("{name}{EXE_SUFFIX}"));
    let mut command = Command::new(&path);
    for (variable, _) in env::vars_os() {
        let prefixes = ["API_KEYS_", "CLERK_", "FROM_", "TO_", "LISTEN", "OWNER", "OLD_", "NEW_", "SECRETS"];
        let ours = |variable: &str| prefixes.iter().any(|prefix| variable.starts_with(prefix));
        if variable.to_str().is_some_and(ours) {
            command.env_remove(variable);
        }
    }
    command
}

/// What an example printed, once it has ended well.
fn printed(name: &str) -> String {
    printed_by(&mut example(name))
}

fn printed_by(command: &mut Command) -> String {
    let (text, complaint, ended_well) = ends(command);
    assert!(ended_well, "{}\n{text}\n{complaint}", command.get_program().display());
    text
}

/// What was printed and complained of, and whether the example ended well.
fn ends(command: &mut Command) -> (String, String, bool) {
    let program = command.get_program().to_owned();
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}; build the examples", program.display()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    for word in format!("{text} {complaint}").split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        // Ids and secrets at Clerk begin alike; only ids are hexadecimal.
        let secret = word.strip_prefix("ak_").filter(|id| !id.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(secret.is_none(), "{} prints a secret", program.display());
    }
    (text, complaint, output.status.success())
}

#[track_caller]
fn assert_lines(text: &str, expected: &[&str]) {
    let mut lines = text.lines();
    for expected in expected {
        assert!(
            lines.any(|line| line.contains(expected)),
            "no line with {expected:?} (in this order) in:\n{text}"
        );
    }
}

#[test]
fn one_vendor_issues_and_revokes_a_key() {
    assert_lines(
        &printed("one_vendor"),
        &["issued", "listed   1 of", "reports:read", "revoked  record Retained", "verified invalid: revoked"],
    );
}

#[test]
fn swap_runs_the_same_function_on_every_vendor() {
    assert_lines(
        &printed("swap"),
        &[
            "better-auth  issued (expiry: true), replaced, revoked (record Retained)",
            "clerk        issued (expiry: true), replaced, revoked (record Retained)",
            "mcp          issued (expiry: true), rotated, revoked (record Removed)",
            "latitude-sh  issued (expiry: false), rotated, revoked (record Removed)",
            "fastapi      issued (expiry: false), replaced, revoked (record Retained)",
        ],
    );
}

#[test]
fn swap_takes_its_vendor_from_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("keys.toml");
    std::fs::write(&file, "vendor = \"memory\"\n").expect("a file");
    assert_lines(&printed_by(example("swap").arg(file)), &["memory       issued (expiry: true), rotated"]);
}

#[test]
fn axum_service_keeps_users_apart_and_loses_no_key() {
    assert_lines(
        &printed("axum_service"),
        &[
            "ann creates a key: 201",
            "ann's program says hello: 200",
            "bob sees 0 keys",
            "bob revokes ann's key: 404",
            "ann revokes it: 204",
            "ann's program says hello: 401",
            "a key for no days: 400",
            "bob's connection broke: the key that was minted for him is revoked",
        ],
    );
}

#[test]
fn migrate_refuses_what_cannot_be_carried_over_and_goes_on_after_an_interruption() {
    let text = printed("migrate");
    assert_lines(
        &text,
        &["0 keys were minted", "minted by a run that was interrupted", "== once more", "== revoke"],
    );
    assert_lines(&text, &["== 0 keys at better-auth, 3 at clerk"]);
    for refused in [
        "deploy: latitude-sh: create: the field `expiry`",
        "reports: latitude-sh: create: the field `metadata`",
    ] {
        assert_lines(&text, &[refused, "== to Clerk"]);
    }
    assert_eq!(text.matches(": handed over before").count(), 3, "{text}");
    assert_eq!(text.matches(" -> ak_").count(), 3, "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_moves_keys_between_the_vendors_of_the_environment() {
    const OWNER: &str = "user_2abcdefghijklmnopqrstuvwxyz";
    let clerk = Emulator::start(Vendor::Clerk).await.expect("a server");
    let latitude = Emulator::start(Vendor::LatitudeSh).await.expect("a server");
    for name in ["alpha", "beta"] {
        let new = NewApiKey::new(name).owner(OWNER).scopes(Vec::<String>::new());
        let _ = clerk.store().create(new).await.expect("a key");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let migrate = || {
        let mut command = example("migrate");
        for (prefix, vendor) in [("FROM", &clerk), ("TO", &latitude)] {
            command
                .env(format!("{prefix}_VENDOR"), vendor.vendor().as_str())
                .env(format!("{prefix}_BASE_URL"), vendor.base_url())
                .env(format!("{prefix}_TOKEN"), vendor.token().expose());
        }
        command.env("OLD_OWNER", OWNER).env("SECRETS", directory.path());
        command
    };

    let (_, complaint, ended_well) = ends(&mut migrate());
    assert!(!ended_well);
    assert_lines(&complaint, &["latitude-sh: create: the field `scopes` is not supported"]);

    let text = printed_by(migrate().env("LEAVE_BEHIND", "scopes,type"));
    assert_eq!(text.matches(" -> tok_").count(), 2, "{text}");
    let text = printed_by(migrate().env("LEAVE_BEHIND", "scopes,type"));
    assert_eq!(text.matches(": handed over before").count(), 2, "{text}");
    let text = printed_by(migrate().arg("revoke"));
    assert_eq!(text.matches(" revoked at clerk").count(), 2, "{text}");

    assert_eq!(clerk.store().list(ListQuery::new()).await.expect("a list").items.len(), 0);
    for name in ["alpha", "beta"] {
        let secret = std::fs::read_to_string(directory.path().join(name)).expect("a secret");
        let verification = latitude.store().verify(&SecretKey::new(secret)).await.expect("an answer");
        assert_eq!(verification.key().and_then(|key| key.name.as_deref()), Some(name));
    }
}

#[test]
fn own_client_sends_everything_through_the_proxy() {
    let text = printed("own_client");
    assert_lines(&text, &["2 requests to Clerk, 2 to Latitude.sh", "connections through the proxy"]);
    assert!(!text.contains("\n0 connections"), "{text}");
}

#[test]
fn tracing_shows_calls_and_attempts_and_no_secret() {
    assert_lines(
        &printed("tracing"),
        &[
            "api_keys.call",
            "api_keys.attempt",
            "== a wrong credential",
            "http.response.status_code=401",
            "== a server that is not there",
            "sending again attempt=1",
            "== errors",
            "lines, no secret",
        ],
    );
}

#[test]
fn capabilities_prints_every_table() {
    assert_lines(
        &printed("capabilities"),
        &[
            "capabilities vendors",
            "capabilities requirements",
            "capabilities operations",
            "| create |",
            "capabilities fields",
            "capabilities clerk",
            "| verify | native |",
        ],
    );
}
