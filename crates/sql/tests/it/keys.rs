//! Keys and listings.

use std::collections::HashSet;
use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider as _, ApiKeyProviderExt as _, Cursor, Effect, ErrorKind, Expiry, ListQuery, NewApiKey,
    SecretKey, UpdateApiKey,
};
use api_keys_sql::{SecretFormat, Sql};
use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::support::{Database, is_valid};

#[tokio::test]
async fn created_key_is_returned_exactly() {
    for database in Database::all().await {
        let keys = database.open().await;
        let new = NewApiKey::new("ключ \"1\"\n")
            .description("d")
            .owner("o")
            .scopes(["b", "a"])
            .expires_in(Duration::new(3600, 123_456_789))
            .metadata(json!({ "n": [0.1, 1e300, 2.225_073_858_507_201e-308, 9_007_199_254_740_993_u64], "s": "\0é" }))
            .extra("remaining", i64::MAX)
            .extra("tier", json!(["gold"]));
        let issued = keys.create(new).await.expect("a key");
        // Another connection reads what was stored.
        let other = database.open().await;
        assert_eq!(other.get(&issued.key.id).await.expect("a key"), issued.key);
        let empty =
            keys.create(NewApiKey::new("").scopes([""; 0]).expiry(Expiry::Never)).await.expect("a key");
        assert_eq!(other.get(&empty.key.id).await.expect("a key"), empty.key);
    }
}

#[tokio::test]
async fn secret_has_the_format() {
    for database in Database::all().await {
        let format = SecretFormat::new("acme_live").expect("a format");
        let keys = database.builder().format(format.clone()).build().expect("built");
        let secret = keys.create(NewApiKey::new("ci")).await.expect("a key").secret;
        let text = secret.expose();
        assert!(format.matches(text) && !SecretFormat::default().matches(text));
        assert_eq!(text.len(), "acme_live_".len() + 49);
        // A secret of another format remains valid.
        assert!(is_valid(&database.open().await, &secret).await);
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            assert!(
                !format.matches(std::str::from_utf8(&bytes).expect("ASCII")),
                "a typo at {at} is accepted"
            );
        }
    }
}

#[tokio::test]
async fn secret_is_not_stored() {
    let database = Database::sqlite();
    let keys = database.open().await;
    let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
    assert!(is_valid(&keys, &issued.secret).await);
    keys.flush().await.expect("written");
    let secret = issued.secret.expose().as_bytes();
    let mut files = 0;
    for file in std::fs::read_dir(database.folder.path()).expect("the folder") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("readable");
        files += 1;
        // The last four characters are shown as a hint.
        for part in secret[..secret.len() - 4].windows(8).step_by(4) {
            assert!(!bytes.windows(8).any(|window| window == part), "{} contains the secret", path.display());
        }
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(&path).expect("a file").permissions(),
            );
            assert_eq!(mode & 0o077, 0, "{} can be read by others", path.display());
        }
    }
    assert!(files >= 2, "no log was checked");
}

#[tokio::test]
async fn list_is_confined_and_paged() {
    for database in Database::all().await {
        let keys = database.open().await;
        let mut expected = Vec::new();
        for n in 0..25 {
            let new = NewApiKey::new(format!("key {n} 100%_")).owner(format!("org_{}", n % 2));
            let key = keys.create(new).await.expect("a key").key;
            if n % 2 == 1 {
                expected.push(key.id.clone());
            }
            if n == 3 {
                keys.update(&key.id, UpdateApiKey::new().enabled(false)).await.expect("disabled");
            }
        }
        let query = ListQuery::new().owner("org_1").limit(2).include_inactive(true);
        let listed: Vec<_> = keys.keys(query.clone()).map_ok(|key| key.id).try_collect().await.expect("keys");
        assert_eq!(listed, expected);
        let page = keys.list(query.include_inactive(false).limit(1000)).await.expect("a page");
        assert_eq!(page.items.len(), expected.len() - 1);
        assert_eq!(page.next, None);
        let search = |text: &str| ListQuery::new().search(text);
        assert_eq!(keys.list(search("key 2").limit(100)).await.expect("a page").items.len(), 6);
        assert_eq!(keys.list(search("100%_")).await.expect("a page").items.len(), 24);
        assert_eq!(keys.list(search("%")).await.expect("a page").items.len(), 24);
        assert_eq!(keys.list(search("KEY")).await.expect("a page").items.len(), 0);
        for cursor in ["memory:1", "sql:", "sql:x", "1"] {
            let error = keys.list(ListQuery::new().cursor(Cursor::new(cursor))).await.expect_err("foreign");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
}

#[tokio::test]
async fn pages_do_not_skip_while_keys_change() {
    for database in Database::all().await {
        let keys = database.open().await;
        let mut stable = HashSet::new();
        let mut removed = Vec::new();
        for n in 0..60 {
            let id = keys.create(NewApiKey::new(n.to_string())).await.expect("a key").key.id;
            if n % 3 == 0 {
                removed.push(id);
            } else {
                stable.insert(id);
            }
        }
        let mut listing = std::pin::pin!(keys.keys(ListQuery::new().limit(5)));
        let mut seen = HashSet::new();
        while let Some(key) = listing.try_next().await.expect("a key") {
            assert!(seen.insert(key.id.clone()), "{} is repeated", key.id);
            if let Some(id) = removed.pop() {
                keys.delete(&id).await.expect("deleted");
                let _ = keys.create(NewApiKey::new("new")).await.expect("a key");
            }
        }
        assert!(stable.is_subset(&seen));
    }
}

#[tokio::test]
async fn text_that_cannot_be_stored_is_rejected() {
    let Some(database) = Database::postgres().await else { return };
    let keys = database.open().await;
    let error = keys.create(NewApiKey::new("a\0b")).await.expect_err("not storable");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied), "{error:?}");
    assert_eq!(keys.list(ListQuery::new()).await.expect("a page").items, []);
}

#[tokio::test]
async fn invalid_expiration_is_rejected() {
    for database in Database::all().await {
        let keys = database.open().await;
        for expiry in [Expiry::In(Duration::MAX), Expiry::In(Duration::from_nanos(999))] {
            let error = keys.create(NewApiKey::new("ci").expiry(expiry)).await.expect_err("invalid");
            assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied));
        }
        for remaining in [json!(-1), json!(1.5), json!("5"), json!(u64::MAX)] {
            let error =
                keys.create(NewApiKey::new("ci").extra("remaining", remaining)).await.expect_err("invalid");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
}

#[tokio::test]
async fn url_must_name_a_database() {
    let invalid = [
        "",
        "keys.db",
        "sqlite:",
        "sqlite://",
        "sqlite::memory:",
        "sqlite:keys.db?mode=ro",
        "mysql://host/db",
        "postgres://",
        "postgres://host",
        "postgres://user:hunter2hunter2@host/",
        "postgres://user:hunter2hunter2@host/db?sslmode=prefer",
        "postgres://user:hunter2hunter2@host/db?unknown=1",
    ];
    for url in invalid {
        let error = Sql::builder(url).build().expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
    let keys = Sql::builder("postgres://user:hunter2hunter2@host/db").build().expect("built");
    assert!(!format!("{keys:?}").contains("hunter2"));
}

#[tokio::test]
async fn prefix_is_validated() {
    for prefix in ["", "1a", "_a", "a-b", "a b", "é", &"a".repeat(33)] {
        assert_eq!(SecretFormat::new(prefix).expect_err(prefix).kind(), ErrorKind::Configuration);
    }
    let secret = SecretKey::new("ak_short");
    assert!(!SecretFormat::default().matches(secret.expose()));
    assert!(!SecretFormat::default().matches("ak_éééééééééééééééééééééééééé"));
}
