//! The conformance suite.

use std::sync::Arc;
use std::time::Duration;

use api_keys_conformance::{Options, run};
use api_keys_core::{ApiKeyProvider as _, ListQuery};

use crate::support::Database;

#[tokio::test]
async fn sqlite_passes() {
    passes(Database::sqlite()).await;
}

#[tokio::test]
async fn postgres_passes() {
    if let Some(database) = Database::postgres().await {
        passes(database).await;
    }
}

async fn passes(database: Database) {
    let database = Arc::new(database);
    let clock = database.clone();
    let options = Options::new()
        .owner("org_1")
        .other_owner("org_2")
        .create_extra("remaining", 5)
        .update_extra("remaining", 7)
        .min_expiry(Duration::from_micros(1))
        .wait(move |time| {
            let clock = clock.clone();
            async move { clock.advance(time).await }
        });
    let keys = database.open().await;
    run(&keys, options).await.assert_passed();
    let left = keys.list(ListQuery::new().include_inactive(true)).await.expect("a page");
    assert_eq!(left.items, []);
}
