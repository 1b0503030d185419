//! Secrets do not leak.

mod support;

use std::fmt::Debug;

use api_keys_core::{ApiKeyProvider, NewApiKey, RevokeOptions, RotateOptions, SecretKey};
use api_keys_memory::Memory;
use support::{id, run};

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
    let keys = Memory::builder().retain_secrets(true).build().expect("built");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let rotated = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect("a new secret");
    let verification = run(keys.verify(&rotated.secret)).expect("verified");
    let shown: [&dyn Debug; 5] = [&keys, &issued, &rotated, &verification, &rotated.key];
    for value in shown {
        let text = format!("{value:?} {value:#?}");
        assert_not_contained(&issued.secret, &text);
        assert_not_contained(&rotated.secret, &text);
    }
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
fn short_secret_has_no_hint() {
    let hint = |secret: &'static str| {
        let keys = Memory::builder().secrets(move |_| SecretKey::new(secret)).build().expect("built");
        run(keys.create(NewApiKey::new("ci"))).expect("a key").key.hint
    };
    assert_eq!(hint("abc"), None);
    assert_eq!(hint("0123456789abcde"), None);
    assert_eq!(hint("0123456789abcdef").as_deref(), Some("cdef"));
    assert_eq!(hint("0123456789abcdéfgh").as_deref(), Some("éfgh"));
}
