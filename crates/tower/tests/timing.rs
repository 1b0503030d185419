//! Response times. In a process of its own, so that other tests do not disturb it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys_core::{ApiKeyProvider as _, NewApiKey, RevokeOptions};
use api_keys_sql::{SecretFormat, Sql};
use api_keys_tower::{ApiKeyLayer, Authenticator};
use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::Mutex;
use tower::{Layer as _, ServiceExt as _, service_fn};

/// Returns the probability that a value of `a` is greater than one of `b`. Without a difference it is one half.
fn superiority(a: &[Duration], b: &mut [Duration]) -> f64 {
    b.sort_unstable();
    let less: usize = a.iter().map(|a| b.partition_point(|b| b < a) + b.partition_point(|b| b <= a)).sum();
    less as f64 / (2 * a.len() * b.len()) as f64
}

#[tokio::test]
async fn times_with_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    unknown_and_revoked_keys_take_the_same_time(url("keys.db"), url("other.db"), 1_500).await;
}

#[cfg(unix)]
#[tokio::test]
async fn times_with_postgres() {
    let Some(server) = api_keys_live_tests::postgres::Postgres::start() else { return };
    let (url, other) = (server.create_database().await, server.create_database().await);
    unknown_and_revoked_keys_take_the_same_time(url, other, 1_000).await;
}

async fn unknown_and_revoked_keys_take_the_same_time(url: String, other: String, samples: usize) {
    // One test at a time.
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    let (keys, other) =
        (Sql::connect(url).await.expect("opened"), Sql::connect(other).await.expect("opened"));
    let (mut revoked, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..samples {
        let issued = keys.create(NewApiKey::new(format!("key {n}")).owner("org_1")).await.expect("a key");
        let _ = keys.revoke(&issued.key.id, RevokeOptions::new()).await.expect("revoked");
        revoked.push(issued.secret);
        // Well-formed, but of another database.
        unknown.push(other.create(NewApiKey::new("x")).await.expect("a key").secret);
    }
    let format = SecretFormat::default();
    let authenticator =
        Authenticator::builder(Arc::new(keys)).accepts(move |secret| format.matches(secret)).build();
    let layer = ApiKeyLayer::new(authenticator.expect("built"));
    let service = layer
        .layer(service_fn(|_: Request<()>| async { Ok::<Response<Bytes>, Infallible>(Response::default()) }));
    let time = async |secret: &str| {
        let request = Request::get("/").header("x-api-key", secret).body(()).expect("a request");
        let start = Instant::now();
        let response = service.clone().oneshot(request).await.expect("a response");
        let time = start.elapsed();
        assert_eq!(response.status(), 401);
        time
    };
    let mut times = (Vec::new(), Vec::new());
    for (n, (revoked, unknown)) in revoked.iter().zip(&unknown).enumerate() {
        // Alternating order, because the first of two calls may be slower.
        if n % 2 == 0 {
            times.0.push(time(revoked.expose()).await);
            times.1.push(time(unknown.expose()).await);
        } else {
            times.1.push(time(unknown.expose()).await);
            times.0.push(time(revoked.expose()).await);
        }
    }
    let superiority = superiority(&times.0, &mut times.1);
    println!("probability that a revoked key takes longer: {superiority:.3}");
    assert!((0.35..=0.65).contains(&superiority), "{superiority}");
}
