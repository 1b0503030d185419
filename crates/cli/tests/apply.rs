//! Declared keys at every vendor, with a process that is killed at every step.
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use api_keys::{ApiKeyProvider as _, ApiKeyProviderExt as _, ListQuery, SecretKey, Verification};
use api_keys_emulator::{Emulator, Vendor};
use futures_util::TryStreamExt as _;
use support::{Done, Home, OWNER, emulated, mode};

/// An emulator of every vendor, and their configuration.
struct Vendors {
    home: Home,
    emulators: Vec<Emulator>,
}

impl Vendors {
    async fn start(vendors: &[Vendor]) -> Self {
        let home = Home::new();
        let (mut emulators, mut settings) = (Vec::new(), String::new());
        for vendor in vendors {
            let emulator = Emulator::start(*vendor).await.unwrap();
            settings += &emulated(&home, vendor.as_str(), &emulator);
            emulators.push(emulator);
        }
        home.configure(&settings);
        Self { home, emulators }
    }

    /// Declares keys of all vendors.
    fn declare(&self, number: usize, settings: &str) {
        let mut text = "project = \"shop\"\n".to_owned();
        for emulator in &self.emulators {
            let vendor = emulator.vendor();
            // The maximum of the MCP server.
            let number = if vendor == Vendor::Mcp { number.min(5) } else { number };
            for index in 0..number {
                text += &declared(&format!("{vendor}-{index}"), vendor.as_str(), settings);
            }
        }
        fs::write(self.home.path("keys.toml"), text).unwrap();
    }

    /// Checks that there are exactly the declared keys, each with a valid secret in both of its destinations.
    async fn check(&self, case: &str) {
        let names = fs::read_to_string(self.home.path("keys.toml")).unwrap();
        for emulator in &self.emulators {
            let vendor = emulator.vendor();
            let prefix = format!("[keys.{vendor}-");
            let declared = names.lines().filter_map(|line| line.strip_prefix(&prefix)?.strip_suffix(']'));
            let active: Vec<_> = emulator.store().keys(ListQuery::new()).try_collect().await.unwrap();
            let mut ids: Vec<_> = active.into_iter().map(|key| key.id).collect();
            let mut delivered = Vec::new();
            for index in declared {
                let key = format!("{vendor}-{index}");
                let secret = secret(&self.home, &key, case);
                match emulator.store().verify(&secret).await.unwrap() {
                    Verification::Valid(key) => delivered.push(key.id),
                    other => panic!("{case}: the secret of {key} is invalid: {other:?}"),
                }
            }
            ids.sort();
            delivered.sort();
            assert_eq!(ids, delivered, "{case}: {vendor}");
        }
        no_secret_elsewhere(&self.home, case);
    }
}

fn declared(key: &str, provider: &str, settings: &str) -> String {
    let owner = if provider == "clerk" { format!("owner = \"{OWNER}\"\n") } else { String::new() };
    format!(
        "[keys.{key}]\nprovider = \"{provider}\"\n{owner}{settings}\ndestinations = [\n  \
         {{ type = \"file\", path = \"secrets/{key}\" }},\n  \
         {{ type = \"dotenv\", path = \"env/all\", variable = \"K_{}\" }},\n]\n",
        key.replace('-', "_")
    )
}

/// Returns the secret of a key, which is the same in both destinations.
#[track_caller]
fn secret(home: &Home, key: &str, case: &str) -> SecretKey {
    let file = fs::read_to_string(home.path("secrets").join(key)).unwrap_or_default();
    let secret = file.trim_end();
    assert!(!secret.is_empty(), "{case}: no secret of {key}");
    let variable = format!("K_{}={secret}", key.replace('-', "_"));
    let quoted = format!("K_{}='{secret}'", key.replace('-', "_"));
    let all = fs::read_to_string(home.path("env/all")).unwrap_or_default();
    assert!(all.lines().any(|line| line == variable || line == quoted), "{case}: {key} in {all}");
    SecretKey::new(secret)
}

/// Checks that no secret is in a file other than its destinations.
#[track_caller]
fn no_secret_elsewhere(home: &Home, case: &str) {
    let mut secrets = Vec::new();
    for file in fs::read_dir(home.path("secrets")).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{case}: {}", path.display());
        assert_ne!(path.extension().unwrap_or_default(), "api-keys", "{case}: {}", path.display());
        secrets.push(fs::read_to_string(path).unwrap().trim_end().to_owned());
    }
    let mut files = Vec::new();
    collect(&home.path(""), &mut files);
    for (path, content) in files {
        let is_temporary = path.extension().is_some_and(|name| name == "api-keys");
        let is_destination = ["secrets", "env"].iter().any(|name| path.starts_with(home.path(name)));
        let is_destination = is_destination && !is_temporary;
        for secret in secrets.iter().filter(|_| !is_destination) {
            let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{case}: a secret in {}", path.display());
        }
    }
    assert!(home.rescued().is_empty(), "{case}");
}

fn collect(directory: &Path, files: &mut Vec<(std::path::PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push((path.clone(), fs::read(&path).unwrap())),
        }
    }
}

/// Applies until done, killed at a number of points. Returns whether it was killed.
async fn apply(home: &Home, point: Option<usize>) -> (bool, Done) {
    let mut process = home.process(&["apply", "--auto-approve"]);
    if let Some(point) = point {
        process.env("API_KEYS_CRASH_POINT", point.to_string());
    }
    process.stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || process.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let done = Done {
        status: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    (output.status.code().is_none(), done)
}

/// Applies until done, each time killed after another number of points. Returns the number of kills.
async fn apply_until_done(home: &Home, least: usize, spread: usize) -> usize {
    for kills in 0..200 {
        let (killed, done) = apply(home, Some(least + kills % spread)).await;
        if !killed {
            done.expect(0);
            return kills;
        }
    }
    panic!("not done after 200 kills");
}

/// Kills an execution at each point, at each vendor, and applies again. `prepare` returns after the declaration of two keys.
/// Returns the least number of points of a vendor.
async fn kill_at_every_point(prepare: impl AsyncFn(&Vendors)) -> usize {
    let mut least = usize::MAX;
    for vendor in Vendor::ALL {
        for point in 0.. {
            let vendors = Vendors::start(&[*vendor]).await;
            vendors.declare(2, "");
            prepare(&vendors).await;
            let (killed, _) = apply(&vendors.home, Some(point)).await;
            apply(&vendors.home, None).await.1.expect(0);
            vendors.home.run_async(&["plan"]).await.expect(0);
            vendors.check(&format!("{vendor}, point {point}")).await;
            if !killed {
                least = least.min(point);
                break;
            }
        }
    }
    least
}

#[tokio::test(flavor = "multi_thread")]
async fn creation_survives_a_kill_at_every_step() {
    let points = kill_at_every_point(async |_: &Vendors| {}).await;
    assert!(points > 10, "{points}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_keys_survive_kills_until_done() {
    let vendors = Vendors::start(Vendor::ALL).await;
    vendors.declare(12, "");
    let kills = apply_until_done(&vendors.home, 17, 23).await;
    assert!(kills > 10, "{kills}");
    let plan = vendors.home.run_async(&["plan", "--output", "json"]).await.expect(0).json();
    assert_eq!(plan["unchanged"], 65, "{plan}");
    assert_eq!(plan["unmanaged"], serde_json::json!([]), "{plan}");
    vendors.check("many keys").await;
    apply(&vendors.home, None).await.1.expect(0).stderr_contains("65 unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_keys_of_a_database_survive_kills_until_done() {
    let home = Home::with_database();
    let keys: String = (0..50).map(|index| declared(&format!("k-{index}"), "local", "")).collect();
    fs::write(home.path("keys.toml"), format!("project = \"shop\"\n{keys}")).unwrap();
    let kills = apply_until_done(&home, 11, 29).await;
    assert!(kills > 5, "{kills}");
    home.run(&["plan"]).expect(0);
    let active = home.run(&["list", "--output", "json"]).expect(0).json();
    let mut ids: BTreeMap<_, _> = BTreeMap::new();
    for index in 0..50 {
        let secret = secret(&home, &format!("k-{index}"), "database");
        let mut verify = home.command(&["verify", "--output", "json"]);
        let done = support::finish(verify.write_stdin(secret.expose())).expect(0).json();
        ids.insert(done["key"]["id"].to_string(), index);
    }
    assert_eq!((ids.len(), active["keys"].as_array().unwrap().len()), (50, 50));
    no_secret_elsewhere(&home, "database");
}

#[tokio::test(flavor = "multi_thread")]
async fn replacement_survives_a_kill_at_every_step() {
    kill_at_every_point(async |vendors: &Vendors| {
        apply(&vendors.home, None).await.1.expect(0);
        // Another destination needs another secret, unless the vendor reveals it.
        let declaration = fs::read_to_string(vendors.home.path("keys.toml")).unwrap();
        let changed = declaration.replace("secrets/", "secrets/./");
        fs::write(vendors.home.path("keys.toml"), changed).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signal_completes_keys_in_progress() {
    let home = Home::with_database();
    let key = |name: &str| {
        format!(
            "[keys.{name}]\nprovider = \"local\"\ndestinations = [{{ type = \"command\", command = \
             \"touch started-{name}; sleep 1; cat > {name}\", check = \"cat {name}\" }}]\n"
        )
    };
    let keys = ["a", "b", "c"].map(key).concat();
    fs::write(home.path("keys.toml"), format!("project = \"shop\"\n{keys}")).unwrap();
    let mut process = home.process(&["apply", "--yes", "--concurrency", "1"]);
    let child = process.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !home.path("started-a").exists() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    // The secret of the first key has arrived, and no other key was created.
    let mut verify = home.command(&["verify"]);
    support::finish(verify.write_stdin(fs::read(home.path("a")).unwrap())).expect(0);
    assert_eq!(home.keys(&[]).len(), 1);
    apply(&home, None).await.1.expect(0);
    assert_eq!(home.keys(&[]).len(), 3);
    home.run(&["plan"]).expect(0);
}
