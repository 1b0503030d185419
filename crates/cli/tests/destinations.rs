//! Delivery of declared secrets to destinations of every kind.
#![cfg(unix)]

mod stores;
mod support;

use std::fs;
use std::sync::atomic::Ordering;

use api_keys_live_tests::python::Server;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use stores::{Github, TOKEN, Vault};
use support::{Done, Home, finish, mode};

/// Writes a declaration of one key with destinations.
fn declare(home: &Home, destinations: &[String]) {
    let text = format!(
        "project = \"shop\"\n[keys.ci]\nprovider = \"local\"\nrotate = {{ overlap = \"1h\" }}\ndestinations = [\n{}\n]\n",
        destinations.join(",\n")
    );
    fs::write(home.path("keys.toml"), text).unwrap();
}

/// Runs a command with the credentials of the destinations.
async fn run(home: &Home, arguments: &[&str]) -> Done {
    let mut command = home.command(arguments);
    command
        .env("VAULT_TOKEN", TOKEN)
        .env("GITHUB_TOKEN", TOKEN)
        .env("AWS_ACCESS_KEY_ID", "id")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-central-1");
    tokio::task::spawn_blocking(move || finish(&mut command)).await.unwrap()
}

async fn apply(home: &Home) -> Done {
    run(home, &["apply", "--auto-approve"]).await
}

/// Asserts that a secret is valid, and returns it.
#[track_caller]
fn valid(home: &Home, secret: &str) -> String {
    let mut verify = home.command(&["verify"]);
    finish(verify.write_stdin(secret)).expect(0);
    secret.to_owned()
}

fn read(home: &Home, path: &str) -> String {
    fs::read_to_string(home.path(path)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_arrives_at_every_destination() {
    let home = Home::with_database();
    let (vault, github) = (Vault::default(), Github::new());
    vault.put("team/ci", json!({ "other": "kept" }));
    let (vault_server, github_server) = (vault.start().await, github.start().await);
    fs::write(home.path(".env"), "# comment\nA='1'\nexport CI_KEY=old\nB=2\n").unwrap();
    fs::write(
        home.path("secret.yaml"),
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ci\n  labels:\n    a: b\nstringData:\n  token: old\ndata:\n  other: eA==\n",
    )
    .unwrap();
    fs::write(home.path("token"), format!("{TOKEN}\n")).unwrap();
    let destinations = [
        "{ type = \"file\", path = \"deep/ci\" }".to_owned(),
        "{ type = \"dotenv\", path = \".env\", variable = \"CI_KEY\" }".to_owned(),
        "{ type = \"kubernetes\", path = \"secret.yaml\", name = \"ci\", key = \"token\" }".to_owned(),
        "{ type = \"command\", command = \"cat > $(basename $API_KEYS_KEY)\", check = \"cat ci\" }"
            .to_owned(),
        format!(
            "{{ type = \"vault\", address = \"{}\", path = \"team/ci\", field = \"key\" }}",
            vault_server.uri()
        ),
        format!(
            "{{ type = \"github\", api = \"{}\", repository = \"acme/shop\", name = \"CI_KEY\", token = {{ file = \"token\" }} }}",
            github_server.uri()
        ),
        format!(
            "{{ type = \"github\", api = \"{}\", repository = \"acme/shop\", environment = \"prod\", name = \"CI_KEY\" }}",
            github_server.uri()
        ),
    ];
    declare(&home, &destinations);
    let done = apply(&home).await.expect(0);

    let secret = valid(&home, read(&home, "deep/ci").trim_end());
    assert!(
        !done.stdout.contains(&secret) && !done.stderr.contains(&secret),
        "{}{}",
        done.stdout,
        done.stderr
    );
    assert_eq!(mode(&home.path("deep/ci")), 0o600);
    assert_eq!(read(&home, ".env"), format!("# comment\nA='1'\nexport CI_KEY={secret}\nB=2\n"));
    let manifest: Value = serde_norway::from_str(&read(&home, "secret.yaml")).unwrap();
    assert_eq!(
        manifest,
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "ci", "labels": { "a": "b" } },
            "stringData": {}, "data": { "other": "eA==", "token": STANDARD.encode(&secret) },
        })
    );
    assert_eq!(read(&home, "ci"), format!("{secret}\n"));
    assert_eq!(vault.get("team/ci"), json!({ "other": "kept", "key": secret }));
    assert_eq!(github.get("/repos/acme/shop/actions/secrets/CI_KEY").as_deref(), Some(secret.as_str()));
    assert_eq!(github.get("/repos/acme/shop/environments/prod/secrets/CI_KEY"), Some(secret.clone()));

    // Another destination needs another secret, which replaces the first one everywhere.
    declare(&home, &[&destinations[..], &["{ type = \"file\", path = \"new\" }".to_owned()]].concat());
    apply(&home).await.expect(0);
    let other = valid(&home, read(&home, "new").trim_end());
    assert_ne!(other, secret);
    assert_eq!(vault.get("team/ci")["key"], other.as_str());
    assert_eq!(github.get("/repos/acme/shop/actions/secrets/CI_KEY").as_deref(), Some(other.as_str()));
    valid(&home, &secret);
}

#[tokio::test(flavor = "multi_thread")]
async fn destination_that_stores_nothing_is_detected() {
    let (vault, github) = (Vault::default(), Github::new());
    let (vault_server, github_server) = (vault.start().await, github.start().await);
    for (name, destination) in [
        (
            "vault",
            format!(
                "{{ type = \"vault\", address = \"{}\", path = \"ci\", field = \"key\" }}",
                vault_server.uri()
            ),
        ),
        (
            "github",
            format!(
                "{{ type = \"github\", api = \"{}\", repository = \"acme/shop\", name = \"K\" }}",
                github_server.uri()
            ),
        ),
        (
            "command",
            "{ type = \"command\", command = \"cat > out; ./break\", check = \"cat out\" }".to_owned(),
        ),
    ] {
        let home = Home::with_database();
        let write_script = |text: &str| {
            fs::write(home.path("break"), format!("#!/bin/sh\n{text}\n")).unwrap();
            support::set_mode(&home.path("break"), 0o700);
        };
        write_script("");
        declare(&home, &["{ type = \"file\", path = \"first\" }".to_owned()]);
        apply(&home).await.expect(0);
        let old = read(&home, "first").trim_end().to_owned();

        declare(&home, &["{ type = \"file\", path = \"first\" }".to_owned(), destination]);
        vault.lies.store(true, Ordering::Relaxed);
        github.lies.store(true, Ordering::Relaxed);
        write_script("echo lost > out");
        let failed = apply(&home).await.expect(4).stderr_contains("run the same command again");
        valid(&home, &old);
        let new = valid(&home, read(&home, "first").trim_end());
        assert!(!failed.stderr.contains(&new), "{name}: {}", failed.stderr);
        let [rescued] = &home.rescued()[..] else { panic!("{name}: {:?}", home.rescued()) };
        assert_eq!(mode(rescued), 0o600);
        assert!(failed.stderr.contains(&rescued.display().to_string()), "{name}: {}", failed.stderr);

        vault.lies.store(false, Ordering::Relaxed);
        github.lies.store(false, Ordering::Relaxed);
        write_script("");
        apply(&home).await.expect(0);
        let delivered = match name {
            "vault" => vault.get("ci")["key"].as_str().map(str::to_owned),
            "github" => github.get("/repos/acme/shop/actions/secrets/K"),
            _ => Some(read(&home, "out").trim_end().to_owned()),
        };
        assert_eq!(delivered, Some(new), "{name}");
        assert!(home.rescued().is_empty(), "{name}");
        run(&home, &["plan"]).await.expect(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn vault_secret_changed_by_others_is_merged() {
    let home = Home::with_database();
    let vault = Vault::default();
    let server = vault.start().await;
    vault.conflicts.store(2, Ordering::Relaxed);
    let destination =
        format!("{{ type = \"vault\", address = \"{}\", path = \"ci\", field = \"key\" }}", server.uri());
    declare(&home, &[destination]);
    apply(&home).await.expect(0);
    assert_eq!(vault.get("ci").as_object().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_keys_share_a_container() {
    let home = Home::with_database();
    let vault = Vault::default();
    let server = vault.start().await;
    let keys = (0..8).map(|index| {
        format!(
            "[keys.k{index}]\nprovider = \"local\"\ndestinations = [\
             {{ type = \"vault\", address = \"{}\", path = \"all\", field = \"k{index}\" }},\
             {{ type = \"kubernetes\", path = \"all.yaml\", name = \"all\", namespace = \"x\", key = \"k{index}\" }}]\n",
            server.uri()
        )
    });
    let text = format!("project = \"shop\"\n{}", keys.collect::<String>());
    fs::write(home.path("keys.toml"), text).unwrap();
    apply(&home).await.expect(0);
    let manifest: Value = serde_norway::from_str(&read(&home, "all.yaml")).unwrap();
    assert_eq!(manifest["data"].as_object().unwrap().len(), 8);
    assert_eq!(vault.get("all").as_object().unwrap().len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_destination_is_rejected_before_creation() {
    let home = Home::with_database();
    for (destination, expected) in [
        (
            "{ type = \"vault\", address = \"http://vault.example\", path = \"a\", field = \"b\" }",
            "the URL must start with https://",
        ),
        ("{ type = \"vault\", address = \"https://v\", path = \"../a\", field = \"b\" }", "relative segment"),
        ("{ type = \"vault\", path = \"a\", field = \"b\" }", "VAULT_ADDR"),
        ("{ type = \"github\", repository = \"shop\", name = \"A\" }", "OWNER/NAME"),
        (
            "{ type = \"github\", repository = \"a/b\", name = \"A\", token = { env = \"NONE\" } }",
            "the environment variable NONE is not set",
        ),
        ("{ type = \"dotenv\", path = \"a\", variable = \"A B\" }", "the variable must consist of"),
    ] {
        declare(&home, &[destination.to_owned()]);
        apply(&home).await.expect(2).stderr_contains(expected);
        assert!(home.keys(&[]).is_empty(), "{destination}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_files_are_not_overwritten() {
    for (file, content, destination) in [
        (
            "x.yaml",
            "kind: ConfigMap\nmetadata: { name: ci }\n",
            "{ type = \"kubernetes\", path = \"x.yaml\", name = \"ci\", key = \"k\" }",
        ),
        (
            "x.yaml",
            "kind: Secret\nmetadata: { name: ci }\n---\nkind: Secret\n",
            "{ type = \"kubernetes\", path = \"x.yaml\", name = \"ci\", key = \"k\" }",
        ),
        ("dir/inner", "", "{ type = \"file\", path = \"dir\" }"),
    ] {
        let home = Home::with_database();
        fs::create_dir_all(home.path("dir")).unwrap();
        fs::write(home.path(file), content).unwrap();
        declare(&home, &[destination.to_owned()]);
        apply(&home).await.expect(1).stderr_contains("no secret was issued");
        assert_eq!(read(&home, file), content);
        assert!(home.keys(&[]).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_secrets_are_created_and_updated() {
    let Some(server) = Server::start("moto", &[]) else { return };
    let home = Home::with_database();
    let aws = |rest: &str| format!("{{ type = \"aws\", endpoint = \"{}\", {rest} }}", server.base_url());
    let destinations = [aws("secret = \"shop/whole\""), aws("secret = \"shop/fields\", field = \"a\"")];
    declare(&home, &destinations);
    apply(&home).await.expect(0);
    // A second key in the same secret, and another secret of the first.
    declare(&home, &[&destinations[..], &[aws("secret = \"shop/fields\", field = \"b\"")]].concat());
    apply(&home).await.expect(0);
    run(&home, &["plan"]).await.expect(0);

    let get = async |id: &str| {
        let response = reqwest::Client::new()
            .post(server.base_url())
            .header("X-Amz-Target", "secretsmanager.GetSecretValue")
            .header("Content-Type", "application/x-amz-json-1.1")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=id/20260101/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0",
            )
            .body(json!({ "SecretId": id }).to_string());
        let body: Value = response.send().await.unwrap().json().await.unwrap();
        body["SecretString"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    };
    let secret = valid(&home, &get("shop/whole").await);
    let fields: Value = serde_json::from_str(&get("shop/fields").await).unwrap();
    assert_eq!(fields, json!({ "a": secret, "b": secret }));
}
