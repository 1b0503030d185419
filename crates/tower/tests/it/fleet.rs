//! Instances that share a Redis server.
#![cfg(unix)]

use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use api_keys_core::{
    ApiKeyProvider as _, ErrorKind, KeyId, NewApiKey, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey,
};
use api_keys_live_tests::redis::Redis;
use api_keys_tower::{Authenticator, AuthenticatorBuilder, Fleet};
use http::header::RETRY_AFTER;
use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;
use sha2::{Digest as _, Sha256};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::support::{Keys, bearer, send, status};

const LONG: Duration = Duration::from_secs(3600);
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Returns a fleet whose commands do not time out because the tests of this process use all processors.
fn fleet(url: &str) -> Fleet {
    Fleet::new(url, SecretKey::new(KEY)).timeout(Duration::from_secs(20))
}

/// An instance of a service.
struct Instance {
    /// The keys of all instances, with the verifications of this one.
    keys: Keys,
    authenticator: Authenticator,
}

impl Instance {
    fn new(
        keys: &Keys,
        fleet: Fleet,
        build: impl FnOnce(AuthenticatorBuilder) -> AuthenticatorBuilder,
    ) -> Self {
        let keys = Keys { calls: Arc::default(), ..keys.clone() };
        let builder = Authenticator::builder(keys.provider()).valid_for(LONG).fleet(fleet);
        Self { authenticator: build(builder).build().expect("built"), keys }
    }

    /// Starts an instance, and waits until it shares results.
    async fn start(keys: &Keys, redis: &Redis) -> Self {
        let instance = Self::new(keys, fleet(&redis.url()), |builder| builder);
        instance.connected(&redis.url()).await;
        instance
    }

    async fn connected(&self, url: &str) {
        let mut connection = connect(url).await;
        let connected = async {
            loop {
                let before = results(&mut connection).await.len();
                let (_, secret) = self.keys.create(NewApiKey::new("ci")).await;
                assert_eq!(self.status(&secret).await, 200);
                if results(&mut connection).await.len() > before {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        soon(connected).await;
    }

    async fn status(&self, secret: &str) -> u16 {
        status(&self.authenticator, secret).await
    }

    async fn until(&self, secret: &str, expected: u16) {
        soon(async {
            while self.status(secret).await != expected {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    /// Sends requests until one is rejected, and returns their number. None that starts after the time is accepted.
    async fn rejects_within(&self, secret: &str, end: Instant) -> u64 {
        let mut requests = 0;
        loop {
            requests += 1;
            let start = Instant::now();
            match soon(self.status(secret)).await {
                401 => return requests,
                200 => assert!(start < end, "accepted too long"),
                other => panic!("{other}"),
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Creates a key and verifies it. Returns its id, its secret and the name of the result.
    async fn store(&self, connection: &mut MultiplexedConnection, new: NewApiKey) -> (KeyId, String, String) {
        let before = results(connection).await;
        let (id, secret) = self.keys.create(new).await;
        assert_eq!(self.status(&secret).await, 200);
        let added = results(connection).await.into_iter().find(|name| !before.contains(name));
        (id, secret, added.expect("a result"))
    }

    async fn revoke(&self, id: &KeyId) {
        let _ = self.authenticator.provider().revoke(id, RevokeOptions::new()).await.expect("revoked");
    }
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("in time")
}

async fn connect(url: &str) -> MultiplexedConnection {
    let client = redis::Client::open(url).expect("a URL");
    client.get_multiplexed_async_connection().await.expect("connected")
}

async fn command(connection: &mut MultiplexedConnection, line: &str) -> redis::Value {
    let mut command = redis::Cmd::new();
    for part in line.split(' ') {
        command.arg(part);
    }
    command.query_async(connection).await.expect("a result")
}

async fn results(connection: &mut MultiplexedConnection) -> Vec<String> {
    connection.keys("api-keys:result:*").await.expect("names")
}

#[tokio::test]
async fn results_are_shared() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let (first, second) = (Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await);
    let new = NewApiKey::new("ci").scopes(["read"]).expires_in(LONG).owner("ada").extra("plan", "free");
    let (_, secret) = keys.create(new.metadata(serde_json::json!({ "team": [1, null] }))).await;
    let calls = second.keys.calls();
    let secret = SecretKey::new(secret);
    let verified = first.authenticator.verify(&secret).await.expect("valid");
    let shared = second.authenticator.verify(&secret).await.expect("valid");
    assert_eq!(*verified, *shared);
    assert_eq!(second.keys.calls(), calls);
    // Invalid results are not: they would fill the server.
    let mut connection = connect(&redis.url()).await;
    let before = results(&mut connection).await.len();
    assert_eq!(first.status("unknown").await, 401);
    assert_eq!(results(&mut connection).await.len(), before);
}

#[tokio::test]
async fn other_fleets_are_separate() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let first = Instance::start(&keys, &redis).await;
    let key = Fleet::new(redis.url(), SecretKey::new(KEY.replace('0', "1")));
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    assert_eq!(first.status(&secret).await, 200);
    for fleet in [key, fleet(&redis.url()).namespace("other")] {
        let second = Instance::new(&keys, fleet, |builder| builder);
        for _ in 0..50 {
            let (_, secret) = keys.create(NewApiKey::new("ci")).await;
            assert_eq!(first.status(&secret).await, 200);
            let calls = second.keys.calls();
            assert_eq!(second.status(&secret).await, 200);
            assert_eq!(second.keys.calls(), calls + 1);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

#[tokio::test]
async fn changes_apply_in_all_instances() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let (first, second) = (Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await);
    let third = Instance::start(&keys, &redis).await;
    let provider = first.authenticator.provider();
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    for instance in [&first, &second, &third] {
        assert_eq!(instance.status(&secret).await, 200);
    }
    provider.update(&id, UpdateApiKey::new().enabled(false)).await.expect("disabled");
    second.until(&secret, 401).await;
    third.until(&secret, 401).await;
    provider.update(&id, UpdateApiKey::new().enabled(true)).await.expect("enabled");
    second.until(&secret, 200).await;
    let rotated = provider.rotate(&id, RotateOptions::new()).await.expect("a secret").secret;
    second.until(&secret, 401).await;
    second.until(rotated.expose(), 200).await;
    first.revoke(&id).await;
    second.until(rotated.expose(), 401).await;
    third.until(rotated.expose(), 401).await;
    // A new instance does not find the old result either.
    assert_eq!(Instance::start(&keys, &redis).await.status(rotated.expose()).await, 401);
}

#[tokio::test]
async fn result_from_before_a_change_is_not_shared() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let (mut first, second) = (Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await);
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    // The first instance verifies the key, but does not have the result yet.
    first.keys.permits = Arc::new(Semaphore::new(0));
    let slow = Instance::new(&first.keys, fleet(&redis.url()), |builder| builder);
    let early = tokio::spawn({
        let (authenticator, secret) = (slow.authenticator.clone(), secret.clone());
        async move { status(&authenticator, &secret).await }
    });
    soon(async {
        while slow.keys.calls() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    second.revoke(&id).await;
    first.keys.permits.add_permits(10);
    let _ = early.await.expect("no panic");
    assert_eq!(second.status(&secret).await, 401);
    slow.until(&secret, 401).await;
}

#[tokio::test]
async fn lifetime_is_not_extended() {
    const LIFETIME: Duration = Duration::from_millis(800);
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let instance = || Instance::new(&keys, fleet(&redis.url()), |builder| builder.valid_for(LIFETIME));
    let (first, second) = (instance(), instance());
    first.connected(&redis.url()).await;
    second.connected(&redis.url()).await;
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    assert_eq!(first.status(&secret).await, 200);
    let verified = Instant::now();
    // Revoked elsewhere.
    let _ = keys.memory.revoke(&id, RevokeOptions::new()).await.expect("revoked");
    let calls = second.keys.calls();
    tokio::time::sleep(LIFETIME / 2).await;
    if second.status(&secret).await == 200 {
        assert_eq!(second.keys.calls(), calls);
    }
    tokio::time::sleep((verified + LIFETIME).saturating_duration_since(Instant::now())).await;
    assert_eq!(second.status(&secret).await, 401);
    assert_eq!(first.status(&secret).await, 401);
}

#[tokio::test]
async fn shared_result_ends_with_the_key() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let (first, second) = (Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await);
    let lifetime = Duration::from_millis(500);
    let (_, secret) = keys.create(NewApiKey::new("ci").expires_in(lifetime)).await;
    let created = Instant::now();
    assert_eq!(first.status(&secret).await, 200);
    let _ = second.status(&secret).await;
    tokio::time::sleep((created + lifetime).saturating_duration_since(Instant::now())).await;
    assert_eq!(second.status(&secret).await, 401);
    assert_eq!(Instance::start(&keys, &redis).await.status(&secret).await, 401);
}

#[tokio::test]
async fn dropped_change_is_published() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let (first, second) = (Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await);
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    assert_eq!(second.status(&secret).await, 200);
    // The call changes the key, and is dropped while it publishes that.
    redis.signal("STOP");
    let provider = first.authenticator.provider();
    let call = provider.revoke(&id, RevokeOptions::new());
    assert!(tokio::time::timeout(Duration::from_millis(20), call).await.is_err());
    redis.signal("CONT");
    second.until(&secret, 401).await;
}

#[tokio::test]
async fn change_is_published_after_an_outage() {
    let Some(mut redis) = Redis::start() else { return };
    let keys = Keys::new();
    let (first, second) = (Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await);
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    assert_eq!(second.status(&secret).await, 200);
    redis.stop();
    first.revoke(&id).await;
    assert_eq!(first.status(&secret).await, 401);
    redis.run();
    second.until(&secret, 401).await;
}

#[tokio::test]
async fn change_during_a_lost_subscription_applies() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let (first, second) = (Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await);
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    assert_eq!(second.status(&secret).await, 200);
    let mut connection = connect(&redis.url()).await;
    command(&mut connection, "CLIENT KILL TYPE pubsub").await;
    first.revoke(&id).await;
    second.until(&secret, 401).await;
}

/// Forwards connections to a server until they are frozen: open, but without data.
struct Proxy {
    port: u16,
    frozen: watch::Sender<u32>,
}

impl Proxy {
    async fn start(redis: &Redis) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = redis.url().trim_start_matches("redis://").to_owned();
        let (frozen, receiver) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (server, mut frozen) = (server.clone(), receiver.clone());
                frozen.mark_unchanged();
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(server).await.expect("connected");
                    let end = tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => true,
                        _ = frozen.changed() => false,
                    };
                    if !end {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Self { port, frozen }
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Freezes the present connections.
    fn freeze(&self) {
        self.frozen.send_modify(|times| *times += 1);
    }
}

#[tokio::test]
async fn silent_connection_is_replaced() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let proxy = Proxy::start(&redis).await;
    let first = Instance::start(&keys, &redis).await;
    let second = Instance::new(&keys, fleet(&proxy.url()), |builder| builder);
    second.connected(&redis.url()).await;
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    assert_eq!(second.status(&secret).await, 200);
    proxy.freeze();
    first.revoke(&id).await;
    let revoked = Instant::now();
    second.until(&secret, 401).await;
    assert!(revoked.elapsed() < Duration::from_secs(10), "{:?}", revoked.elapsed());
    second.connected(&redis.url()).await;
}

#[tokio::test]
async fn separated_instance_keeps_the_bound() {
    const LIFETIME: Duration = Duration::from_secs(1);
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let proxy = Proxy::start(&redis).await;
    let first = Instance::start(&keys, &redis).await;
    let second = Instance::new(&keys, Fleet::new(proxy.url(), SecretKey::new(KEY)), |builder| {
        builder.valid_for(LIFETIME)
    });
    second.connected(&redis.url()).await;
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    let ends = tokio::spawn({
        let frozen = proxy.frozen.clone();
        async move {
            loop {
                frozen.send_modify(|times| *times += 1);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    assert_eq!(second.status(&secret).await, 200);
    first.revoke(&id).await;
    let revoked = Instant::now();
    second.rejects_within(&secret, revoked + LIFETIME).await;
    ends.abort();
}

#[tokio::test]
async fn unreachable_server_is_not_used() {
    let keys = Keys::new();
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    // Nothing listens there.
    let instance = Instance::new(&keys, fleet("redis://127.0.0.1:1"), |builder| builder);
    assert_eq!(instance.status(&secret).await, 200);
    assert_eq!(instance.status(&secret).await, 200);
    assert_eq!(instance.keys.calls(), 1);
    assert_eq!(instance.status("unknown").await, 401);
    instance.revoke(&id).await;
    assert_eq!(instance.status(&secret).await, 401);
    keys.fail(true);
    assert_eq!(instance.status("another").await, 503);
}

#[tokio::test]
async fn forged_results_are_rejected() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let first = Instance::start(&keys, &redis).await;
    let mut connection = connect(&redis.url()).await;
    let mut names = Vec::new();
    let mut secrets = Vec::new();
    for scopes in [["read"], ["admin"]] {
        let (_, secret, name) = first.store(&mut connection, NewApiKey::new("ci").scopes(scopes)).await;
        names.push(name);
        secrets.push(SecretKey::new(secret));
    }
    let original: Vec<u8> = connection.get(&names[0]).await.expect("a result");
    let other: Vec<u8> = connection.get(&names[1]).await.expect("a result");
    let replace = |from: &str, to: &str| {
        let at = original.windows(from.len()).position(|part| part == from.as_bytes()).expect("the text");
        [&original[..at], to.as_bytes(), &original[at + from.len()..]].concat()
    };
    let json = original.windows(2).position(|part| part == b"{\"").expect("JSON");
    let mut forged = vec![
        other,
        replace("read", "root"),
        replace("active", "revoked"),
        original[..original.len() - 1].to_vec(),
        original[..json].to_vec(),
        original[json..].to_vec(),
        [&original[..], b" "].concat(),
        b"1 1 ".to_vec(),
        Vec::new(),
    ];
    forged.extend((json - 32..json).map(|at| {
        let mut bytes = original.clone();
        bytes[at] ^= 1;
        bytes
    }));
    for bytes in forged {
        let _: () = connection.set_ex(&names[0], &bytes, 3600).await.expect("set");
        let second = Instance::start(&keys, &redis).await;
        let _: () = connection.set_ex(&names[0], &bytes, 3600).await.expect("set");
        let calls = second.keys.calls();
        let key = second.authenticator.verify(&secrets[0]).await.expect("valid");
        assert_eq!(key.scopes.as_deref(), Some(&["read".to_owned()][..]));
        assert_eq!(second.keys.calls(), calls + 1, "{}", bytes.escape_ascii());
    }
    // A name with another type.
    let _: () = connection.del(&names[0]).await.expect("deleted");
    let _: () = connection.rpush(&names[0], "x").await.expect("set");
    let second = Instance::start(&keys, &redis).await;
    assert!(second.authenticator.verify(&secrets[0]).await.is_ok());
}

/// Somebody stores an old result again.
#[tokio::test]
async fn repeated_result_is_rejected() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let instance = || Instance::new(&keys, fleet(&redis.url()), |builder| builder.valid_for(LONG / 3600));
    let first = instance();
    first.connected(&redis.url()).await;
    let mut connection = connect(&redis.url()).await;
    let (id, secret, name) = first.store(&mut connection, NewApiKey::new("ci")).await;
    let value: Vec<u8> = connection.get(&name).await.expect("a result");
    let _ = keys.memory.revoke(&id, RevokeOptions::new()).await.expect("revoked");
    tokio::time::sleep(Duration::from_secs(12)).await;
    let _: () = connection.set_ex(&name, &value, 3600).await.expect("set");
    let second = instance();
    second.connected(&redis.url()).await;
    assert_eq!(second.status(&secret).await, 401);
}

#[tokio::test]
async fn secrets_are_not_in_redis() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let mut connection = connect(&redis.url()).await;
    // Includes all commands in the log of slow commands.
    command(&mut connection, "CONFIG SET slowlog-log-slower-than 0").await;
    let instance = Instance::start(&keys, &redis).await;
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    assert_eq!(instance.status(&secret).await, 200);
    assert_eq!(instance.status("unknown_secret").await, 401);
    instance.revoke(&id).await;
    let commands = command(&mut connection, "SLOWLOG GET 1000").await;
    let mut text = format!("{commands:?}");
    assert!(text.contains("api-keys:result:"), "{text}");
    for name in results(&mut connection).await {
        let value: Vec<u8> = connection.get(&name).await.expect("a result");
        text += &value.escape_ascii().to_string();
    }
    assert!(text.contains(id.as_str()), "{text}");
    let digest: String = Sha256::digest(&secret).iter().map(|byte| format!("{byte:02x}")).collect();
    for absent in [&*secret, "unknown_secret", &digest, KEY] {
        assert!(!text.contains(absent), "{text}");
    }
}

#[tokio::test]
async fn rate_limit_counts_all_instances() {
    let Some(mut redis) = Redis::start() else { return };
    let keys = Keys::new();
    let ten = NonZeroU32::new(10).expect("not zero");
    let instance = || Instance::new(&keys, fleet(&redis.url()), |builder| builder.rate_limit(ten, LONG));
    let instances = [instance(), instance(), instance()];
    for instance in &instances {
        instance.connected(&redis.url()).await;
    }
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let mut accepted = 0;
    for n in 0..30 {
        let response = send(&instances[n % 3].authenticator, bearer(&secret)).await;
        match response.status().as_u16() {
            200 => accepted += 1,
            429 => {
                let wait: u64 =
                    response.headers()[RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
                assert!((1..=360).contains(&wait), "{wait}");
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(accepted, 10);
    // Without the server, each instance has the limit.
    redis.stop();
    for instance in &instances {
        let mut accepted = 0;
        for _ in 0..30 {
            accepted += usize::from(instance.status(&secret).await == 200);
        }
        assert_eq!(accepted, 10);
    }
    let (_, other) = keys.create(NewApiKey::new("other")).await;
    assert_eq!(instances[0].status(&other).await, 200);
}

#[tokio::test]
async fn rate_limit_recovers() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let limit = NonZeroU32::new(2).expect("not zero");
    let per = Duration::from_millis(200);
    let instance = Instance::new(&keys, fleet(&redis.url()), |builder| builder.rate_limit(limit, per));
    instance.connected(&redis.url()).await;
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let start = Instant::now();
    let mut accepted: u32 = 0;
    for _ in 0..3 {
        while instance.status(&secret).await == 200 {
            accepted += 1;
        }
        tokio::time::sleep(per / 2).await;
    }
    // Two at once, and one in each 100 milliseconds.
    assert!(accepted >= 4, "{accepted}");
    assert!(u128::from(accepted) <= 2 + start.elapsed().as_millis() / 100, "{accepted}");
}

#[tokio::test]
async fn quota_is_counted_in_all_instances() {
    let Some(redis) = Redis::start() else { return };
    let keys = Keys::new();
    let instances = [Instance::start(&keys, &redis).await, Instance::start(&keys, &redis).await];
    let (_, secret) = keys.create(NewApiKey::new("ci").extra("remaining", 7)).await;
    let mut requests = JoinSet::new();
    for n in 0..20 {
        let (authenticator, secret) = (instances[n % 2].authenticator.clone(), secret.clone());
        requests.spawn(async move { status(&authenticator, &secret).await });
    }
    let statuses = requests.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 7);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 13);
}

/// While Redis is paused and restarted, requests with valid keys are accepted, and revoked keys only as long as promised.
#[tokio::test(flavor = "multi_thread")]
async fn outages_under_load() {
    const LIFETIME: Duration = Duration::from_secs(1);
    let Some(mut redis) = Redis::start() else { return };
    let keys = Keys::new();
    let instance = || {
        let builder = |builder: AuthenticatorBuilder| builder.valid_for(LIFETIME).invalid_for(LIFETIME);
        Arc::new(Instance::new(&keys, Fleet::new(redis.url(), SecretKey::new(KEY)), builder))
    };
    let instances = [instance(), instance(), instance()];
    for instance in &instances {
        instance.connected(&redis.url()).await;
    }
    let ends = Arc::new(AtomicBool::new(false));
    let mut load = JoinSet::new();
    for n in 0..12 {
        let (instance, revoking) = (instances[n % 3].clone(), instances[(n + n / 3) % 3].clone());
        let ends = ends.clone();
        load.spawn(async move {
            let mut requests = 0;
            while !ends.load(Ordering::SeqCst) {
                let (id, secret) = instance.keys.create(NewApiKey::new("ci")).await;
                let created = Instant::now();
                while created.elapsed() < Duration::from_millis(150) {
                    assert_eq!(soon(instance.status(&secret)).await, 200);
                    requests += 1;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                revoking.revoke(&id).await;
                requests += instance.rejects_within(&secret, Instant::now() + LIFETIME).await;
            }
            requests
        });
    }
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        redis.signal("STOP");
        tokio::time::sleep(Duration::from_millis(2500)).await;
        redis.signal("CONT");
        tokio::time::sleep(Duration::from_millis(700)).await;
        redis.stop();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        redis.run();
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    ends.store(true, Ordering::SeqCst);
    let requests: u64 = load.join_all().await.iter().sum();
    assert!(requests > 1000, "{requests}");
    // Results are shared again.
    for instance in &instances {
        instance.connected(&redis.url()).await;
    }
}

/// The certificate is trusted by the environment, which is that of the whole process.
#[test]
fn tls() {
    let Some(redis) = Redis::start_with_tls() else { return };
    let test = |certificate: &str| {
        let mut command = Command::new(std::env::current_exe().expect("the path of this program"));
        command.args(["--ignored", "--exact", "fleet::tls_process"]).env("SSL_CERT_FILE", certificate);
        command.env("TEST_TLS_URL", redis.tls_url()).env("TEST_URL", redis.url());
        let output = command.output().expect("a result");
        println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        output.status.success()
    };
    assert!(test(redis.certificate().to_str().expect("UTF-8")));
    assert!(!test("/dev/null"));
}

#[tokio::test]
#[ignore = "a process of `tls`"]
async fn tls_process() {
    let [tls, url] = ["TEST_TLS_URL", "TEST_URL"].map(|name| std::env::var(name).expect("a URL"));
    let instance = Instance::new(&Keys::new(), fleet(&tls), |builder| builder);
    let connected = tokio::time::timeout(Duration::from_secs(5), instance.connected(&url));
    connected.await.expect("connected");
}

#[tokio::test]
async fn invalid_settings() {
    let build = |fleet| {
        let error =
            Authenticator::builder(Keys::new().provider()).fleet(fleet).build().expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let text = format!("{error} {error:?}");
        assert!(!text.contains("hunter2"), "{text}");
    };
    build(Fleet::new("redis://localhost", SecretKey::new("hunter2")));
    for url in ["", "localhost", "http://:hunter2@localhost", "redis://:hunter2@localhost:port", "redis://"] {
        build(fleet(url));
    }
    let text = format!("{:?}", fleet("redis://:hunter2@localhost"));
    assert!(!text.contains("hunter2") && !text.contains(KEY), "{text}");
    let outside = std::thread::spawn(move || {
        let fleet = fleet("redis://localhost");
        Authenticator::builder(Keys::new().provider()).fleet(fleet).build().expect_err("an error").kind()
    });
    assert_eq!(outside.join().expect("no panic"), ErrorKind::Configuration);
}
