//! The schema.

use deadpool_postgres::{GenericClient, Object};

use super::error::Failure;
use crate::VENDOR;
use crate::schema::{COMPATIBLE_FROM, Upgrade, VERSION_TABLE};

const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// The lock that instances hold while they upgrade: "api_keys" in ASCII.
const LOCK: i64 = 0x6170_695f_6b65_7973;

/// Creates or upgrades the tables. A role without the right to do so can use tables that are current.
pub(super) async fn run(client: &mut Object) -> Result<(), Failure> {
    if steps(client).await?.is_empty() {
        return Ok(());
    }
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute(VERSION_TABLE).await?;
    // Another instance may have upgraded the schema in the meantime.
    for (version, sql) in steps(&transaction).await? {
        transaction.batch_execute(sql).await?;
        let insert = "INSERT INTO api_key_schema (version, compatible_from) VALUES ($1, $2)";
        transaction.execute(insert, &[&version, &COMPATIBLE_FROM]).await?;
    }
    transaction.commit().await.map_err(Failure::Commit)
}

async fn steps<C: GenericClient>(client: &C) -> Result<Vec<(i64, &'static str)>, Failure> {
    let exists = client.query_one("SELECT to_regclass('api_key_schema') IS NOT NULL", &[]).await?;
    let installed = if exists.try_get(0)? {
        let newest = "SELECT version, compatible_from FROM api_key_schema ORDER BY version DESC LIMIT 1";
        let row = client.query_opt(newest, &[]).await?;
        row.map(|row| Ok::<_, Failure>((row.try_get(0)?, row.try_get(1)?))).transpose()?
    } else {
        None
    };
    match Upgrade::of(installed, MIGRATIONS) {
        Upgrade::None => Ok(Vec::new()),
        Upgrade::Run(steps) => Ok(steps),
        Upgrade::Incompatible(message) => Err(api_keys_core::Error::configuration(VENDOR, message).into()),
    }
}
