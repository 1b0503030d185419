//! Rotations killed at every step, at every vendor and destination, and resumed by the same command.
#![cfg(unix)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys::{
    ApiKey, ApiKeyProvider as _, ApiKeyProviderExt as _, ListQuery, NewApiKey, SecretKey, Verification,
};
use api_keys_emulator::{Emulator, Vendor};
use futures_util::TryStreamExt as _;
use futures_util::stream::{self, StreamExt as _};
use support::{Home, OWNER, emulated, finish};

/// The points at which the command can be killed, in the order in which it reaches them.
const POINTS: [&str; 10] = [
    "planned",
    "prepared",
    "issued, not recorded",
    "issued",
    "delivering",
    "delivered, not recorded",
    "delivered",
    "superseded revoked, not recorded",
    "finished, not recorded",
    "finished",
];

/// A destination of secrets, with the arguments that select it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    Command,
    File,
    Json,
}

impl Destination {
    const ALL: [Self; 3] = [Self::Command, Self::File, Self::Json];

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Command => &["--secret-command", "cat > partial && mv partial delivered"],
            Self::File => &["--secret-file", "delivered"],
            Self::Json => &["--output", "json"],
        }
    }

    /// Returns the secret that was delivered last.
    fn delivered(self, home: &Home, stdout: &str) -> Option<String> {
        let text = match self {
            Self::Json => {
                serde_json::from_str::<serde_json::Value>(stdout).ok()?["secret"].as_str()?.to_owned()
            }
            Self::Command | Self::File => fs::read_to_string(home.path("delivered")).ok()?,
        };
        Some(text.trim_end().to_owned()).filter(|secret| !secret.is_empty())
    }
}

/// A server with one key.
struct Server {
    emulator: Emulator,
    home: Home,
    old: ApiKey,
    old_secret: SecretKey,
}

impl Server {
    async fn start(vendor: Vendor) -> Self {
        let emulator = Emulator::start(vendor).await.unwrap();
        let mut new = NewApiKey::new("ci-deploy");
        if vendor == Vendor::Clerk {
            new = new.owner(OWNER).scopes(["deploy"]);
        }
        if matches!(vendor, Vendor::Clerk | Vendor::Mcp | Vendor::BetterAuth) {
            new = new.expires_in(Duration::from_secs(90 * 86_400));
        }
        let (old, old_secret) = emulator.store().create(new).await.unwrap().into_parts();
        let home = Home::new();
        home.configure(&emulated(&home, "prod", &emulator));
        Self { emulator, home, old, old_secret }
    }

    /// Returns the active keys.
    async fn active(&self) -> Vec<ApiKey> {
        self.emulator.store().keys(ListQuery::new()).try_collect().await.unwrap()
    }

    /// Returns the key that a secret authenticates.
    async fn verify(&self, secret: &str) -> Option<ApiKey> {
        match self.emulator.store().verify(&SecretKey::new(secret)).await.unwrap() {
            Verification::Valid(key) => Some(*key),
            _ => None,
        }
    }

    fn journal(&self) -> String {
        fs::read_to_string(self.home.path(".local/state/api-keys/journal.jsonl")).unwrap_or_default()
    }
}

/// Runs a command until it is killed at a point, or ends.
async fn run(home: &Home, arguments: &[&str], point: Option<&str>) -> std::process::Output {
    let mut process = home.process(arguments);
    if let Some(point) = point {
        process.env("API_KEYS_CRASH_POINT", point);
    }
    process.stdin(Stdio::null());
    tokio::task::spawn_blocking(move || process.output().unwrap()).await.unwrap()
}

/// Kills a rotation at one point and resumes it. Returns whether the point was reached.
async fn crash(vendor: Vendor, destination: Destination, overlap: &str, point: &str) -> bool {
    let case = format!("{vendor}, {destination:?}, overlap {overlap}, {point}");
    let server = Server::start(vendor).await;
    let (home, old) = (&server.home, server.old.id.as_str());
    let rotate = [&["rotate", old, "--yes", "--overlap", overlap], destination.arguments()].concat();

    let killed = run(home, &rotate, Some(point)).await;
    let reached = killed.status.code().is_none();
    let mut outputs = vec![killed.stdout, killed.stderr];
    let in_place = || server.old_is_rotated_in_place(overlap);
    let first = destination.delivered(home, &String::from_utf8_lossy(&outputs[0]));
    if !in_place() {
        // Some valid secret is with the application: the old one, or the one that was delivered.
        let old_is_valid = server.verify(server.old_secret.expose()).await.is_some();
        let new_is_valid = match &first {
            Some(secret) => server.verify(secret).await.is_some(),
            None => false,
        };
        assert!(old_is_valid || new_is_valid, "{case}: no delivered secret is valid after the crash");
        if point != "finished, not recorded" && point != "finished" && reached {
            assert!(old_is_valid, "{case}: the old key was revoked before the delivery was recorded");
        }
    }

    let resumed = run(home, &rotate, None).await;
    let stdout = String::from_utf8_lossy(&resumed.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&resumed.stderr).into_owned();
    assert_eq!(resumed.status.code(), Some(0), "{case}: {stdout}{stderr}");
    let delivered = destination.delivered(home, &stdout).or(first);
    let delivered = delivered.unwrap_or_else(|| panic!("{case}: no secret was delivered: {stderr}"));
    let key =
        server.verify(&delivered).await.unwrap_or_else(|| panic!("{case}: the delivered secret is invalid"));

    let ids: BTreeSet<_> = server.active().await.into_iter().map(|key| key.id).collect();
    let mut expected = BTreeSet::from([key.id.clone()]);
    if overlap != "0s" && !in_place() {
        assert!(
            server.verify(server.old_secret.expose()).await.is_some(),
            "{case}: the overlap was not kept"
        );
        expected.insert(server.old.id.clone());
    }
    assert_eq!(ids, expected, "{case}: {}", server.journal());

    let ended = run(home, &["rotations", "finish", old, "--yes"], None).await;
    assert_eq!(ended.status.code(), Some(0), "{case}: {}", String::from_utf8_lossy(&ended.stderr));
    let ids: Vec<_> = server.active().await.into_iter().map(|key| key.id).collect();
    assert_eq!(ids, [key.id], "{case}");
    assert!(
        in_place() || server.verify(server.old_secret.expose()).await.is_none(),
        "{case}: the old key is valid"
    );

    // The journal explains what happened, without a secret.
    let journal = server.journal();
    assert!(journal.contains("\"planned\"") && journal.contains("\"completed\""), "{case}: {journal}");
    assert!(
        !journal.contains(&delivered) && !journal.contains(server.old_secret.expose()),
        "{case}: {journal}"
    );
    assert!(home.rescued().is_empty(), "{case}");
    if destination != Destination::Json {
        outputs.extend([resumed.stdout, resumed.stderr, ended.stdout, ended.stderr]);
        assert!(outputs.iter().all(|text| !String::from_utf8_lossy(text).contains(&delivered)), "{case}");
    }
    server.emulator.stop().await;
    reached
}

impl Server {
    fn old_is_rotated_in_place(&self, overlap: &str) -> bool {
        overlap == "0s" && matches!(self.emulator.vendor(), Vendor::Mcp | Vendor::LatitudeSh)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_rotation_is_resumed() {
    let cases = Vendor::ALL.iter().flat_map(|&vendor| {
        Destination::ALL.into_iter().flat_map(move |destination| {
            let overlaps: &[&str] =
                if destination == Destination::Command { &["24h", "0s"] } else { &["24h"] };
            overlaps
                .iter()
                .flat_map(move |&overlap| POINTS.map(|point| (vendor, destination, overlap, point)))
        })
    });
    let reached: Vec<_> = stream::iter(cases)
        .map(|(vendor, destination, overlap, point)| async move {
            (point, crash(vendor, destination, overlap, point).await)
        })
        .buffer_unordered(4)
        .collect()
        .await;
    // Not captured by the test harness.
    let _ = writeln!(
        std::io::stderr(),
        "killed_rotation_is_resumed: {} of {} cases reached their crash point: {} vendors, {} destinations, {} points",
        reached.iter().filter(|(_, reached)| *reached).count(),
        reached.len(),
        Vendor::ALL.len(),
        Destination::ALL.len(),
        POINTS.len()
    );
    for point in POINTS {
        // Only a rotation that was interrupted before has a superseded successor.
        let expected = !point.starts_with("superseded");
        assert_eq!(reached.iter().any(|(at, reached)| *at == point && *reached), expected, "{point}");
    }
}

/// Kills each resumed rotation again, at every point.
#[tokio::test(flavor = "multi_thread")]
async fn rotation_killed_twice_is_resumed() {
    // Clerk reveals secrets.
    let cases = [Vendor::BetterAuth, Vendor::Clerk].into_iter().flat_map(|vendor| {
        POINTS.into_iter().flat_map(move |first| POINTS.map(|second| (vendor, first, second)))
    });
    stream::iter(cases)
        .map(|(vendor, first, second)| async move {
            let case = format!("{vendor}, {first}, then {second}");
            let server = Server::start(vendor).await;
            let old = server.old.id.as_str();
            let rotate =
                [&["rotate", old, "--yes", "--overlap", "24h"], Destination::Command.arguments()].concat();
            run(&server.home, &rotate, Some(first)).await;
            run(&server.home, &rotate, Some(second)).await;
            assert!(
                server.verify(server.old_secret.expose()).await.is_some(),
                "{case}: the old key is not valid"
            );
            let resumed = run(&server.home, &rotate, None).await;
            assert_eq!(
                resumed.status.code(),
                Some(0),
                "{case}: {}",
                String::from_utf8_lossy(&resumed.stderr)
            );
            let delivered = Destination::Command.delivered(&server.home, "").unwrap();
            let key =
                server.verify(&delivered).await.unwrap_or_else(|| panic!("{case}: the secret is invalid"));
            let ids: BTreeSet<_> = server.active().await.into_iter().map(|key| key.id).collect();
            assert_eq!(ids, BTreeSet::from([key.id, server.old.id.clone()]), "{case}: {}", server.journal());
            server.emulator.stop().await;
        })
        .buffer_unordered(4)
        .collect::<Vec<()>>()
        .await;
}

/// Three keys, two of which have the same name.
#[tokio::test(flavor = "multi_thread")]
async fn killed_bulk_rotation_is_resumed() {
    let cases = [Vendor::Clerk, Vendor::LatitudeSh, Vendor::BetterAuth]
        .into_iter()
        .flat_map(|vendor| POINTS.map(|point| (vendor, point)));
    stream::iter(cases)
        .map(|(vendor, point)| async move {
            let case = format!("{vendor}, {point}");
            let server = Server::start(vendor).await;
            for name in ["ci-deploy", "web"] {
                let mut new = NewApiKey::new(name);
                new.owner.clone_from(&server.old.owner);
                let _ = server.emulator.store().create(new).await.unwrap();
            }
            let command = "cat > part-$$ && mv part-$$ \"delivered-$API_KEYS_KEY_ID\"";
            let rotate =
                ["rotate", "--older-than", "0s", "--overlap", "24h", "--yes", "--secret-command", command];
            run(&server.home, &rotate, Some(point)).await;
            let resumed = run(&server.home, &rotate, None).await;
            assert_eq!(
                resumed.status.code(),
                Some(0),
                "{case}: {}",
                String::from_utf8_lossy(&resumed.stderr)
            );

            let active = server.active().await;
            assert_eq!(active.len(), 6, "{case}: {}", server.journal());
            let mut successors = 0;
            for key in &active {
                let Ok(secret) = fs::read_to_string(server.home.path(&format!("delivered-{}", key.id)))
                else {
                    continue;
                };
                assert_eq!(
                    server.verify(secret.trim_end()).await.map(|key| key.id).as_ref(),
                    Some(&key.id),
                    "{case}"
                );
                successors += 1;
            }
            assert_eq!(successors, 3, "{case}: {}", server.journal());
            server.emulator.stop().await;
        })
        .buffer_unordered(4)
        .collect::<Vec<()>>()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_abort_and_finish_are_resumed() {
    for (verb, point, valid) in [
        ("abort", "aborted, not recorded", true),
        ("finish", "finished, not recorded", false),
        ("finish", "finished", false),
    ] {
        let server = Server::start(Vendor::Clerk).await;
        let old = server.old.id.as_str();
        let rotate =
            [&["rotate", old, "--yes", "--overlap", "24h"], Destination::Command.arguments()].concat();
        assert_eq!(run(&server.home, &rotate, None).await.status.code(), Some(0));
        let end = ["rotations", verb, old, "--yes"];
        assert_eq!(run(&server.home, &end, Some(point)).await.status.code(), None, "{point}");
        let ended = run(&server.home, &end, None).await;
        assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
        assert_eq!(server.active().await.len(), 1, "{point}");
        assert_eq!(server.verify(server.old_secret.expose()).await.is_some(), valid, "{point}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_resumed_with_its_own_overlap() {
    for (point, destination) in
        POINTS.into_iter().flat_map(|point| Destination::ALL.map(|destination| (point, destination)))
    {
        let case = format!("{destination:?}, {point}");
        let home = Home::with_database();
        let (id, old) = home.create(&["ci-deploy"]);
        let rotate = [&["rotate", &id, "--yes", "--overlap", "24h"], destination.arguments()].concat();
        let killed = run(&home, &rotate, Some(point)).await;
        finish(home.command(&["verify"]).write_stdin(old.as_str())).expect(0);
        let resumed = run(&home, &rotate, None).await;
        assert_eq!(resumed.status.code(), Some(0), "{case}: {}", String::from_utf8_lossy(&resumed.stderr));
        let delivered = |output: &std::process::Output| {
            destination.delivered(&home, &String::from_utf8_lossy(&output.stdout))
        };
        let delivered = delivered(&resumed).or_else(|| delivered(&killed)).unwrap();
        for secret in [old.as_str(), &delivered] {
            finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
        }
        assert_eq!(home.keys(&[]).len(), 1, "{case}");
    }
}

/// A command of a killed run that ends later must not overwrite a later secret.
#[tokio::test(flavor = "multi_thread")]
async fn command_of_a_killed_run_ends_before_the_next() {
    let server = Server::start(Vendor::Clerk).await;
    let old = server.old.id.as_str();
    let rotate = |command| ["rotate", old, "--yes", "--overlap", "24h", "--secret-command", command];
    let killed = run(&server.home, &rotate("sleep 1; cat > delivered"), Some("delivering")).await;
    assert_eq!(killed.status.code(), None);
    let resumed = run(&server.home, &rotate("cat > delivered"), None).await;
    assert_eq!(resumed.status.code(), Some(0), "{}", String::from_utf8_lossy(&resumed.stderr));
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let delivered = Destination::Command.delivered(&server.home, "").unwrap();
    assert!(server.verify(&delivered).await.is_some(), "the first command has overwritten the secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_command_can_be_killed_and_resumed() {
    let server = Arc::new(Server::start(Vendor::BetterAuth).await);
    let old = server.old.id.as_str();
    let mut process = server.home.process(&[
        "rotate",
        old,
        "--yes",
        "--overlap",
        "24h",
        "--secret-command",
        "echo $$ > pid; exec sleep 600",
    ]);
    let mut child = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    let pid = loop {
        let pid = fs::read_to_string(server.home.path("pid")).unwrap_or_default();
        if pid.ends_with('\n') && server.journal().contains("delivering") {
            break pid.trim().to_owned();
        }
        assert!(start.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(std::process::Command::new("kill").arg(&pid).status().unwrap().success());
    let rotate = [&["rotate", old, "--yes", "--overlap", "24h"], Destination::Command.arguments()].concat();
    let resumed = run(&server.home, &rotate, None).await;
    assert_eq!(resumed.status.code(), Some(0), "{}", String::from_utf8_lossy(&resumed.stderr));
    let delivered = Destination::Command.delivered(&server.home, "").unwrap();
    assert!(server.verify(&delivered).await.is_some());
    assert_eq!(server.active().await.len(), 2);
}

/// A limit of the file size fails like a full disk, at each line of the journal.
#[tokio::test(flavor = "multi_thread")]
async fn full_disk_leaves_one_successor_and_a_valid_secret() {
    const LIMIT: usize = 64 * 512;
    for bytes in (64..8 * 1024).step_by(320) {
        let server = Server::start(Vendor::Clerk).await;
        let journal = server.home.path("journal.jsonl");
        fs::write(&journal, "\n".repeat(LIMIT - bytes)).unwrap();
        let program = assert_cmd::cargo::cargo_bin!("api-keys").display().to_string();
        let old = server.old.id.as_str();
        let rotate = format!(
            "'{program}' rotate {old} --yes --overlap 24h --journal journal.jsonl --secret-command 'cat > partial && mv partial delivered'"
        );
        let mut process = server.home.process(&[]);
        let mut limited = std::process::Command::new("/bin/sh");
        limited.args(["-c", &format!("trap '' XFSZ; ulimit -f 64; exec {rotate}")]);
        limited.env_clear().envs(process.get_envs().filter_map(|(name, value)| Some((name, value?))));
        limited.current_dir(server.home.path("")).stdin(Stdio::null());
        let full = tokio::task::spawn_blocking(move || limited.output().unwrap()).await.unwrap();
        let full_text = String::from_utf8_lossy(&full.stderr).into_owned();
        assert!(server.verify(server.old_secret.expose()).await.is_some(), "{bytes}: {full_text}");

        process.args(["rotate", old, "--yes", "--overlap", "24h", "--journal", "journal.jsonl"]);
        process.args(Destination::Command.arguments()).stdin(Stdio::null());
        let resumed = tokio::task::spawn_blocking(move || process.output().unwrap()).await.unwrap();
        let text = String::from_utf8_lossy(&resumed.stderr).into_owned();
        assert_eq!(resumed.status.code(), Some(0), "{bytes}: {full_text}{text}");
        let delivered = Destination::Command.delivered(&server.home, "").unwrap();
        assert!(server.verify(&delivered).await.is_some(), "{bytes}: {full_text}{text}");
        assert_eq!(server.active().await.len(), 2, "{bytes}: {full_text}{text}");
        server.emulator.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_runs_create_one_successor() {
    let server = Server::start(Vendor::Clerk).await;
    let old = server.old.id.as_str();
    let rotate = [&["rotate", old, "--yes", "--overlap", "24h"], Destination::Command.arguments()].concat();
    let runs = [(); 4].map(|()| run(&server.home, &rotate, None));
    for run in futures_util::future::join_all(runs).await {
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    }
    assert_eq!(server.active().await.len(), 2, "{}", server.journal());
    let delivered = Destination::Command.delivered(&server.home, "").unwrap();
    assert!(server.verify(&delivered).await.is_some());
    let finish = ["rotations", "finish", old, "--yes"];
    let runs = [(); 4].map(|()| run(&server.home, &finish, None));
    for run in futures_util::future::join_all(runs).await {
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    }
    assert_eq!(server.active().await.len(), 1);
}
