//! The command `doctor`.
#![cfg(unix)]

mod support;

use std::time::{Duration, SystemTime};
use std::{fs, net};

use serde_json::{Value, json};
use support::{Done, Home, OWNER, finish, set_mode};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: &str = "sk_test_0123456789abcdefghijklmnopqrstuvwxyz";

fn provider(name: &str, uri: &str, token: &str) -> String {
    format!(
        "[providers.{name}]\nvendor = \"clerk\"\nbase_url = \"{uri}\"\nowner = \"{OWNER}\"\ntoken = {token}\n"
    )
}

async fn server(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(response).mount(&server).await;
    server
}

fn no_keys() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "data": [], "total_count": 0 }))
}

/// Runs the command and returns `provider check: result`, and the checks.
async fn doctor(home: &Home, status: i32) -> (Vec<String>, Vec<Value>) {
    let done = home.run_async(&["doctor", "--output", "json"]).await.expect(status);
    assert!(!(done.stdout.clone() + &done.stderr).contains(TOKEN), "{}{}", done.stdout, done.stderr);
    let checks = done.json()["checks"].as_array().unwrap().clone();
    for check in &checks {
        let is_problem = matches!(check["result"].as_str(), Some("warning" | "error"));
        assert_eq!(check["help"].is_string(), is_problem, "{check}");
    }
    let line = |check: &Value| {
        let text = |field: &str| check[field].as_str().unwrap_or("-").to_owned();
        format!("{} {}: {}", text("provider"), text("check"), text("result"))
    };
    (checks.iter().map(line).collect(), checks)
}

fn message(checks: &[Value], check: &str) -> String {
    checks.iter().find(|other| other["check"] == check).unwrap()["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn working_provider_has_no_findings() {
    let server = MockServer::start().await;
    Mock::given(query_param("limit", "1")).respond_with(no_keys()).mount(&server).await;
    let home = Home::new();
    fs::write(home.path("token"), format!("{TOKEN}\n")).unwrap();
    set_mode(&home.path("token"), 0o600);
    let file = format!("{{ file = '{}' }}", home.path("token").display());
    let command = format!("{{ command = 'echo {TOKEN}' }}");
    home.configure(&(provider("a", &server.uri(), &file) + &provider("b", &server.uri(), &command)));
    let (lines, checks) = doctor(&home, 0).await;
    let expected = |name: &str| {
        ["settings", "credential source", "connection", "credential", "clock"]
            .map(|check| format!("{name} {check}: ok"))
    };
    let general = ["- configuration: ok".to_owned(), "- permissions: ok".to_owned()];
    assert_eq!(lines, [&general[..], &expected("a"), &expected("b")].concat());
    assert_eq!(message(&checks, "connection"), server.uri());
    assert_eq!(message(&checks, "credential source"), format!("file {}", home.path("token").display()));
}

#[tokio::test]
async fn database_needs_no_connection() {
    let home = Home::with_database();
    let (lines, _) = doctor(&home, 0).await;
    assert_eq!(lines[2..], ["local settings: ok", "local credential source: ok", "local keys: ok"]);
}

#[tokio::test]
async fn invalid_configuration_is_a_finding() {
    let home = Home::new();
    home.configure("[providers.a");
    assert_eq!(doctor(&home, 5).await.0, ["- configuration: error"]);
    home.configure("[provider.a]");
    assert_eq!(doctor(&home, 5).await.0, ["- configuration: error"]);
    home.configure("");
    assert_eq!(doctor(&home, 5).await.0.last().unwrap(), "- configuration: error");
    home.configure(&format!("[providers.a]\nvendor = \"clerk\"\ntoken = \"{TOKEN}\"\nbase_urI = \"x\"\n"));
    let (lines, checks) = doctor(&home, 5).await;
    assert_eq!(lines.last().unwrap(), "a settings: error");
    assert!(message(&checks, "settings").contains("line 4, column 1: unknown setting `base_urI`"));
    home.run(&["doctor", "--provider", "b"]).expect(2).stderr_contains("unknown provider");
}

#[tokio::test]
async fn open_permissions_are_a_warning() {
    let server = server(no_keys()).await;
    let home = Home::new();
    home.configure(&provider("a", &server.uri(), &format!("'{TOKEN}'")));
    set_mode(&home.path(".config/api-keys/config.toml"), 0o644);
    let (lines, _) = doctor(&home, 5).await;
    assert_eq!(lines.iter().filter(|line| !line.ends_with(": ok")).count(), 1);
    assert_eq!(lines[1], "- permissions: warning");
}

#[test]
fn provider_of_the_environment_is_checked() {
    let home = Home::new();
    fs::write(home.path("token"), TOKEN).unwrap();
    set_mode(&home.path("token"), 0o644);
    let mut command = home.command(&["doctor", "--output", "csv"]);
    command.env("API_KEYS_VENDOR", "latitude-sh").env("API_KEYS_TOKEN_FILE", home.path("token"));
    let done = finish(command.env("API_KEYS_BASE_URL", "http://127.0.0.1:1")).expect(5);
    let results: Vec<_> = done
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(3).collect::<Vec<_>>().join(" "))
        .collect();
    let expected = [
        "warning  permissions",
        "ok env settings",
        "ok env credential source",
        "error env connection",
        "unknown env credential",
        "unknown env clock",
    ];
    assert_eq!(results, expected);
}

#[tokio::test]
async fn unreadable_credential_is_an_error() {
    let home = Home::new();
    fs::write(home.path("empty"), "\n").unwrap();
    set_mode(&home.path("empty"), 0o600);
    let empty = format!("{{ file = '{}' }}", home.path("empty").display());
    for (token, expected) in [
        ("{ env = 'NO_SUCH_VARIABLE' }", "NO_SUCH_VARIABLE is not set"),
        ("{ file = '/no/such/file' }", "No such file"),
        (empty.as_str(), "is empty"),
        ("{ command = 'exit 3' }", "exit status: 3"),
        ("{ command = 'true' }", "the command has no output"),
    ] {
        home.configure(&provider("a", "http://127.0.0.1:1", token));
        let (lines, checks) = doctor(&home, 5).await;
        assert_eq!(lines[2..], ["a settings: ok", "a credential source: error"]);
        let message = message(&checks, "credential source");
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn unreachable_vendor_is_an_error() {
    let port = net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for uri in [format!("http://127.0.0.1:{port}"), "https://name.invalid".to_owned()] {
        let home = Home::new();
        home.configure(&provider("a", &uri, &format!("'{TOKEN}'")));
        let (lines, checks) = doctor(&home, 5).await;
        assert_eq!(lines[4..], ["a connection: error", "a credential: unknown", "a clock: unknown"]);
        assert!(message(&checks, "connection").starts_with(&uri), "{checks:?}");
    }
}

#[tokio::test]
async fn slow_vendor_is_bounded_by_timeouts() {
    let server = server(no_keys().set_delay(Duration::from_secs(60))).await;
    let home = Home::new();
    let http = "http = { attempt_timeout = 0.2, max_attempts = 1 }\n";
    home.configure(&(provider("a", &server.uri(), &format!("'{TOKEN}'")) + http));
    assert_eq!(doctor(&home, 5).await.0[4], "a connection: error");
}

#[tokio::test]
async fn rejected_credential_is_an_error() {
    for status in [401, 403, 500] {
        let server = server(ResponseTemplate::new(status)).await;
        let home = Home::new();
        home.configure(&provider("a", &server.uri(), &format!("'{TOKEN}'")));
        let (lines, _) = doctor(&home, 5).await;
        assert_eq!(lines[4..], ["a connection: ok", "a credential: error", "a clock: ok"]);
    }
}

#[tokio::test]
async fn clocks_are_compared() {
    let now = SystemTime::now();
    let date = |time| httpdate::fmt_http_date(time);
    for (date, status, result, expected) in [
        (date(now), 0, "ok", "from the clock"),
        (date(now - Duration::from_secs(90)), 5, "warning", " s ahead of"),
        (date(now + Duration::from_secs(90)), 5, "warning", " s behind"),
        ("yesterday".to_owned(), 0, "unknown", "no date"),
    ] {
        let server = server(no_keys().insert_header("date", date)).await;
        let home = Home::new();
        home.configure(&provider("a", &server.uri(), &format!("'{TOKEN}'")));
        let (lines, checks) = doctor(&home, status).await;
        assert_eq!(lines.last().unwrap(), &format!("a clock: {result}"));
        assert!(message(&checks, "clock").contains(expected), "{checks:?}");
    }
}

#[tokio::test]
async fn findings_are_printed_in_every_format() {
    let home = Home::new();
    home.configure(&provider("a", "http://127.0.0.1:1", "{ env = 'NO_SUCH_VARIABLE' }"));
    let run =
        async |format: &str| -> Done { home.run_async(&["doctor", "--output", format]).await.expect(5) };
    let table = run("table").await.stdout;
    let lines: Vec<_> = table.lines().map(str::trim).collect();
    assert!(lines[4].starts_with("error   a         credential source"), "{table}");
    assert_eq!(
        lines[5..],
        ["help: set the environment variable NO_SUCH_VARIABLE", "", "3 ok, 0 warnings, 1 error, 0 unknown"]
    );
    assert_eq!(run("jsonl").await.stdout.lines().count(), 4);
    let csv = run("csv").await.stdout;
    assert!(csv.starts_with("result,provider,check,message,help\nok,,configuration,"), "{csv}");
}
