//! Keys in SQLite and PostgreSQL.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use api_keys::sql::Sql;
use api_keys::{ApiKeyProvider as _, ListQuery, NewApiKey, SecretKey};
use api_keys_live_tests::postgres;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use futures_util::{StreamExt as _, stream};

const SMALL: usize = 1_000;
const LARGE: usize = 1_000_000;
const CALLS: usize = 10_000;

/// Measures both databases and returns a Markdown table.
pub(crate) fn markdown() -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut table = "| | figure | ratio |\n|---|---:|---:|\n".to_owned();
    runtime.block_on(async {
        sqlite(&mut table).await;
        postgres(&mut table).await;
    });
    table
}

fn row(table: &mut String, title: &str, figure: impl std::fmt::Display, ratio: Option<f64>) {
    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
    let _ = writeln!(table, "| {title} | {figure} | {ratio} |");
}

async fn sqlite(table: &mut String) {
    let folder = tempfile::tempdir().expect("a folder");
    let keys =
        Sql::connect(format!("sqlite:{}", folder.path().join("keys.db").display())).await.expect("opened");
    let mut secrets = fill(&keys, SMALL, 1).await;
    let small = verify(&keys, &secrets).await;
    let small_page = page(&keys).await;

    let start = Instant::now();
    for n in 0..SMALL {
        let _ = keys.create(NewApiKey::new(n.to_string())).await.expect("a key");
    }
    let sequential = SMALL as f64 / start.elapsed().as_secs_f64();
    let before = resident();
    let start = Instant::now();
    // Keys throughout the table are verified.
    secrets.extend(fill(&keys, LARGE - 2 * SMALL, LARGE / CALLS).await);
    let concurrent = (LARGE - 2 * SMALL) as f64 / start.elapsed().as_secs_f64();
    let large = verify(&keys, &secrets).await;
    let large_page = page(&keys).await;

    let ratio = |large: Duration, small: Duration| Some(large.as_secs_f64() / small.as_secs_f64());
    row(table, "SQLite: verify, 1,000 keys", format_args!("{small:.1?}"), Some(1.0));
    row(table, "SQLite: verify, 1,000,000 keys", format_args!("{large:.1?}"), ratio(large, small));
    row(table, "SQLite: page of 100 keys, 1,000 keys", format_args!("{small_page:.0?}"), Some(1.0));
    row(
        table,
        "SQLite: page of 100 keys, 1,000,000 keys",
        format_args!("{large_page:.0?}"),
        ratio(large_page, small_page),
    );
    row(table, "SQLite: creates per second, one at a time", format_args!("{sequential:.0}"), None);
    row(
        table,
        "SQLite: creates per second, 64 at a time",
        format_args!("{concurrent:.0}"),
        Some(concurrent / sequential),
    );
    let grown = resident().saturating_sub(before) / 1024;
    row(table, "SQLite: memory of the process for 998,000 more keys", format_args!("{grown} MB"), None);
}

async fn postgres(table: &mut String) {
    let Some(server) = postgres::Postgres::start() else { return };
    let url = server.create_database().await;
    let keys = Sql::builder(url.as_str()).max_connections(1).build().expect("built");
    let secrets = fill(&keys, SMALL, 1).await;
    let small_page = page(&keys).await;
    let client = postgres::client(&url).await;
    let pool = pool(&url);
    let bare = &async |n: usize| {
        let number = i64::try_from(n % SMALL + 1).expect("a number");
        let client = pool.get().await.expect("a connection");
        let select = "SELECT * FROM api_keys WHERE number = $1";
        let statement = client.prepare_cached(select).await.expect("prepared");
        let _ = client.query_one(&statement, &[&number]).await.expect("a row");
    };
    let small_bare = median(bare).await;
    let small = verify(&keys, &secrets).await;
    client
        .batch_execute(&format!(
            "INSERT INTO api_keys (id, name, status, created_at) SELECT 'x' || n, 'x', 'active', now()
             FROM generate_series({SMALL}, {LARGE}) n;
             INSERT INTO api_key_secrets (digest, key)
             SELECT sha256(k.id::bytea), k.number FROM api_keys k WHERE k.id LIKE 'x%'"
        ))
        .await
        .expect("filled");
    client.batch_execute("VACUUM ANALYZE").await.expect("analyzed");
    let large_bare = median(bare).await;
    let large = verify(&keys, &secrets).await;
    let large_page = page(&keys).await;
    let ratio = |a: Duration, b: Duration| Some(a.as_secs_f64() / b.as_secs_f64());
    for (size, bare, verify) in [("1,000", small_bare, small), ("1,000,000", large_bare, large)] {
        let title = format!("PostgreSQL: prepared `SELECT` by primary key, {size} keys");
        row(table, &title, format_args!("{bare:.0?}"), Some(1.0));
        let title = format!("PostgreSQL: verify, {size} keys");
        row(table, &title, format_args!("{verify:.0?}"), ratio(verify, bare));
    }
    row(table, "PostgreSQL: page of 100 keys, 1,000 keys", format_args!("{small_page:.0?}"), Some(1.0));
    row(
        table,
        "PostgreSQL: page of 100 keys, 1,000,000 keys",
        format_args!("{large_page:.0?}"),
        ratio(large_page, small_page),
    );
}

fn pool(url: &str) -> Pool {
    let config: tokio_postgres::Config = url.parse().expect("a URL");
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(config, tokio_postgres::NoTls, recycling);
    Pool::builder(manager).max_size(1).build().expect("a pool")
}

/// Creates keys and returns the secret of every `step`th one.
async fn fill(keys: &Sql, count: usize, step: usize) -> Vec<SecretKey> {
    let create = |n: usize| async move {
        let new = NewApiKey::new(format!("key {n}")).owner(format!("org_{}", n % 100)).scopes(["read"]);
        let secret = keys.create(new).await.expect("a key").secret;
        n.is_multiple_of(step).then_some(secret)
    };
    let created = stream::iter(0..count).map(create).buffer_unordered(64);
    created.filter_map(std::future::ready).collect().await
}

async fn verify(keys: &Sql, secrets: &[SecretKey]) -> Duration {
    // A prime step, so that consecutive keys are far apart.
    median(async |n| {
        let secret = &secrets[n * 7_919 % secrets.len()];
        assert!(keys.verify(secret).await.expect("verified").key().is_some());
    })
    .await
}

async fn page(keys: &Sql) -> Duration {
    median(async |_| {
        let page = keys.list(ListQuery::new().limit(100)).await.expect("a page");
        assert_eq!(page.items.len(), 100);
    })
    .await
}

async fn median(call: impl AsyncFn(usize)) -> Duration {
    for n in 0..CALLS / 10 {
        call(n).await;
    }
    let mut times = Vec::with_capacity(CALLS);
    for n in 0..CALLS {
        let start = Instant::now();
        call(n).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times[CALLS / 2]
}

/// Returns the resident memory of this process in kilobytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
