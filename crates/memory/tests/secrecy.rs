//! Secrets do not leak.

mod support;

use std::fmt::Debug;

use api_keys_core::{ApiKeyProvider, NewApiKey, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey};
use api_keys_memory::Memory;
use support::{id, run, temporary};

/// Asserts that no six characters of a secret are in the text. The hint has four.
fn assert_not_contained(secret: &SecretKey, text: &str) {
    let secret = secret.expose();
    assert!(secret.is_ascii() && secret.len() > 6);
    let random = secret.strip_prefix("ak_").expect("the prefix");
    for start in 0..=random.len() - 6 {
        assert!(!text.contains(&random[start..start + 6]), "the text contains a part of the secret: {text}");
    }
}

#[test]
fn debug_does_not_show_secrets() {
    let (_folder, path) = temporary();
    let builder = Memory::builder().retain_secrets(true).file(&path);
    let builder_text = format!("{builder:?}");
    let keys = builder.build().expect("a new file");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let rotated = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    let verification = run(keys.verify(&rotated.secret)).expect("verified");
    let shown: [&dyn Debug; 5] = [&keys, &issued, &rotated, &verification, &rotated.key];
    for value in shown {
        let text = format!("{value:?} {value:#?}");
        assert_not_contained(&issued.secret, &text);
        assert_not_contained(&rotated.secret, &text);
    }
    assert_eq!(builder_text, format!("{:?}", Memory::builder().retain_secrets(true).file(&path)));
}

#[test]
fn file_contains_only_retained_secrets() {
    let (_folder, path) = temporary();
    let text = || std::fs::read_to_string(&path).expect("the file");

    let keys = Memory::builder().file(&path).build().expect("a new file");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    assert_not_contained(&issued.secret, &text());
    let rotated = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    assert_not_contained(&rotated.secret, &text());
    drop(keys);

    let keys = Memory::builder().file(&path).retain_secrets(true).build().expect("the same file");
    let retained = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    assert!(text().contains(retained.secret.expose()));
    let replaced = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    assert_not_contained(&retained.secret, &text());
    drop(keys);

    // The first change without retaining secrets removes them.
    let keys = Memory::builder().file(&path).build().expect("the same file");
    run(keys.update(&issued.key.id, UpdateApiKey::new().name("cd"))).expect("a change");
    assert_not_contained(&replaced.secret, &text());
    assert!(run(keys.verify(&replaced.secret)).expect("verified").key().is_some());
}

#[test]
fn errors_do_not_show_secrets() {
    let keys = Memory::builder()
        .retain_secrets(true)
        .ids(|| id("key_1"))
        .secrets(|_| SecretKey::new("ak_0123456789abcdef"))
        .build()
        .expect("built");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let mut errors = vec![
        run(keys.create(NewApiKey::new("ci"))).expect_err("duplicate id"),
        run(keys.rotate(&issued.key.id, RotateOptions::new())).expect_err("the same secret"),
    ];
    run(keys.revoke(&issued.key.id, RevokeOptions::new())).expect("revoked");
    errors.push(run(keys.rotate(&issued.key.id, RotateOptions::new())).expect_err("revoked"));
    for error in errors {
        assert_not_contained(&issued.secret, &format!("{error} {error:?}"));
    }
}

#[test]
fn invalid_file_is_not_quoted() {
    let (_folder, path) = temporary();
    let keys = Memory::builder().file(&path).retain_secrets(true).build().expect("a new file");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let text = std::fs::read_to_string(&path).expect("the file");
    // A secret in place of a number, which serde would quote.
    let broken = text.replacen("\"next\": 1", &format!("\"next\": \"{}\"", issued.secret.expose()), 1);
    assert_ne!(broken, text);
    std::fs::write(&path, broken).expect("written");
    let error = Memory::builder().file(&path).build().expect_err("not a key file");
    assert!(error.to_string().contains("line 3"), "{error}");
    assert_not_contained(&issued.secret, &format!("{error} {error:?}"));
}

#[test]
fn short_secret_has_no_hint() {
    let hint = |secret: &'static str| {
        let keys = Memory::builder().secrets(move |_| SecretKey::new(secret)).build().expect("no file");
        run(keys.create(NewApiKey::new("ci"))).expect("a key").key.hint
    };
    assert_eq!(hint("abc"), None);
    assert_eq!(hint("0123456789abcde"), None);
    assert_eq!(hint("0123456789abcdef").as_deref(), Some("cdef"));
    assert_eq!(hint("0123456789abcdéfgh").as_deref(), Some("éfgh"));
}
