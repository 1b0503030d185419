//! Keys in a PostgreSQL database.

mod connect;
mod error;
mod migrate;
mod rows;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_keys_core::{ApiKey, Error, ErrorKind, KeyId, KeyStatus, ListQuery, Operation, Result, Timestamp};
use async_trait::async_trait;
use deadpool_postgres::{Object, Pool, Transaction};
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use self::error::Failure;
use self::rows::{columns, event, record};
use crate::VENDOR;
use crate::event::{Event, EventQuery, NewEvent};
use crate::record::{COLUMNS, Change, Columns, Decide, KEY_COLUMNS, NewRecord, Record};
use crate::secret::digest::Digest;
use crate::store::{Decoys, Match, Store, Use, match_status};

/// The delays before further attempts.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// A database, to which the first call connects.
pub(crate) struct Postgres {
    pool: Pool,
    /// The time limit of an attempt.
    timeout: Duration,
    migrated: OnceCell<()>,
    decoys: Decoys,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The configuration contains the password.
        f.debug_struct("Postgres").field("pool", &self.pool.status()).finish_non_exhaustive()
    }
}

/// Whether the commit of a transaction was sent, so that a lost connection has an unknown effect.
#[derive(Default)]
struct Phase(AtomicBool);

impl Postgres {
    /// Creates a database from a URL, without connecting.
    pub(crate) fn from_url(url: &str, max_connections: u32, timeout: Duration) -> Result<Self> {
        let pool = connect::pool(url, max_connections, timeout)?;
        Ok(Self { pool, timeout, migrated: OnceCell::new(), decoys: Decoys::default() })
    }

    async fn migrated(&self) -> Result<()> {
        let migrate = || async {
            let mut client = self.pool.get().await.map_err(Failure::Pool)?;
            migrate::run(&mut client).await
        };
        let migrate = || async {
            let migrated = timeout(self.timeout, migrate()).await;
            let migrated = migrated.unwrap_or(Err(Failure::Timeout { committing: false }));
            migrated.map_err(|failure| failure.into_error(Operation::Get))
        };
        self.migrated.get_or_try_init(migrate).await.copied()
    }

    /// Makes attempts with a connection until one succeeds or fails for good. Transient failures without an effect are
    /// repeated.
    async fn run<T, F>(
        &self,
        operation: Operation,
        mut attempt: impl FnMut(Object, Arc<Phase>) -> F + Send,
    ) -> Result<T>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.migrated().await.map_err(|error| error.with_operation(operation))?;
        let mut delays = RETRY_DELAYS.into_iter();
        loop {
            let failure = match self.pool.get().await {
                Err(error) => Failure::Pool(error),
                Ok(client) => {
                    let phase = Arc::new(Phase::default());
                    match timeout(self.timeout, attempt(client, phase.clone())).await {
                        Ok(Ok(result)) => return Ok(result),
                        Ok(Err(failure)) => failure,
                        Err(_) => {
                            // No idle connection to a server that does not respond is reliable, nor is this one.
                            self.pool.retain(|_, _| false);
                            Failure::Timeout { committing: phase.is_committing() }
                        }
                    }
                }
            };
            match delays.next().filter(|_| failure.is_transient()) {
                Some(delay) => sleep(delay).await,
                None => return Err(failure.into_error(operation)),
            }
        }
    }

    /// Reads rows with one statement.
    async fn query<T: Send>(
        &self,
        operation: Operation,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
        read: impl Fn(&Row) -> Result<T, Failure> + Send + Sync,
    ) -> Result<Vec<T>> {
        let read = &read;
        let attempt = |client: Object, _| async move {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, parameters).await?.iter().map(read).collect()
        };
        self.run(operation, attempt).await
    }
}

impl Phase {
    fn is_committing(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    async fn commit(&self, transaction: Transaction<'_>) -> Result<(), Failure> {
        self.0.store(true, Ordering::Relaxed);
        transaction.commit().await.map_err(Failure::Commit)
    }
}

#[async_trait]
impl Store for Postgres {
    async fn connect(&self) -> Result<()> {
        self.migrated().await
    }

    async fn insert(
        &self,
        keys: Arc<[NewRecord]>,
        actor: Option<Arc<str>>,
        operation: Operation,
    ) -> Result<Vec<ApiKey>> {
        let (keys, actor) = (&keys, actor.as_deref());
        let attempt = |mut client: Object, phase: Arc<Phase>| async move {
            insert(&mut client, &phase, keys, actor).await
        };
        self.run(operation, attempt).await
    }

    async fn get(&self, id: &KeyId) -> Result<Option<(Record, Timestamp)>> {
        let sql = format!("SELECT {KEY_COLUMNS}, clock_timestamp() FROM api_keys k WHERE k.id = $1");
        let found = self.query(Operation::Get, &sql, &[&id.as_str()], record).await?;
        Ok(found.into_iter().next())
    }

    async fn find(&self, digests: Vec<Digest>) -> Result<Option<Match>> {
        let decoys: Vec<i64> = digests.iter().map(|digest| self.decoys.of(digest)).collect();
        let digests: Vec<&[u8]> = digests.iter().map(|digest| digest.0.as_slice()).collect();
        let find = |row: &Row| {
            let digest = row.try_get::<_, Option<&[u8]>>(COLUMNS + 2)?;
            let digest = digest.map(|digest| Digest::from_bytes(digest).ok_or(Failure::Damaged("digest")));
            let (now, valid_until) = (row.try_get(COLUMNS)?, row.try_get(COLUMNS + 1)?);
            let status = row.try_get::<_, Option<&str>>(6)?.unwrap_or("revoked");
            let status = match_status(status, row.try_get(10)?, valid_until, now);
            let status = status.map_err(Failure::Damaged)?;
            let (Some(digest), Some(status)) = (digest.transpose()?, status) else { return Ok(None) };
            let key = (status == KeyStatus::Active).then(|| record(row)).transpose()?;
            let key = key.map(|(record, _)| record.key);
            Ok(Some(Match { number: row.try_get(0)?, digest, status, key, now }))
        };
        let select = |digests: &str, digest: &str, decoy: &str| {
            format!(
                "SELECT {KEY_COLUMNS}, clock_timestamp(), s.valid_until, s.digest FROM {digests}
                 LEFT JOIN api_key_secrets s ON s.digest = {digest}
                 LEFT JOIN api_keys k ON k.number = coalesce(s.key, {decoy})"
            )
        };
        // Equality with a single digest needs a simpler plan than a list.
        let found = match (&*digests, &*decoys) {
            ([digest], [decoy]) => {
                let select = select("(SELECT 1) one", "$1", "$2");
                self.query(Operation::Verify, &select, &[digest, decoy], find).await?
            }
            _ => {
                let lists = "unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY one (digest, decoy, place)";
                let select = select(lists, "one.digest", "one.decoy") + " ORDER BY one.place";
                self.query(Operation::Verify, &select, &[&digests, &decoys], find).await?
            }
        };
        let found = found.into_iter().flatten().next();
        self.decoys.found(found.as_ref());
        Ok(found)
    }

    async fn page(&self, query: ListQuery, after: i64, limit: u32) -> Result<(Vec<Record>, Timestamp)> {
        let limit = i64::from(limit);
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&after, &limit];
        let mut sql = format!("SELECT {KEY_COLUMNS}, clock_timestamp() FROM api_keys k WHERE k.number > $1");
        if let Some(owner) = &query.owner {
            parameters.push(owner);
            sql.push_str(&format!(" AND k.owner = ${}", parameters.len()));
        }
        if let Some(text) = &query.search {
            parameters.push(text);
            sql.push_str(&format!(" AND position(${} in k.name) > 0", parameters.len()));
        }
        if !query.include_inactive {
            sql.push_str(
                " AND k.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())",
            );
        }
        sql.push_str(" ORDER BY k.number LIMIT $2");
        let rows = self.query(Operation::List, &sql, &parameters, record).await?;
        let now = rows.first().map_or(Timestamp::UNIX_EPOCH, |(_, now)| *now);
        Ok((rows.into_iter().map(|(record, _)| record).collect(), now))
    }

    async fn change(
        &self,
        id: &KeyId,
        decide: Arc<Decide>,
        actor: Option<Arc<str>>,
        operation: Operation,
    ) -> Result<(ApiKey, Timestamp)> {
        let (decide, actor) = (&decide, actor.as_deref());
        let attempt = |mut client: Object, phase: Arc<Phase>| async move {
            change(&mut client, &phase, id, &**decide, actor, operation).await
        };
        self.run(operation, attempt).await
    }

    async fn consume(&self, number: i64) -> Result<Option<i64>> {
        let attempt =
            |mut client: Object, phase: Arc<Phase>| async move { consume(&mut client, &phase, number).await };
        self.run(Operation::Verify, attempt).await
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<()> {
        let uses = &uses;
        let attempt = |mut client: Object, phase: Arc<Phase>| async move {
            record_uses(&mut client, &phase, uses).await
        };
        self.run(Operation::Verify, attempt).await
    }

    async fn events(&self, query: EventQuery, before: i64, limit: u32) -> Result<Vec<(i64, Event)>> {
        let limit = i64::from(limit);
        let key = query.key.as_ref().map(KeyId::as_str);
        let filters: [(&str, Option<&(dyn ToSql + Sync)>); 4] = [
            ("key =", key.as_ref().map(|key| key as _)),
            ("owner =", query.owner.as_ref().map(|owner| owner as _)),
            ("actor =", query.actor.as_ref().map(|actor| actor as _)),
            ("at >=", query.since.as_ref().map(|since| since as _)),
        ];
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&before, &limit];
        let mut sql = "SELECT number, at, actor, action, key, owner, changes FROM api_key_events
                       WHERE number < $1"
            .to_owned();
        for (condition, value) in filters {
            if let Some(value) = value {
                parameters.push(value);
                sql.push_str(&format!(" AND {condition} ${}", parameters.len()));
            }
        }
        sql.push_str(" ORDER BY number DESC LIMIT $2");
        self.query(Operation::List, &sql, &parameters, event).await
    }
}

async fn insert(
    client: &mut Object,
    phase: &Phase,
    keys: &[NewRecord],
    actor: Option<&str>,
) -> Result<Vec<ApiKey>, Failure> {
    let transaction = client.transaction().await?;
    let now: Timestamp = transaction.query_one("SELECT clock_timestamp()", &[]).await?.try_get(0)?;
    let mut inserted = Vec::with_capacity(keys.len());
    for new in keys {
        let key = new.at(now)?;
        let columns = Columns::of(&key);
        // A later creation has a later time, but not necessarily a later number.
        let statement = transaction
            .prepare_cached(
                "INSERT INTO api_keys (id, name, description, owner, scopes, status, hint, created_at, updated_at,
                 expires_at, last_used_at, remaining, metadata, extra)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING number",
            )
            .await?;
        let row = transaction
            .query_one(
                &statement,
                &[
                    &columns.id,
                    &columns.name,
                    &columns.description,
                    &columns.owner,
                    &columns.scopes,
                    &columns.status,
                    &columns.hint,
                    &columns.created_at,
                    &columns.updated_at,
                    &columns.expires_at,
                    &columns.last_used_at,
                    &columns.remaining,
                    &columns.metadata,
                    &columns.extra,
                ],
            )
            .await?;
        let number: i64 = row.try_get(0)?;
        for (digest, valid_until) in &new.digests {
            insert_secret(&transaction, number, digest, *valid_until).await?;
        }
        record_event(&transaction, new.action, None, Some(&key), actor, now).await?;
        inserted.push(key);
    }
    phase.commit(transaction).await?;
    Ok(inserted)
}

async fn change(
    client: &mut Object,
    phase: &Phase,
    id: &KeyId,
    decide: &Decide,
    actor: Option<&str>,
    operation: Operation,
) -> Result<(ApiKey, Timestamp), Failure> {
    let transaction = client.transaction().await?;
    let sql = format!("SELECT {KEY_COLUMNS} FROM api_keys k WHERE k.id = $1 FOR UPDATE");
    let statement = transaction.prepare_cached(&sql).await?;
    let Some(row) = transaction.query_opt(&statement, &[&id.as_str()]).await? else {
        return Err(Error::new(ErrorKind::NotFound, VENDOR, operation).into());
    };
    // The time after the lock was acquired.
    let now: Timestamp = transaction.query_one("SELECT clock_timestamp()", &[]).await?.try_get(0)?;
    let before = columns(&row)?.into_key().map_err(Failure::Damaged)?;
    let number: i64 = row.try_get(0)?;
    let change = decide(&before, now)?;
    apply(&transaction, number, &change, now).await?;
    if !matches!(change, Change::Keep) {
        record_event(&transaction, operation.as_str(), Some(&before), change.key(), actor, now).await?;
    }
    phase.commit(transaction).await?;
    Ok((change.result(before), now))
}

async fn apply(
    transaction: &Transaction<'_>,
    number: i64,
    change: &Change,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Change::Delete = change {
        let statement = transaction.prepare_cached("DELETE FROM api_keys WHERE number = $1").await?;
        transaction.execute(&statement, &[&number]).await?;
    }
    if let Some(key) = change.key() {
        let columns = Columns::of(key);
        // The time of the last use is written by verifications only, and the id and the time of the creation are fixed.
        let statement = transaction
            .prepare_cached(
                "UPDATE api_keys SET name = $2, description = $3, owner = $4, scopes = $5, status = $6, hint = $7,
                 updated_at = $8, expires_at = $9, remaining = $10, metadata = $11, extra = $12 WHERE number = $1",
            )
            .await?;
        transaction
            .execute(
                &statement,
                &[
                    &number,
                    &columns.name,
                    &columns.description,
                    &columns.owner,
                    &columns.scopes,
                    &columns.status,
                    &columns.hint,
                    &columns.updated_at,
                    &columns.expires_at,
                    &columns.remaining,
                    &columns.metadata,
                    &columns.extra,
                ],
            )
            .await?;
    }
    if let Change::Rotate { digest, previous_until, .. } = change {
        if *previous_until <= now {
            let delete = "DELETE FROM api_key_secrets WHERE key = $1";
            transaction.execute(&transaction.prepare_cached(delete).await?, &[&number]).await?;
        } else {
            let delete = "DELETE FROM api_key_secrets WHERE key = $1 AND valid_until <= $2";
            transaction.execute(&transaction.prepare_cached(delete).await?, &[&number, &now]).await?;
            let update = "UPDATE api_key_secrets SET valid_until = $2 WHERE key = $1 AND valid_until IS NULL";
            transaction
                .execute(&transaction.prepare_cached(update).await?, &[&number, previous_until])
                .await?;
        }
        insert_secret(transaction, number, digest, None).await?;
    }
    Ok(())
}

async fn insert_secret(
    transaction: &Transaction<'_>,
    number: i64,
    digest: &Digest,
    valid_until: Option<Timestamp>,
) -> Result<(), Failure> {
    let statement = transaction
        .prepare_cached("INSERT INTO api_key_secrets (digest, key, valid_until) VALUES ($1, $2, $3)")
        .await?;
    transaction.execute(&statement, &[&digest.0.as_slice(), &number, &valid_until]).await?;
    Ok(())
}

async fn record_event(
    transaction: &Transaction<'_>,
    action: &str,
    before: Option<&ApiKey>,
    after: Option<&ApiKey>,
    actor: Option<&str>,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(event) = NewEvent::new(action, before, after) else { return Ok(()) };
    let statement = transaction
        .prepare_cached(
            "INSERT INTO api_key_events (at, actor, action, key, owner, changes) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    transaction
        .execute(&statement, &[&now, &actor, &event.action, &event.key, &event.owner, &event.changes])
        .await?;
    Ok(())
}

async fn consume(client: &mut Object, phase: &Phase, number: i64) -> Result<Option<i64>, Failure> {
    let transaction = client.transaction().await?;
    let statement = transaction
        .prepare_cached(
            "UPDATE api_keys SET remaining = remaining - 1, last_used_at = clock_timestamp()
             WHERE number = $1 AND remaining > 0 AND status = 'active'
             AND (expires_at IS NULL OR expires_at > clock_timestamp())
             RETURNING remaining",
        )
        .await?;
    let row = transaction.query_opt(&statement, &[&number]).await?;
    let remaining = row.map(|row| row.try_get(0)).transpose()?;
    phase.commit(transaction).await?;
    Ok(remaining)
}

async fn record_uses(client: &mut Object, phase: &Phase, uses: &[Use]) -> Result<(), Failure> {
    let transaction = client.transaction().await?;
    let numbers: Vec<i64> = uses.iter().map(|usage| usage.number).collect();
    let times: Vec<Timestamp> = uses.iter().map(|usage| usage.at).collect();
    let statement = transaction
        .prepare_cached(
            "UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, u.at)
             FROM unnest($1::bigint[], $2::timestamptz[]) AS u (number, at) WHERE k.number = u.number",
        )
        .await?;
    transaction.execute(&statement, &[&numbers, &times]).await?;
    let upgrades: Vec<_> = uses.iter().filter_map(|usage| usage.digest).collect();
    if !upgrades.is_empty() {
        let old: Vec<&[u8]> = upgrades.iter().map(|(old, _)| old.0.as_slice()).collect();
        let new: Vec<&[u8]> = upgrades.iter().map(|(_, new)| new.0.as_slice()).collect();
        let statement = transaction
            .prepare_cached(
                "UPDATE api_key_secrets s SET digest = u.new
                 FROM unnest($1::bytea[], $2::bytea[]) AS u (old, new) WHERE s.digest = u.old",
            )
            .await?;
        transaction.execute(&statement, &[&old, &new]).await?;
    }
    phase.commit(transaction).await
}
