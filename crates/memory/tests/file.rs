//! The key file.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Effect, ErrorKind, InvalidReason, ListQuery, NewApiKey, RevokeOptions,
    RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use api_keys_memory::Memory;
use serde_json::json;
use support::{add, id, run, temporary};

fn open(path: &Path) -> Memory {
    Memory::builder().file(path).build().expect("a key file")
}

fn all(keys: &Memory) -> Vec<ApiKey> {
    run(keys.list(ListQuery::new().include_inactive(true))).expect("a page").items
}

#[test]
fn keys_survive_a_restart() {
    let (_folder, path) = temporary();
    let keys = open(&path);
    let new = NewApiKey::new("ci")
        .description("d")
        .owner("o")
        .scopes(["s"])
        .expires_in(Duration::new(3600, 123_456_789))
        // Numbers must be exact.
        .metadata(
            json!({ "n": [0.1, 1e300, 5.000_000_000_000_001, 2.225_073_858_507_201e-308], "s": "é\n\"" }),
        )
        .extra("remaining", 5);
    let first = run(keys.create(new)).expect("a key");
    let revoked = run(keys.create(NewApiKey::new("revoked"))).expect("a key");
    run(keys.revoke(&revoked.key.id, RevokeOptions::new().reason("leaked"))).expect("revoked");
    let disabled = run(keys.create(NewApiKey::new("disabled"))).expect("a key");
    run(keys.update(&disabled.key.id, UpdateApiKey::new().enabled(false))).expect("disabled");
    let rotated = run(keys.create(NewApiKey::new("rotated"))).expect("a key");
    let rotated_to = run(keys.rotate(&rotated.key.id, RotateOptions::new())).expect("a new secret");
    let deleted = run(keys.create(NewApiKey::new("deleted"))).expect("a key");
    run(keys.delete(&deleted.key.id)).expect("deleted");
    assert!(run(keys.verify(&first.secret)).expect("verified").key().is_some());
    let before = all(&keys);
    drop(keys);

    let keys = open(&path);
    assert_eq!(all(&keys), before);
    let verification = |secret: &SecretKey| run(keys.verify(secret)).expect("verified");
    let seen = verification(&first.secret);
    assert_eq!(seen.key().map(|key| &key.extra["remaining"]), Some(&json!(3)));
    assert_eq!(verification(&revoked.secret), Verification::Invalid(InvalidReason::Revoked));
    assert_eq!(verification(&disabled.secret), Verification::Invalid(InvalidReason::Disabled));
    assert_eq!(verification(&rotated.secret), Verification::Invalid(InvalidReason::NotFound));
    assert!(verification(&rotated_to.secret).key().is_some());
    assert_eq!(verification(&deleted.secret), Verification::Invalid(InvalidReason::NotFound));
}

#[test]
fn use_is_written_before_it_is_granted() {
    let (_folder, path) = temporary();
    let keys = open(&path);
    let issued = run(keys.create(NewApiKey::new("ci").extra("remaining", 1))).expect("a key");
    assert!(run(keys.verify(&issued.secret)).expect("verified").key().is_some());
    drop(keys);
    let verification = run(open(&path).verify(&issued.secret)).expect("verified");
    assert_eq!(verification, Verification::Invalid(InvalidReason::QuotaExceeded));
}

#[test]
fn cursor_survives_a_restart() {
    let (_folder, path) = temporary();
    let keys = open(&path);
    let ids: Vec<_> = (0..3).map(|_| add(&keys, NewApiKey::new("ci"))).collect();
    let page = run(keys.list(ListQuery::new().limit(2))).expect("a page");
    let next = page.next.expect("more");
    ids[1..].iter().for_each(|id| run(keys.delete(id)).expect("deleted"));
    drop(keys);

    let keys = open(&path);
    let new = add(&keys, NewApiKey::new("new"));
    let page = run(keys.list(ListQuery::new().cursor(next))).expect("a page");
    assert_eq!(page.items.into_iter().map(|key| key.id).collect::<Vec<_>>(), [new]);
}

#[test]
fn reveal_of_a_secret_not_retained_is_a_conflict() {
    let (_folder, path) = temporary();
    let key = add(&open(&path), NewApiKey::new("ci"));
    let keys = Memory::builder().file(&path).retain_secrets(true).build().expect("the same file");
    assert_eq!(run(keys.reveal(&key)).expect_err("not retained").kind(), ErrorKind::Conflict);
}

#[test]
fn file_is_created_by_the_first_change() {
    let (_folder, path) = temporary();
    let keys = open(&path);
    assert!(run(keys.get(&id("key_unknown"))).is_err() && run(keys.delete(&id("key_unknown"))).is_err());
    let unknown = run(keys.verify(&SecretKey::new("unknown"))).expect("verified");
    assert_eq!(unknown, Verification::Invalid(InvalidReason::NotFound));
    assert!(!path.exists());
}

#[test]
#[cfg(unix)]
fn file_has_mode_0600() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = temporary();
    let mode = || std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777;
    let keys = open(&path);
    add(&keys, NewApiKey::new("ci"));
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("changed");
    add(&keys, NewApiKey::new("ci"));
    assert_eq!(mode(), 0o600);
}

#[test]
#[cfg(unix)]
fn symbolic_link_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (target, link) = (folder.path().join("target.json"), folder.path().join("link.json"));
    add(&open(&target), NewApiKey::new("first"));
    std::os::unix::fs::symlink(&target, &link).expect("a link");
    add(&open(&link), NewApiKey::new("second"));
    assert!(std::fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert_eq!(all(&open(&target)).len(), 2);
}

#[test]
fn failed_write_has_no_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("inner");
    let path = inner.join("keys.json");
    std::fs::create_dir(&inner).expect("a folder");
    let keys = open(&path);
    let issued = run(keys.create(NewApiKey::new("ci").extra("remaining", 5))).expect("a key");
    let id = &issued.key.id;
    let before = all(&keys);

    // Without its folder the file cannot be written, even by root.
    let moved = folder.path().join("moved");
    std::fs::rename(&inner, &moved).expect("moved away");
    let errors = [
        run(keys.create(NewApiKey::new("second"))).expect_err("create"),
        run(keys.update(id, UpdateApiKey::new().enabled(false))).expect_err("update"),
        run(keys.revoke(id, RevokeOptions::new())).expect_err("revoke"),
        run(keys.rotate(id, RotateOptions::new())).expect_err("rotate"),
        run(keys.delete(id)).expect_err("delete"),
        run(keys.verify(&issued.secret)).expect_err("verify"),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Unavailable, Effect::NotApplied), "{error}");
        assert!(error.is_retryable() && std::error::Error::source(&error).is_some(), "{error:?}");
    }
    assert_eq!(all(&keys), before);

    std::fs::rename(&moved, &inner).expect("moved back");
    assert_eq!(all(&open(&path)), before);
    let seen = run(keys.verify(&issued.secret)).expect("verified");
    assert_eq!(seen.key().map(|key| &key.extra["remaining"]), Some(&json!(4)));
    run(keys.delete(id)).expect("deleted");
    assert_eq!(all(&open(&path)), []);
}

#[test]
fn failed_rename_leaves_no_temporary_file() {
    let (folder, path) = temporary();
    let keys = open(&path);
    std::fs::create_dir(&path).expect("a folder");
    let error = run(keys.create(NewApiKey::new("ci"))).expect_err("not a file");
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(all(&keys), []);
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1, "only the folder");
}

#[test]
fn invalid_file_is_rejected() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let path = folder.path().join("keys.json");
    let keys = open(&path);
    add(&keys, NewApiKey::new("ci"));
    let valid = std::fs::read_to_string(&path).expect("the file");
    let duplicate = valid.replacen("\"0\": {", "\"7\": {", 1);
    let (start, end) = (duplicate.find("\"7\"").expect("the key"), duplicate.rfind("  }").expect("the end"));
    let entry = duplicate[start..end].trim_end();
    let duplicate = valid.replacen("\"0\": {", &format!("{entry},\n\"0\": {{"), 1);

    for unusable in [
        folder.path().to_owned(),
        folder.path().join("missing").join("keys.json"),
        write("empty", ""),
        write("torn", &valid[..valid.len() / 2]),
        write("other", "{\"keys\": 1}"),
        write("version", &valid.replacen("\"version\": 1", "\"version\": 2", 1)),
        write("digest", &valid.replacen("\"digest\": \"", "\"digest\": \"A", 1)),
        write("duplicate", &duplicate),
    ] {
        let error = Memory::builder().file(&unusable).build().expect_err(&unusable.display().to_string());
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(&unusable.display().to_string()), "{error}");
    }
    assert!(Memory::builder().file(write("valid", &valid)).build().is_ok());
}

#[test]
fn unknown_status_does_not_authenticate() {
    let (_folder, path) = temporary();
    let issued = run(open(&path).create(NewApiKey::new("ci"))).expect("a key");
    let text = std::fs::read_to_string(&path).expect("the file");
    let changed = text.replacen("\"active\"", "\"unknown\"", 1);
    assert_ne!(changed, text);
    std::fs::write(&path, changed).expect("written");
    assert_eq!(run(open(&path).verify(&issued.secret)).expect("verified").key(), None);
}

#[test]
fn file_is_replaced_atomically() {
    let (_folder, path) = temporary();
    let keys = open(&path);
    add(&keys, NewApiKey::new("ci").metadata("x".repeat(100_000)));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..50 {
                add(&keys, NewApiKey::new(n.to_string()));
            }
            done.store(true, Ordering::Release);
        });
        let mut last = 0;
        while !done.load(Ordering::Acquire) {
            let now = all(&open(&path)).len();
            assert!(now >= last, "keys are missing");
            last = now;
        }
    });
    assert_eq!(all(&open(&path)).len(), 51);
}

/// The environment variable with the path of the file, for the child process.
const CHILD: &str = "API_KEYS_MEMORY_TEST_CHILD";

#[test]
fn killed_process_loses_no_reported_key() {
    if let Some(path) = std::env::var_os(CHILD) {
        let keys = open(Path::new(&path));
        for n in 0..10_000 {
            let issued = run(keys.create(NewApiKey::new(n.to_string()))).expect("a key");
            println!("\nkey {}", issued.secret.expose());
            std::io::stdout().flush().expect("written");
        }
        return;
    }
    let (_folder, path) = temporary();
    let mut reported: Vec<SecretKey> = Vec::new();
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "--nocapture", "killed_process_loses_no_reported_key"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let lines = output.lines().map(|line| line.expect("a line"));
        let secrets = lines.filter_map(|line| line.strip_prefix("key ").map(SecretKey::new));
        let mut secrets = secrets.fuse();
        reported.extend(secrets.by_ref().take(3 + 7 * round));
        child.kill().expect("killed");
        child.wait().expect("exited");
        // The pipe may contain more reported keys.
        reported.extend(secrets);

        let keys = open(&path);
        for secret in &reported {
            assert!(run(keys.verify(secret)).expect("verified").key().is_some());
        }
    }
    assert!(reported.len() >= 85);
}
