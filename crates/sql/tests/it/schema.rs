//! Versions of the schema.

use api_keys_core::{ApiKeyProvider as _, ErrorKind, ListQuery, NewApiKey};
use api_keys_sql::Sql;

use crate::support::Database;

#[tokio::test]
async fn compatible_newer_schema_is_used() {
    for database in Database::all().await {
        let keys = database.open().await;
        let _ = keys.create(NewApiKey::new("ci")).await.expect("a key");
        database.execute("INSERT INTO api_key_schema (version, compatible_from) VALUES (99, 1)").await;
        // An instance that runs during the upgrade, and one that starts after it.
        for keys in [keys, database.open().await] {
            assert_eq!(keys.list(ListQuery::new()).await.expect("a page").items.len(), 1);
        }
    }
}

#[tokio::test]
async fn incompatible_schema_is_rejected() {
    for database in Database::all().await {
        let _ = database.open().await;
        database.execute("INSERT INTO api_key_schema (version, compatible_from) VALUES (99, 98)").await;
        let error = Sql::connect(database.url.as_str()).await.expect_err("too new");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("requires a newer version of this library"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn instances_start_at_once() {
    for database in Database::all().await {
        let starts = (0..16).map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move { Sql::connect(url).await.map(drop) })
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.expect("no panic").expect("started");
        }
    }
}
