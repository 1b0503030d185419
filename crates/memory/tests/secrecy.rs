//! Secrets are where they must be and nowhere else.

mod support;

use std::fmt::Debug;

use api_keys_core::{ApiKeyProvider, NewApiKey, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey};
use api_keys_memory::Memory;
use support::{id, run};

/// Every run of six characters of a secret counts as the secret; the hint is four.
fn assert_free_of(secret: &SecretKey, text: &str) {
    let secret = secret.expose();
    assert!(secret.is_ascii() && secret.len() > 6);
    let random = secret.strip_prefix("ak_").expect("the prefix is no secret");
    for start in 0..=random.len() - 6 {
        assert!(!text.contains(&random[start..start + 6]), "a part of the secret is in {text}");
    }
}

#[test]
fn no_debug_output_shows_a_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let builder = Memory::builder().retain_secrets(true).file(&path);
    let builder_text = format!("{builder:?}");
    let keys = builder.build().expect("a new file");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let rotated = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    let verification = run(keys.verify(&rotated.secret)).expect("an answer");
    let shown: [&dyn Debug; 5] = [&keys, &issued, &rotated, &verification, &rotated.key];
    for value in shown {
        let text = format!("{value:?} {value:#?}");
        assert_free_of(&issued.secret, &text);
        assert_free_of(&rotated.secret, &text);
    }
    assert_eq!(builder_text, format!("{:?}", Memory::builder().retain_secrets(true).file(&path)));
}

#[test]
fn the_file_holds_no_secret_unless_they_are_retained() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let text = || std::fs::read_to_string(&path).expect("the file");

    let keys = Memory::builder().file(&path).build().expect("a new file");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    assert_free_of(&issued.secret, &text());
    let rotated = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    assert_free_of(&rotated.secret, &text());
    drop(keys);

    let keys = Memory::builder().file(&path).retain_secrets(true).build().expect("the same file");
    let retained = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    assert!(text().contains(retained.secret.expose()));
    let replaced = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    assert_free_of(&retained.secret, &text());
    drop(keys);

    // Once retaining ends, the next change takes the secrets out.
    let keys = Memory::builder().file(&path).build().expect("the same file");
    run(keys.update(&issued.key.id, UpdateApiKey::new().name("cd"))).expect("a change");
    assert_free_of(&replaced.secret, &text());
    assert!(run(keys.verify(&replaced.secret)).expect("an answer").key().is_some());
}

#[test]
fn no_error_shows_a_secret() {
    let keys = Memory::builder()
        .retain_secrets(true)
        .ids(|| id("key_1"))
        .secrets(|_| SecretKey::new("ak_0123456789abcdef"))
        .build()
        .expect("no file to fail on");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let mut errors = vec![
        run(keys.create(NewApiKey::new("ci"))).expect_err("the id is taken"),
        run(keys.rotate(&issued.key.id, RotateOptions::new())).expect_err("the same secret"),
    ];
    run(keys.revoke(&issued.key.id, RevokeOptions::new())).expect("revoked");
    errors.push(run(keys.rotate(&issued.key.id, RotateOptions::new())).expect_err("revoked"));
    for error in errors {
        assert_free_of(&issued.secret, &format!("{error} {error:?}"));
    }
}

#[test]
fn a_broken_file_is_not_quoted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let keys = Memory::builder().file(&path).retain_secrets(true).build().expect("a new file");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let text = std::fs::read_to_string(&path).expect("the file");
    // The secret where a number belongs: a decoder would quote it.
    let broken = text.replacen("\"next\": 1", &format!("\"next\": \"{}\"", issued.secret.expose()), 1);
    assert_ne!(broken, text);
    std::fs::write(&path, broken).expect("written");
    let error = Memory::builder().file(&path).build().expect_err("not a key file");
    assert!(error.to_string().contains("line 3"), "{error}");
    assert_free_of(&issued.secret, &format!("{error} {error:?}"));
}

#[test]
fn a_short_secret_has_no_hint() {
    let hint = |secret: &'static str| {
        let keys = Memory::builder().secrets(move |_| SecretKey::new(secret)).build().expect("no file");
        run(keys.create(NewApiKey::new("ci"))).expect("a key").key.hint
    };
    assert_eq!(hint("abc"), None);
    assert_eq!(hint("0123456789abcde"), None);
    assert_eq!(hint("0123456789abcdef").as_deref(), Some("cdef"));
    assert_eq!(hint("0123456789abcdéfgh").as_deref(), Some("éfgh"));
}
