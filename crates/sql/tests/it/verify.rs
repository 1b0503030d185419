//! Verification.

use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider as _, InvalidReason, KeyStatus, NewApiKey, RevokeOptions, RotateOptions, SecretKey,
    UpdateApiKey, Verification,
};
use api_keys_sql::{Sql, SqlBuilder};

use crate::support::{Database, is_valid};

const PEPPER: &str = "0123456789abcdef0123456789abcdef";
const NEXT_PEPPER: &str = "fedcba9876543210fedcba9876543210";

async fn reason(keys: &Sql, secret: &SecretKey) -> InvalidReason {
    match keys.verify(secret).await.expect("verified") {
        Verification::Valid(key) => panic!("{} is valid", key.id),
        Verification::Invalid(reason) => reason,
    }
}

#[tokio::test]
async fn each_reason_is_reported() {
    for database in Database::all().await {
        let keys = database.open().await;
        let revoked = keys.create(NewApiKey::new("revoked")).await.expect("a key");
        let _ = keys.revoke(&revoked.key.id, RevokeOptions::new()).await.expect("revoked");
        let disabled = keys.create(NewApiKey::new("disabled")).await.expect("a key");
        keys.update(&disabled.key.id, UpdateApiKey::new().enabled(false)).await.expect("disabled");
        let soon = NewApiKey::new("expired").expires_in(Duration::from_secs(60));
        let expired = keys.create(soon).await.expect("a key");
        assert!(is_valid(&keys, &expired.secret).await);
        database.advance(Duration::from_secs(60)).await;
        let used_up = keys.create(NewApiKey::new("used up").extra("remaining", 0)).await.expect("a key");
        let deleted = keys.create(NewApiKey::new("deleted")).await.expect("a key");
        keys.delete(&deleted.key.id).await.expect("deleted");

        assert_eq!(reason(&keys, &revoked.secret).await, InvalidReason::Revoked);
        assert_eq!(reason(&keys, &disabled.secret).await, InvalidReason::Disabled);
        assert_eq!(reason(&keys, &expired.secret).await, InvalidReason::Expired);
        assert_eq!(reason(&keys, &used_up.secret).await, InvalidReason::QuotaExceeded);
        assert_eq!(reason(&keys, &deleted.secret).await, InvalidReason::NotFound);
        for garbage in ["", "ak_", "\0", &"x".repeat(1 << 20)] {
            assert_eq!(reason(&keys, &SecretKey::new(garbage)).await, InvalidReason::NotFound);
        }
    }
}

#[tokio::test]
async fn both_secrets_are_valid_during_an_overlap() {
    for database in Database::all().await {
        let keys = database.open().await;
        let first = keys.create(NewApiKey::new("ci")).await.expect("a key");
        let id = &first.key.id;
        let overlap = || RotateOptions::new().overlap(Duration::from_secs(60));
        let second = keys.rotate(id, overlap()).await.expect("a secret");
        let third = keys.rotate(id, overlap()).await.expect("a secret");
        for issued in [&first, &second, &third] {
            assert!(is_valid(&keys, &issued.secret).await);
        }
        database.advance(Duration::from_secs(60)).await;
        assert_eq!(reason(&keys, &first.secret).await, InvalidReason::NotFound);
        assert_eq!(reason(&keys, &second.secret).await, InvalidReason::NotFound);
        assert!(is_valid(&keys, &third.secret).await);

        let fourth = keys.rotate(id, overlap()).await.expect("a secret");
        let last = keys.rotate(id, RotateOptions::new()).await.expect("a secret");
        assert!(!is_valid(&keys, &third.secret).await && !is_valid(&keys, &fourth.secret).await);
        assert!(is_valid(&keys, &last.secret).await);
    }
}

#[tokio::test]
async fn use_is_written_later() {
    for database in Database::all().await {
        let keys = database.builder().usage_interval(Duration::from_secs(3600)).build().expect("built");
        let other = database.open().await;
        let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
        assert!(is_valid(&keys, &issued.secret).await);
        let last_use = |key: api_keys_core::ApiKey| key.last_used_at;
        let seen = last_use(keys.get(&issued.key.id).await.expect("a key"));
        assert!(seen.is_some());
        assert_eq!(last_use(other.get(&issued.key.id).await.expect("a key")), None);
        keys.flush().await.expect("written");
        assert_eq!(last_use(other.get(&issued.key.id).await.expect("a key")), seen);
        // An update does not overwrite it.
        let renamed = keys.update(&issued.key.id, UpdateApiKey::new().name("cd")).await.expect("a key");
        assert_eq!(renamed.last_used_at, seen);
    }
}

#[tokio::test]
async fn use_is_written_after_the_interval() {
    for database in Database::all().await {
        let keys = database.builder().usage_interval(Duration::from_millis(1)).build().expect("built");
        let other = database.open().await;
        let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
        assert!(is_valid(&keys, &issued.secret).await);
        let written = async {
            while other.get(&issued.key.id).await.expect("a key").last_used_at.is_none() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), written).await.expect("written");
    }
}

#[tokio::test]
async fn secret_moves_to_the_next_pepper() {
    for database in Database::all().await {
        let open =
            |configure: fn(SqlBuilder) -> SqlBuilder| configure(database.builder()).build().expect("built");
        let plain = open(|builder| builder);
        let first = open(|builder| builder.pepper(PEPPER).accept_unpeppered(true));
        let second = open(|builder| builder.pepper(NEXT_PEPPER).previous_pepper(PEPPER));
        let only_second = open(|builder| builder.pepper(NEXT_PEPPER));

        let issued = plain.create(NewApiKey::new("ci")).await.expect("a key");
        assert!(is_valid(&first, &issued.secret).await);
        first.flush().await.expect("written");
        assert!(!is_valid(&plain, &issued.secret).await, "the plain digest remains");
        assert!(is_valid(&second, &issued.secret).await);
        second.flush().await.expect("written");
        assert!(is_valid(&only_second, &issued.secret).await);
        assert!(!is_valid(&first, &issued.secret).await);
    }
}

#[tokio::test]
async fn pepper_is_required_to_verify() {
    for database in Database::all().await {
        let keys = database.builder().pepper(PEPPER).build().expect("built");
        let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
        assert!(is_valid(&keys, &issued.secret).await);
        for other in [database.builder(), database.builder().pepper(NEXT_PEPPER)] {
            assert!(!is_valid(&other.build().expect("built"), &issued.secret).await);
        }
    }
    for pepper in ["", "short"] {
        let error = Database::sqlite().builder().pepper(pepper).build().expect_err("too short");
        assert!(error.to_string().contains("32 bytes"), "{error}");
    }
}

#[tokio::test]
async fn remaining_uses_are_counted() {
    for database in Database::all().await {
        let keys = database.open().await;
        let issued = keys.create(NewApiKey::new("ci").extra("remaining", 2)).await.expect("a key");
        for left in [1, 0] {
            let verification = keys.verify(&issued.secret).await.expect("verified");
            assert_eq!(verification.key().expect("valid").extra["remaining"], left);
        }
        assert_eq!(reason(&keys, &issued.secret).await, InvalidReason::QuotaExceeded);
        let unlimited = UpdateApiKey::new().extra("remaining", serde_json::Value::Null);
        let key = keys.update(&issued.key.id, unlimited).await.expect("updated");
        assert!(!key.extra.contains_key("remaining"));
        assert!(is_valid(&keys, &issued.secret).await);
        assert_eq!(keys.get(&issued.key.id).await.expect("a key").status, KeyStatus::Active);
    }
}
