//! The command `init`.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::PathBuf;

use rexpect::session::PtySession;
use serde_json::json;
use support::terminal::{finish, start};
use support::{Home, OWNER, emulate, mode, set_mode};
use wiremock::matchers::{any, header, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: &str = "sk_test_0123456789abcdefghijklmnopqrstuvwxyz";

/// Starts a server that accepts the token.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let keys = ResponseTemplate::new(200).set_body_json(json!({ "data": [], "total_count": 0 }));
    Mock::given(query_param("limit", "1"))
        .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
        .respond_with(keys)
        .mount(&server)
        .await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    server
}

fn config(home: &Home) -> PathBuf {
    home.path(".config/api-keys/config.toml")
}

fn token_file(home: &Home, token: &str) {
    fs::write(home.path("token"), format!("{token}\n")).unwrap();
    set_mode(&home.path("token"), 0o600);
}

const NO_CHECK: [&str; 7] = ["init", "--vendor", "clerk", "--owner", OWNER, "--no-check", "--token-env"];

#[tokio::test]
async fn provider_is_checked_and_added() {
    let (home, server) = (Home::new(), server().await);
    token_file(&home, TOKEN);
    let uri = server.uri();
    let init = ["init", "--vendor", "clerk", "--name", "prod", "--token-file", "token", "--base-url", &uri];
    let init = [&init[..], &["--owner", OWNER]].concat();
    let done = home.run_async(&init).await.expect(0).stderr_contains("api-keys list --provider prod");
    assert!(done.stdout.starts_with("added provider `prod` to "), "{}", done.stdout);
    assert_eq!((mode(&config(&home)), mode(config(&home).parent().unwrap())), (0o600, 0o700));
    let expected = format!(
        "[providers.prod]\nvendor = \"clerk\"\ntoken = {{ file = \"{}\" }}\nbase_url = \"{uri}\"\nowner = \"{OWNER}\"\n",
        fs::canonicalize(home.path("token")).unwrap().display()
    );
    assert_eq!(fs::read_to_string(config(&home)).unwrap(), expected);
    home.run_async(&["doctor"]).await.expect(0);
}

#[tokio::test]
async fn failed_check_adds_nothing() {
    let (home, server) = (Home::new(), server().await);
    token_file(&home, "sk_test_wrong_0123456789");
    let uri = server.uri();
    let init = ["init", "--vendor", "clerk", "--token-file", "token", "--base-url", &uri, "--owner", OWNER];
    home.run_async(&init).await.expect(1).stderr_contains("or pass --no-check");
    assert!(!config(&home).exists());
    home.run_async(&[&init[..], &["--no-check"]].concat()).await.expect(0);
    assert!(config(&home).exists());
}

#[test]
fn existing_file_is_kept() {
    let home = Home::new();
    let before = format!("# Ours.\n{}# max_active = 5\n", home.database("local"));
    home.configure(&before);
    set_mode(&config(&home), 0o644);
    let other = ["--owner", "org_1", "--name", "it's", "--setting", "http={\"timeout\": 10}"];
    home.run(&[&NO_CHECK[..], &["CLERK_KEY"], &other].concat()).expect(0);
    let after = fs::read_to_string(config(&home)).unwrap();
    let added = format!(
        "\n[providers.\"it's\"]\nvendor = \"clerk\"\ntoken = {{ env = \"CLERK_KEY\" }}\n\
         owner = [\"{OWNER}\", \"org_1\"]\nhttp = {{ timeout = 10 }}\n"
    );
    assert_eq!(after, before + &added);
    assert_eq!(mode(&config(&home)), 0o600);
    assert_eq!(home.keys(&["--provider", "local"]).len(), 0);
}

#[test]
fn existing_provider_is_not_overwritten() {
    let home = Home::with_database();
    let before = fs::read_to_string(config(&home)).unwrap();
    for name in ["local", "all", "env", "", " ", "a\nb"] {
        home.run(&[&NO_CHECK[..], &["CLERK_KEY", "--name", name]].concat()).expect(2);
    }
    home.configure("providers = { a = { vendor = 'memory' } }");
    home.run(&[&NO_CHECK[..], &["CLERK_KEY"]].concat()).expect(2).stderr_contains("is not a section");
    home.configure("[providers.a");
    home.run(&[&NO_CHECK[..], &["CLERK_KEY"]].concat()).expect(2).stderr_contains("not valid TOML");
    home.configure(&before);
    assert_eq!(fs::read_to_string(config(&home)).unwrap(), before);
}

#[test]
fn linked_file_is_changed_in_its_place() {
    let home = Home::with_database();
    fs::rename(config(&home), home.path("dotfile.toml")).unwrap();
    std::os::unix::fs::symlink(home.path("dotfile.toml"), config(&home)).unwrap();
    home.run(&[&NO_CHECK[..], &["CLERK_KEY"]].concat()).expect(0);
    assert!(config(&home).is_symlink());
    assert!(fs::read_to_string(home.path("dotfile.toml")).unwrap().contains("[providers.clerk]"));
}

#[test]
fn missing_answers_are_named() {
    let home = Home::new();
    for (arguments, missing) in [
        (&[][..], "--vendor"),
        (&["--vendor", "clerk"], "--token-env, --token-file or --token-command"),
        (&["--vendor", "clerk", "--token-env", "A"], "--owner"),
        (&["--vendor", "better-auth", "--token-command", "a"], "--base-url"),
    ] {
        let done = home.run(&[&["init"], arguments].concat()).expect(2);
        assert!(done.stderr.contains(&format!("missing {missing}\n")), "{}", done.stderr);
    }
    home.run(&["init", "--vendor", "clrek"]).expect(2).stderr_contains("similar value exists: 'clerk'");
    let done = home
        .run(&["init", "--vendor", "clerk", "--setting", &format!("token={TOKEN}")])
        .expect(2)
        .stderr_contains("visible to other users");
    assert!(!done.stderr.contains(TOKEN));
    assert!(!config(&home).exists());
}

#[test]
fn invalid_setting_adds_nothing() {
    let home = Home::new();
    let init = [&NO_CHECK[..], &["CLERK_KEY", "--setting", "unknown=2"]].concat();
    home.run(&init).expect(2).stderr_contains("unknown setting `unknown`");
    assert!(!config(&home).exists());
}

/// Answers a question.
fn answer(session: &mut PtySession, question: &str, answer: &str) {
    session.exp_string(question).unwrap();
    session.send_line(answer).unwrap();
}

#[test]
fn questions_on_a_terminal() {
    let home = Home::new();
    let (_running, started) = emulate(&home, &["latitude-sh"]);
    let (base_url, token) = (started["base_url"].as_str().unwrap(), started["token"].as_str().unwrap());
    let mut session = start(home.process(&["init", "--base-url", base_url]), 100);
    session.exp_string("latitude-sh  Latitude.sh account").unwrap();
    answer(&mut session, "Vendor: ", "latitude");
    answer(&mut session, "Vendor: ", "latitude-sh");
    answer(&mut session, "[latitude-sh]: ", "metal");
    session.exp_string("Credential: API key of the account").unwrap();
    answer(&mut session, "[paste]: ", "");
    answer(&mut session, "(not shown): ", token);
    answer(&mut session, "metal.token? [y/N] ", "y");
    let (output, status) = finish(session);
    assert_eq!(status, 0, "{output}");
    assert!(!output.contains(token), "{output}");
    let file = config(&home).with_file_name("metal.token");
    assert_eq!((fs::read_to_string(&file).unwrap(), mode(&file)), (format!("{token}\n"), 0o600));
    let text = fs::read_to_string(config(&home)).unwrap();
    assert!(text.contains("token = { file = \"metal.token\" }"), "{text}");
    home.run(&["list"]).expect(0);
}

#[test]
fn every_source_can_be_answered() {
    for (source, question, expected) in [
        ("env", "Name of the environment variable: ", "{ env = \"answer\" }"),
        ("file", "Path of the file: ", "/answer\" }"),
        ("command", "Shell command that prints it: ", "{ command = \"answer\" }"),
    ] {
        let home = Home::new();
        let mut session = start(home.process(&["init", "--vendor", "better-auth", "--no-check"]), 100);
        answer(&mut session, "[better-auth]: ", "");
        let (base_url, credential) = ("Base URL of the API: ", "[paste]: ");
        // In the order of the vendor's settings.
        answer(&mut session, base_url, "https://app.example.com");
        answer(&mut session, credential, source);
        answer(&mut session, question, "answer");
        let (output, status) = finish(session);
        assert_eq!(status, 0, "{output}");
        let text = fs::read_to_string(config(&home)).unwrap();
        assert!(text.contains(expected) && text.contains("\"https://app.example.com\""), "{text}");
    }
}

#[test]
fn pasted_credential_is_removed_after_failure() {
    let home = Home::new();
    let arguments =
        ["init", "--vendor", "latitude-sh", "--base-url", "http://127.0.0.1:1", "--name", "metal"];
    for (confirmed, expected) in [("n", 2), ("y", 1)] {
        let mut session = start(home.process(&arguments), 100);
        answer(&mut session, "[paste]: ", "paste");
        answer(&mut session, "(not shown): ", TOKEN);
        answer(&mut session, "metal.token? [y/N] ", confirmed);
        let (output, status) = finish(session);
        assert_eq!((status, output.contains(TOKEN)), (expected, false), "{output}");
        assert!(!config(&home).exists() && !config(&home).with_file_name("metal.token").exists());
    }
}

#[test]
fn database_is_created_in_the_working_directory() {
    let home = Home::new();
    home.run(&["init", "--vendor", "sql", "--setting", "url=sqlite:keys.db"]).expect(0);
    assert!(home.path("keys.db").exists());
    home.create(&["ci"]);
    assert_eq!(home.keys(&[]).len(), 1);
    home.run(&["init", "--vendor", "sql", "--name", "none", "--setting", "url=sqlite:"])
        .expect(2)
        .stderr_contains("does not name a database");
}
