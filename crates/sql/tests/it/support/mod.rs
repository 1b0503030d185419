//! Databases for tests.

pub(crate) mod child;

use std::time::Duration;

use api_keys_core::{ApiKeyProvider as _, SecretKey, Verification};
use api_keys_live_tests::postgres;
use api_keys_sql::{Sql, SqlBuilder};
use tempfile::TempDir;

/// An empty database.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { url: format!("sqlite:{}", folder.path().join("keys.db").display()), folder }
    }

    /// Returns an empty database of each kind. PostgreSQL is omitted, with a message, if it is not installed.
    pub(crate) async fn all() -> Vec<Self> {
        std::iter::once(Self::sqlite()).chain(Self::postgres().await).collect()
    }

    /// Returns an empty PostgreSQL database, or `None` with a message if PostgreSQL is not installed.
    pub(crate) async fn postgres() -> Option<Self> {
        let server = postgres::shared()?;
        let folder = tempfile::tempdir().expect("a folder");
        Some(Self { url: server.create_database().await, folder })
    }

    pub(crate) fn builder(&self) -> SqlBuilder {
        Sql::builder(self.url.as_str())
    }

    pub(crate) async fn open(&self) -> Sql {
        Sql::connect(self.url.as_str()).await.expect("a database")
    }

    /// Moves all ends of validity into the past, as if time had passed.
    pub(crate) async fn advance(&self, time: Duration) {
        let micros = time.as_micros();
        let earlier = |column: &str| match self.url.starts_with("sqlite:") {
            true => format!("{column} = {column} - {micros}"),
            false => format!("{column} = {column} - {micros} * interval '1 microsecond'"),
        };
        self.execute(&format!(
            "UPDATE api_keys SET {}; UPDATE api_key_secrets SET {};",
            earlier("expires_at"),
            earlier("valid_until")
        ))
        .await;
    }

    /// Executes statements.
    pub(crate) async fn execute(&self, sql: &str) {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let connection = rusqlite::Connection::open(path).expect("a database");
            connection.execute_batch(sql).expect("executed");
            return;
        }
        postgres::client(&self.url).await.batch_execute(sql).await.expect("executed");
    }

    /// Executes statements that the database must reject.
    pub(crate) async fn rejects(&self, sql: &str) {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let connection = rusqlite::Connection::open(path).expect("a database");
            connection.execute_batch(sql).expect_err("rejected");
            return;
        }
        postgres::client(&self.url).await.batch_execute(sql).await.expect_err("rejected");
    }
}

pub(crate) async fn is_valid(keys: &Sql, secret: &SecretKey) -> bool {
    matches!(keys.verify(secret).await.expect("verified"), Verification::Valid(_))
}
