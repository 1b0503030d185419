//! Import of key files.

use api_keys_core::{
    ApiKeyProvider as _, ErrorKind, InvalidReason, KeyId, KeyStatus, ListQuery, SecretKey, Verification,
};
use api_keys_sql::EventQuery;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Database, is_valid};

fn digest(secret: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(secret))
}

fn key(id: &str, status: &str) -> Value {
    json!({
        "id": id, "name": "ci", "description": "d", "status": status, "hint": "abcd", "owner": "org_1",
        "scopes": ["read"], "created_at": "2026-01-01T00:00:00.123456789Z", "updated_at": "2026-01-02T00:00:00Z",
        "expiry": { "at": "2999-01-01T00:00:00Z" }, "last_used_at": null, "metadata": { "n": 0.1 },
        "extra": { "remaining": 5 },
    })
}

fn file() -> Value {
    json!({ "version": 1, "next": 9, "keys": {
        "0": { "key": key("key_1", "active"), "digest": digest("ak_one"), "secret": "ak_one",
               "previous": [{ "digest": digest("ak_zero"), "valid_until": "2999-01-01T00:00:00Z" }] },
        "3": { "key": key("key_2", "revoked"), "digest": digest("ak_two") },
    } })
}

#[tokio::test]
async fn imported_secrets_remain_valid() {
    for database in Database::all().await {
        for builder in [database.builder(), database.builder().pepper("p".repeat(32))] {
            let keys = builder.actor("migration").build().expect("built");
            let import = keys.import(file().to_string().as_bytes()).await.expect("imported");
            assert_eq!((import.imported, import.skipped), (2, 0));
            let repeated = keys.import(file().to_string().as_bytes()).await.expect("skipped");
            assert_eq!((repeated.imported, repeated.skipped), (0, 2));

            for secret in ["ak_one", "ak_zero"] {
                assert!(is_valid(&keys, &SecretKey::new(secret)).await);
            }
            let revoked = keys.verify(&SecretKey::new("ak_two")).await.expect("verified");
            assert_eq!(revoked, Verification::Invalid(InvalidReason::Revoked));
            let id = KeyId::new("key_1").expect("an id");
            let imported = keys.get(&id).await.expect("a key");
            assert_eq!(
                imported.created_at.map(|time| time.to_string()).as_deref(),
                Some("2026-01-01T00:00:00.123456Z")
            );
            assert_eq!(imported.extra["remaining"], 3);
            assert_eq!(imported.status, KeyStatus::Active);
            let all = keys.list(ListQuery::new().include_inactive(true)).await.expect("a page").items;
            assert_eq!(all.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["key_1", "key_2"]);
            let events = keys.events(EventQuery::new().key(id.clone())).await.expect("events").items;
            assert_eq!(
                (events[0].action.as_str(), events[0].actor.as_deref()),
                ("import", Some("migration"))
            );
            keys.delete(&id).await.expect("deleted");
            keys.delete(&KeyId::new("key_2").expect("an id")).await.expect("deleted");
        }
    }
}

#[tokio::test]
async fn invalid_file_imports_nothing() {
    let database = Database::sqlite();
    let keys = database.open().await;
    let mut duplicate = file();
    duplicate["keys"]["3"]["digest"] = digest("ak_one").into();
    let mut broken = file();
    broken["keys"]["3"]["digest"] = "ak_secret_secret".into();
    let mut version = file();
    version["version"] = 2.into();
    let number = file().to_string().replacen("\"version\":1", "\"version\":\"ak_secret_secret\"", 1);
    let metadata = file().to_string().replace(r#"{"n":0.1}"#, r#"{"n":1e999}"#);
    let texts =
        [duplicate.to_string(), broken.to_string(), version.to_string(), number, metadata, String::new()];
    for text in texts {
        let error = keys.import(text.as_bytes()).await.expect_err("invalid");
        assert!(matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Conflict), "{error}");
        assert!(!format!("{error} {error:?}").contains("ak_secret"), "{error:?}");
        assert_eq!(keys.list(ListQuery::new().include_inactive(true)).await.expect("a page").items, []);
    }
}

#[tokio::test]
async fn large_file_is_imported() {
    for database in Database::all().await {
        let keys = database.open().await;
        let number = 1_201;
        let stored = |n: usize| {
            let secret = format!("ak_{n}");
            (n.to_string(), json!({ "key": key(&format!("key_{n}"), "active"), "digest": digest(&secret) }))
        };
        let stored: serde_json::Map<_, _> = (0..number).map(stored).collect();
        let file = json!({ "version": 1, "next": number, "keys": stored });
        let import = keys.import(file.to_string().as_bytes()).await.expect("imported");
        assert_eq!(import.imported, number);
        for n in [0, 499, 500, number - 1] {
            assert!(is_valid(&keys, &SecretKey::new(format!("ak_{n}"))).await);
        }
    }
}
