//! Delivery of secrets.
#![cfg(unix)]

// Other tests use the other parts.
#[allow(dead_code)]
mod fake;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, ListQuery};
use api_keys_emulator::{Emulator, Vendor};
use api_keys_fault_tests::Record;
use fake::{FakeClerk, Fault, OWNER, SECRET, TOKEN};
use serde_json::{Value, json};
use support::{Home, emulated, finish, mode, terminal};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn clerk(home: &Home, uri: &str) {
    home.configure(&format!(
        "[providers.prod]\nvendor = \"clerk\"\nbase_url = \"{uri}\"\nowner = \"{OWNER}\"\ntoken = \"{TOKEN}\"\n"
    ));
}

#[test]
fn pipe_requires_a_destination() {
    let home = Home::with_database();
    for arguments in
        [&["create", "ci"][..], &["create", "ci", "--output", "table"], &["create", "ci", "--output", "csv"]]
    {
        home.run(arguments)
            .expect(2)
            .stderr_contains("--secret-file, --secret-command, --secret-stdout, or --output json");
    }
    assert_eq!(home.keys(&[]), Vec::<Value>::new(), "a key was created without a destination");
}

#[test]
fn secret_stdout_prints_only_the_secret() {
    let home = Home::with_database();
    let done = home.run(&["create", "ci", "--secret-stdout"]).expect(0);
    let secret = done.stdout.strip_suffix('\n').unwrap();
    assert!(!done.stderr.contains(secret) && !secret.contains(char::is_whitespace));
    finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

/// While a secret is delivered, it is only in the memory of the command and in the pipe to the secret command: not in
/// arguments, environments, temporary files, the journal, other files of the state directory, or the log.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secret_is_only_in_memory_and_in_the_pipe() {
    const INSPECT: &str = "cat > delivered; env > seen.environment; cat /proc/$PPID/cmdline > seen.arguments; \
                           cat /proc/$PPID/environ >> seen.environment; ls -lR /proc/$PPID/fd $TMPDIR > seen.files";
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.unwrap();
        let home = Home::new();
        home.configure(&emulated(&home, "prod", &emulator));
        let temporary = home.path("tmp");
        fs::create_dir(&temporary).unwrap();

        let record = Record::default();
        record.secret(emulator.token().expose());
        let mut id = None;
        for arguments in [&["create", "deploy"][..], &["rotate", "--yes"]] {
            let mut arguments = [arguments, &["-vvv", "--secret-command", INSPECT]].concat();
            arguments.extend(id.as_deref());
            let done = finish(home.command(&arguments).env("TMPDIR", &temporary).env("RUST_LOG", "trace"));
            let done = done.expect(0);
            record.note(&done.stdout);
            record.note(&done.stderr);
            record.secret(fs::read_to_string(home.path("delivered")).unwrap().trim());
            assert!(fs::read_to_string(home.path("seen.arguments")).unwrap().contains("--secret-command"));
            for (path, text) in files(&home.path("")) {
                if !path.ends_with("delivered") && !path.ends_with("prod.token") {
                    record.note(&text);
                }
            }
            let keys = emulator.store().list(ListQuery::new()).await.unwrap();
            id = keys.items.first().map(|key| key.id.to_string());
        }
        assert_eq!(record.leak(), None, "{vendor}");
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0, "{vendor}: temporary files");
    }
}

/// Returns the texts of all files below a folder.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                vec![(path, text)]
            }
        })
        .collect()
}

#[test]
fn secret_file_is_new_and_private() {
    let home = Home::with_database();
    let file = home.path("secret");
    let done = home.run(&["create", "ci", "--output", "json", "--secret-file", "secret"]).expect(0);
    let secret = fs::read_to_string(&file).unwrap();
    assert_eq!(mode(&file), 0o600);
    assert!(!done.stdout.contains(secret.trim()) && !done.stderr.contains(secret.trim()));
    assert!(done.json().get("secret").is_none());
    finish(home.command(&["verify"]).write_stdin(secret.clone())).expect(0);

    home.run(&["create", "other", "--secret-file", "secret"]).expect(2).stderr_contains("File exists");
    home.run(&["create", "other", "--secret-file", "no/such/directory"]).expect(2);
    assert_eq!((home.keys(&[]).len(), fs::read_to_string(&file).unwrap()), (1, secret));
}

#[test]
fn secret_file_is_removed_after_failure() {
    let home = Home::with_database();
    home.run(&["rotate", "no-such-key", "--yes", "--secret-file", "secret"]).expect(1);
    home.run(&["rotate", "no-such-key", "--secret-file", "secret"]).expect(1);
    assert!(!home.path("secret").exists());
}

#[test]
fn secret_command_receives_secret_and_key() {
    let home = Home::with_database();
    let script =
        "cat > secret; echo \"$API_KEYS_PROVIDER $API_KEYS_KEY_NAME $API_KEYS_KEY_ID\" > key; echo done";
    let done = home.run(&["create", "ci", "--output", "json", "--secret-command", script]).expect(0);
    let document = done.json();
    let id = document["key"]["id"].as_str().unwrap();
    assert_eq!(fs::read_to_string(home.path("key")).unwrap(), format!("local ci {id}\n"));
    let secret = fs::read_to_string(home.path("secret")).unwrap();
    assert!(!done.stdout.contains(secret.trim()));
    finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

#[test]
fn failed_secret_command_rescues_the_secret() {
    let home = Home::with_database();
    let done = home.run(&["create", "ci", "--secret-command", "cat >/dev/null; exit 3"]).expect(4);
    let rescued = home.rescued();
    let [file] = &rescued[..] else { panic!("{rescued:?}") };
    assert_eq!(mode(file), 0o600);
    let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let secret = document["secret"].as_str().unwrap();
    assert!(done.stderr.contains(file.to_str().unwrap()) && !done.stderr.contains(secret), "{}", done.stderr);
    assert_eq!(document["id"], home.keys(&[])[0]["id"]);
    finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

#[test]
fn failed_write_rescues_the_secret() {
    let home = Home::with_database();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = home.process(&["create", "a", "--secret-stdout"]).stdout(full).status().unwrap();
    assert_eq!(status.code(), Some(4));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = home.process(&["create", "b", "--output", "json"]).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(4));
    let mut names: Vec<String> = Vec::new();
    for file in home.rescued() {
        let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        finish(home.command(&["verify"]).write_stdin(document["secret"].as_str().unwrap())).expect(0);
        names.push(document["name"].as_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn null_output_is_rejected_before_create() {
    let home = Home::with_database();
    let output = home.process(&["create", "a", "--output", "json"]).stdout(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the secret would be lost"));
    assert_eq!(home.keys(&[]), Vec::<Value>::new());
}

#[test]
fn key_is_revoked_if_rescue_fails() {
    let home = Home::with_database();
    fs::create_dir_all(home.path(".local")).unwrap();
    fs::write(home.path(".local/state"), "in the way").unwrap();
    home.run(&["create", "ci", "--secret-command", "exit 1"]).expect(1).stderr_contains("it was revoked");
    assert_eq!(home.keys(&[])[0]["status"], "revoked");
}

#[test]
fn rotate_can_be_repeated_if_rescue_fails() {
    let home = Home::with_database();
    let (id, old) = home.create(&["ci"]);
    fs::create_dir_all(home.path(".local")).unwrap();
    fs::write(home.path(".local/state"), "in the way").unwrap();
    let rotate = ["rotate", &id, "--yes", "--journal", "journal.jsonl"];
    home.run(&[&rotate[..], &["--secret-command", "exit 1"]].concat())
        .expect(4)
        .stderr_contains(&format!("rotate {id} again"));
    finish(home.command(&["verify"]).write_stdin(old)).expect(5);
    // Without a journal, nothing is sent.
    home.run(&["rotate", &id, "--yes", "--secret-stdout"]).expect(2).stderr_contains("--journal");
    let done = home.run(&[&rotate[..], &["--secret-stdout"]].concat()).expect(0);
    finish(home.command(&["verify"]).write_stdin(done.stdout)).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn reveal_supports_all_destinations() {
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    let home = Home::new();
    home.configure(&emulated(&home, "prod", &emulator));
    let (id, secret) = tokio::task::block_in_place(|| home.create(&["its", "--owner", OWNER]));
    tokio::task::block_in_place(|| {
        home.run(&["reveal", &id]).expect(2).stderr_contains("--secret-file");
        assert_eq!(home.run(&["reveal", &id, "--secret-stdout"]).expect(0).stdout, format!("{secret}\n"));
        assert_eq!(home.run(&["reveal", &id, "--output", "json"]).expect(0).json()["secret"], secret);
        home.run(&["reveal", &id, "--secret-file", "s"]).expect(0);
        assert_eq!(fs::read_to_string(home.path("s")).unwrap(), format!("{secret}\n"));
        home.run(&["reveal", &id, "--secret-command", "exit 1"])
            .expect(1)
            .stderr_contains("the vendor stores the secret");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_effect_prints_the_orphans_command() {
    let (server, fake) = FakeClerk::start(Fault::CreatesAndFails).await;
    let home = Home::new();
    clerk(&home, &server.uri());
    let done =
        home.run_async(&["create", "it's ci", "--expires", "1d", "--secret-file", "s"]).await.expect(4);
    assert!(fake.has_key() && !home.path("s").exists());
    let orphans =
        done.stderr.lines().find_map(|line| line.strip_prefix("  help: api-keys ")).unwrap().to_owned();
    assert!(orphans.starts_with("orphans --provider prod --name \"it's ci\" --since "), "{orphans}");

    // The command works as printed.
    let program = assert_cmd::cargo::cargo_bin!("api-keys");
    let line = format!("{} {orphans}", program.display());
    let shell = |line: String| {
        let mut command = assert_cmd::Command::new("/bin/sh");
        command.args(["-c", &line]).env("HOME", home.path("")).env_remove("XDG_CONFIG_HOME");
        tokio::task::spawn_blocking(move || finish(&mut command))
    };
    let found = shell(line.clone()).await.unwrap().expect(5);
    assert!(found.stdout.contains("ak_00112233445566778899aabbccddeeff"), "{}", found.stdout);
    shell(format!("{line} --keep ak_00112233445566778899aabbccddeeff")).await.unwrap().expect(0);
    shell(format!("{line} --revoke")).await.unwrap().expect(2).stderr_contains("--yes");
    shell(format!("{line} --revoke --dry-run")).await.unwrap().expect(0);
    shell(format!("{line} --revoke --yes")).await.unwrap().expect(0);
    let id = "ak_00112233445566778899aabbccddeeff";
    let key = home.run_async(&["get", id, "--output", "json"]).await.expect(0).json();
    assert_eq!(key["key"]["status"], "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn undecodable_response_is_rescued() {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(200).set_body_json(json!({ "secret": SECRET, "id": 17 }));
    Mock::given(method("POST")).and(path("/api_keys")).respond_with(response).mount(&server).await;
    let home = Home::new();
    clerk(&home, &server.uri());
    let done = home.run_async(&["create", "ci-key", "--output", "json"]).await.expect(4);
    let rescued = home.rescued();
    let [file] = &rescued[..] else { panic!("{rescued:?} {}", done.stderr) };
    assert!(fs::read_to_string(file).unwrap().contains(SECRET));
    assert_eq!(mode(file), 0o600);
    assert!(done.stderr.contains(file.to_str().unwrap()) && done.stderr.contains("api-keys orphans"));
    assert!(!done.stderr.contains(SECRET) && !done.stdout.contains(SECRET));
}

/// Response of Clerk to a create.
fn created(secret: &str) -> ResponseTemplate {
    let now = jiff::Timestamp::now().as_millisecond();
    ResponseTemplate::new(200).set_body_json(json!({
        "object": "api_key", "id": "ak_00112233445566778899aabbccddeeff", "type": "api_key", "name": "ci-key",
        "subject": OWNER, "description": null, "claims": null, "scopes": [], "revoked": false,
        "revocation_reason": null, "expired": false, "created_by": null, "last_used_at": null, "expiration": null,
        "created_at": now, "updated_at": now, "secret": secret,
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_with_control_characters_is_rescued() {
    let server = MockServer::start().await;
    let secret = "ak_\u{1b}[2Jsecret";
    Mock::given(method("POST")).respond_with(created(secret)).mount(&server).await;
    let home = Home::new();
    clerk(&home, &server.uri());
    for arguments in [&["create", "ci-key"][..], &["create", "ci-key", "--secret-stdout"]] {
        let process = home.process(arguments);
        let ended = tokio::task::spawn_blocking(|| terminal::finish(terminal::start(process, 80)));
        let (output, status) = ended.await.unwrap();
        assert!(status == 4 && !output.contains('\u{1b}'), "{output:?}");
    }
    let rescued = home.rescued();
    assert_eq!(rescued.len(), 2);
    for file in rescued {
        let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(document["secret"], secret);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mismatched_key_prints_the_revoke_command() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(created(SECRET)).mount(&server).await;
    let home = Home::new();
    clerk(&home, &server.uri());
    let done = home.run_async(&["create", "ci-key", "--scope", "read", "--secret-file", "s"]).await.expect(4);
    let rescued = home.rescued();
    let [file] = &rescued[..] else { panic!("{rescued:?} {}", done.stderr) };
    assert!(fs::read_to_string(file).unwrap().contains(SECRET) && !done.stderr.contains(SECRET));
    let revoke = "api-keys revoke ak_00112233445566778899aabbccddeeff --provider prod";
    assert!(done.stderr.contains("`scopes`") && done.stderr.contains(revoke), "{}", done.stderr);
}

/// Starts a create with a slow response, and sends signals.
async fn interrupted(signals: u32) -> (std::process::Output, Home) {
    let server = MockServer::start().await;
    let response = created(SECRET).set_delay(Duration::from_secs(2));
    Mock::given(method("POST")).respond_with(response).mount(&server).await;
    let home = Home::new();
    clerk(&home, &server.uri());
    let child = home
        .process(&["create", "ci-key", "--secret-file", "s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while server.received_requests().await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..signals {
        let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    (output, home)
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_waits_for_the_secret() {
    let (output, home) = interrupted(1).await;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("waiting for the response"), "{stderr}");
    assert_eq!(fs::read_to_string(home.path("s")).unwrap(), format!("{SECRET}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn second_ctrl_c_prints_the_orphans_command() {
    let (output, home) = interrupted(2).await;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert!(stderr.contains("api-keys orphans --provider prod --name ci-key"), "{stderr}");
    assert!(!home.path("s").exists());
}
