//! Tests of the examples. `cargo test` builds them; before `cargo test --test examples`, run `cargo build --examples`.
//! (`testing` contains tests, which cargo runs.)

#![cfg(all(feature = "all-vendors", feature = "rustls", feature = "toml", feature = "tracing"))]

use std::env::{self, consts::EXE_SUFFIX};
use std::path::Path;
use std::process::Command;

use api_keys::{ApiKeyProvider as _, ListQuery, NewApiKey, SecretKey};
use api_keys_emulator::{Emulator, Vendor};

/// Returns the command of an example, without credentials in the environment.
fn example(name: &str) -> Command {
    let test = env::current_exe().expect("a test has a path");
    // target/debug/deps/examples-0123 -> target/debug/examples/name
    let directory = test.parent().and_then(Path::parent).expect("cargo's directories");
    let path = directory.join("examples").join(format!("{name}{EXE_SUFFIX}"));
    let mut command = Command::new(&path);
    for (variable, _) in env::vars_os() {
        let prefixes = ["API_KEYS_", "CLERK_", "FROM_", "TO_", "LISTEN", "OWNER", "OLD_", "NEW_", "SECRETS"];
        if variable.to_str().is_some_and(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(variable);
        }
    }
    command
}

/// Runs an example that succeeds, and returns its output.
fn stdout(command: &mut Command) -> String {
    let (stdout, stderr, success) = run(command);
    assert!(success, "{}\n{stdout}\n{stderr}", command.get_program().display());
    stdout
}

/// Runs an example, and returns stdout, stderr and its success.
fn run(command: &mut Command) -> (String, String, bool) {
    let output = command.output();
    let program = command.get_program().display();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; build the examples"));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    for word in format!("{stdout} {stderr}").split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        // Ids and secrets at Clerk have the same prefix; only ids are hexadecimal.
        let secret = word.strip_prefix("ak_").filter(|id| !id.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(secret.is_none(), "{program} prints a secret");
    }
    (stdout, stderr, output.status.success())
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
fn one_vendor_creates_and_revokes_a_key() {
    assert_lines(
        &stdout(&mut example("one_vendor")),
        &[
            "created",
            "listed   1 of",
            "reports:read",
            "revoked  record Retained",
            "verified invalid: revoked",
        ],
    );
}

#[test]
fn swap_runs_on_every_vendor() {
    assert_lines(
        &stdout(&mut example("swap")),
        &[
            "better-auth  created (expiry: true), rotated (replace), revoked (record Retained)",
            "clerk        created (expiry: true), rotated (replace), revoked (record Retained)",
            "mcp          created (expiry: true), rotated (native), revoked (record Removed)",
            "latitude-sh  created (expiry: false), rotated (native), revoked (record Removed)",
            "fastapi      created (expiry: false), rotated (replace), revoked (record Retained)",
        ],
    );
}

#[test]
fn swap_reads_its_vendor_from_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("keys.toml");
    std::fs::write(&file, "vendor = \"memory\"\n").expect("a file");
    assert_lines(
        &stdout(example("swap").arg(file)),
        &["memory       created (expiry: true), rotated (native)"],
    );
}

#[test]
fn axum_service_separates_users() {
    assert_lines(
        &stdout(&mut example("axum_service")),
        &[
            "ann creates a key: 201",
            "hello with ann's key: 200",
            "bob sees 0 keys",
            "bob revokes ann's key: 404",
            "ann revokes it: 204",
            "hello with ann's key: 401",
            "a key for 0 days: 400",
            "bob disconnects: his new key is revoked",
        ],
    );
}

#[test]
fn migrate_rejects_and_resumes() {
    let text = stdout(&mut example("migrate"));
    assert_lines(
        &text,
        &["0 keys were created", "created by an interrupted run", "== once more", "== revoke"],
    );
    assert_lines(&text, &["== 0 keys at better-auth, 3 at clerk"]);
    for rejected in [
        "deploy: latitude-sh: create: the field `expiry`",
        "reports: latitude-sh: create: the field `metadata`",
    ] {
        assert_lines(&text, &[rejected, "== to Clerk"]);
    }
    assert_eq!(text.matches(": stored before").count(), 3, "{text}");
    assert_eq!(text.matches(" -> ak_").count(), 3, "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_reads_vendors_from_the_environment() {
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

    let (_, stderr, success) = run(&mut migrate());
    assert!(!success);
    assert_lines(&stderr, &["latitude-sh: create: the field `scopes` is not supported"]);

    let text = stdout(migrate().env("LEAVE_BEHIND", "scopes,type"));
    assert_eq!(text.matches(" -> tok_").count(), 2, "{text}");
    let text = stdout(migrate().env("LEAVE_BEHIND", "scopes,type"));
    assert_eq!(text.matches(": stored before").count(), 2, "{text}");
    let text = stdout(migrate().arg("revoke"));
    assert_eq!(text.matches(" revoked at clerk").count(), 2, "{text}");

    assert_eq!(clerk.store().list(ListQuery::new()).await.expect("a list").items.len(), 0);
    for name in ["alpha", "beta"] {
        let secret = std::fs::read_to_string(directory.path().join(name)).expect("a secret");
        let verification = latitude.store().verify(&SecretKey::new(secret)).await.expect("a response");
        assert_eq!(verification.key().and_then(|key| key.name.as_deref()), Some(name));
    }
}

#[test]
fn own_client_uses_the_proxy() {
    let text = stdout(&mut example("own_client"));
    assert_lines(&text, &["2 requests to Clerk, 2 to Latitude.sh", "connections through the proxy"]);
    assert!(!text.contains("\n0 connections"), "{text}");
}

#[test]
fn tracing_shows_calls_and_attempts() {
    assert_lines(
        &stdout(&mut example("tracing")),
        &[
            "api_keys.call",
            "api_keys.attempt",
            "== an invalid credential",
            "http.response.status_code=401",
            "== an unreachable server",
            "retrying attempt=1",
            "== errors",
            "lines, no secret",
        ],
    );
}

#[test]
fn capabilities_prints_every_table() {
    assert_lines(
        &stdout(&mut example("capabilities")),
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
