//! Databases that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_keys_core::{ApiKeyProvider as _, Effect, ErrorKind, ListQuery, NewApiKey, SecretKey, UpdateApiKey};
use api_keys_sql::Sql;
use tokio::task::JoinSet;

use crate::support::child::{self, Worker};
use crate::support::{Database, is_valid};
use api_keys_live_tests::postgres::Postgres;

const SOON: Duration = Duration::from_millis(300);

#[tokio::test]
async fn locked_database_is_unavailable() {
    let database = Database::sqlite();
    let keys = database.builder().timeout(SOON).build().expect("built");
    let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
    let path = database.url.strip_prefix("sqlite:").expect("a path");
    let other = rusqlite::Connection::open(path).expect("a connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    // Verification and listing continue.
    assert!(is_valid(&keys, &issued.secret).await);
    let error = keys.create(NewApiKey::new("locked")).await.expect_err("locked");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Unavailable, Effect::NotApplied));
    assert!(error.is_retryable());
    other.execute_batch("ROLLBACK").expect("released");
    assert_eq!(keys.list(ListQuery::new()).await.expect("a page").items.len(), 1);
    let _ = keys.create(NewApiKey::new("released")).await.expect("a key");
}

#[tokio::test]
async fn waiting_calls_continue_after_a_lock() {
    let database = Database::sqlite();
    let keys = database.open().await;
    let path = database.url.strip_prefix("sqlite:").expect("a path");
    let other = rusqlite::Connection::open(path).expect("a connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let mut calls = JoinSet::new();
    for n in 0..20 {
        let keys = keys.clone();
        calls.spawn(async move { keys.create(NewApiKey::new(n.to_string())).await });
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    other.execute_batch("COMMIT").expect("released");
    for result in calls.join_all().await {
        let _ = result.expect("a key");
    }
    assert_eq!(keys.list(ListQuery::new()).await.expect("a page").items.len(), 20);
}

#[tokio::test]
async fn file_that_is_no_database_is_rejected() {
    let database = Database::sqlite();
    let path = database.url.strip_prefix("sqlite:").expect("a path");
    std::fs::write(path, "not a database ".repeat(1_000)).expect("written");
    let error = Sql::connect(database.url.as_str()).await.expect_err("no database");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let error = Sql::connect(format!("{}/none/keys.db", database.url)).await.expect_err("no folder");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_only_database_is_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let database = Database::sqlite();
    let keys = database.open().await;
    let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
    let set_mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("permissions");
    };
    for file in std::fs::read_dir(database.folder.path()).expect("the folder") {
        set_mode(&file.expect("a file").path(), 0o444);
    }
    set_mode(database.folder.path(), 0o555);
    // Root can write everything, so another user reads.
    let mut worker = Worker::start_unprivileged("faults::reading_worker", &database.url);
    worker.send(issued.secret.expose());
    assert!(worker.wait());
    set_mode(database.folder.path(), 0o755);
    assert_eq!(keys.list(ListQuery::new()).await.expect("a page").items.len(), 1);
}

/// Reads, and fails to write.
#[tokio::test]
#[ignore = "started by `read_only_database_is_read`"]
async fn reading_worker() {
    let keys = Sql::connect(child::url()).await.expect("a database");
    let secret = SecretKey::new(child::line());
    assert!(is_valid(&keys, &secret).await);
    let error = keys.create(NewApiKey::new("ci")).await.expect_err("read-only");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::PermissionDenied, Effect::NotApplied));
    // The time of the use cannot be written, which does not affect verification.
    assert!(keys.flush().await.is_err());
    assert!(is_valid(&keys, &secret).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarted_postgres_is_used_again() {
    let Some(mut server) = Postgres::start() else { return };
    let url = server.create_database().await;
    let keys = Sql::connect(url.as_str()).await.expect("a database");
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for task in 0..8 {
        let (keys, stop) = (keys.clone(), stop.clone());
        tasks.spawn(async move { load(task, &keys, &stop).await });
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.stop();
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.run();
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::Relaxed);
    let outcomes = tasks.join_all().await;
    let (mut issued, mut errors) = (0, 0);
    for outcome in outcomes {
        errors += outcome.failed.len();
        for secret in outcome.issued {
            issued += 1;
            assert!(is_valid(&keys, &secret).await, "a key is lost");
        }
        for (name, effect) in outcome.failed {
            let found = keys.list(ListQuery::new().search(&name)).await.expect("a page").items;
            assert!(effect != Effect::NotApplied || found.is_empty(), "{name} exists");
        }
    }
    assert!(issued > 100, "{issued} keys");
    println!("{issued} keys, {errors} errors");
}

#[derive(Default)]
struct Outcome {
    issued: Vec<SecretKey>,
    failed: Vec<(String, Effect)>,
}

/// Creates keys until it is stopped.
async fn load(task: u32, keys: &Sql, stop: &AtomicBool) -> Outcome {
    let mut outcome = Outcome::default();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("name_{task}_{n}_");
        match keys.create(NewApiKey::new(&name)).await {
            Ok(issued) => outcome.issued.push(issued.secret),
            Err(error) => {
                let expected = [ErrorKind::Unavailable, ErrorKind::Transport, ErrorKind::Timeout];
                assert!(expected.contains(&error.kind()), "{error:?}");
                outcome.failed.push((name, error.effect()));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paused_postgres_times_out() {
    let Some(server) = Postgres::start() else { return };
    let url = server.create_database().await;
    let keys = Sql::builder(url.as_str()).timeout(SOON).build().expect("built");
    let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
    server.signal("STOP");
    let error = keys.verify(&issued.secret).await.expect_err("paused");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    let change = UpdateApiKey::new().name("cd");
    let error = keys.update(&issued.key.id, change).await.expect_err("paused");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.effect(), Effect::NotApplied);
    server.signal("CONT");
    assert!(is_valid(&keys, &issued.secret).await);
    assert_eq!(keys.get(&issued.key.id).await.expect("a key").name.as_deref(), Some("ci"));
}

#[tokio::test]
async fn closed_port_is_a_failed_connection() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = port.expect("a port").port();
    let keys = Sql::builder(format!("postgres://127.0.0.1:{port}/keys")).build().expect("built");
    let error = keys.create(NewApiKey::new("ci")).await.expect_err("no server");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Transport, Effect::NotApplied));
    assert!(error.is_retryable());
}
