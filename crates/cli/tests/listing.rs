//! `api-keys list` of long, endless and hostile listings.
#![cfg(unix)]

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api_keys::{ApiKeyProvider as _, NewApiKey};
use api_keys_emulator::{Emulator, Vendor};
use serde_json::{Value, json};
use support::{Home, OWNER, emulated};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Starts a server with the API of Clerk that lists pages of 100 keys, `number` of which are different.
async fn server(home: &Home, number: usize) -> (MockServer, Arc<AtomicUsize>) {
    let server = MockServer::start().await;
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let page = move |request: &Request| {
        counted.fetch_add(1, Ordering::SeqCst);
        let offset = request.url.query_pairs().find(|(name, _)| name == "offset");
        let offset: usize = offset.map_or(0, |(_, value)| value.parse().unwrap());
        let keys: Vec<_> = (offset..offset + 100).map(|at| key(at % number)).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "data": keys, "total_count": 1_000_000_000 }))
    };
    Mock::given(any()).respond_with(page).mount(&server).await;
    home.configure(&format!(
        "[providers.prod]\nvendor = \"clerk\"\nbase_url = \"{}\"\ntoken = \"sk_test_x\"\nowner = \"{OWNER}\"\n",
        server.uri()
    ));
    (server, requests)
}

fn key(at: usize) -> Value {
    json!({
        "object": "api_key", "id": format!("ak_{at:032x}"), "type": "api_key", "name": format!("key-{at}"),
        "subject": OWNER, "description": null, "claims": null, "scopes": [], "revoked": false,
        "revocation_reason": null, "expired": false, "expiration": null, "created_by": null, "last_used_at": null,
        "created_at": 1_700_000_000_000_u64, "updated_at": 1_700_000_000_000_u64,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_listing_is_streamed_until_closed() {
    for (format, id) in [("jsonl", "\"id\":\"ak_"), ("csv", "prod,clerk,ak_")] {
        let home = Home::new();
        let (_server, requests) = server(&home, usize::MAX).await;
        let mut process = home.process(&["list", "--output", format]);
        let mut child = process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (lines, status, stderr) = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(output).lines();
            let read: Vec<_> = lines.by_ref().take(1_000).map(Result::unwrap).collect();
            drop(lines);
            let done = child.wait_with_output().unwrap();
            (read, done.status.code(), String::from_utf8(done.stderr).unwrap())
        })
        .await
        .unwrap();
        assert!(lines.iter().filter(|line| line.contains(id)).count() >= 999, "{format}: {}", lines[0]);
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{format}");
        assert!(requests.load(Ordering::SeqCst) < 1_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_pages_are_reported() {
    for (number, format) in [(100, "table"), (100, "jsonl"), (5_000, "json"), (5_000, "csv")] {
        let home = Home::new();
        let (_server, requests) = server(&home, number).await;
        home.run_async(&["list", "--output", format]).await.expect(1).stderr_contains("did not terminate");
        let requests = requests.load(Ordering::SeqCst);
        assert!(requests < number / 10 + 20, "{requests} requests for {number} keys");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failure_after_the_first_page_follows_its_keys() {
    let home = Home::new();
    let (server, _) = server(&home, usize::MAX).await;
    server.reset().await;
    let page = ResponseTemplate::new(200)
        .set_body_json(json!({ "data": (0..100).map(key).collect::<Vec<_>>(), "total_count": 200 }));
    Mock::given(any()).respond_with(page).up_to_n_times(1).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(403)).mount(&server).await;
    let done = home.run_async(&["list", "--output", "jsonl"]).await.expect(1);
    assert_eq!(done.stdout.lines().count(), 100);
    done.stderr_contains("failed to list keys");
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_is_safe_unless_it_is_raw() {
    const NAME: &str = "=HYPERLINK(\"http://x\")\u{1b}[31m";
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    let _ = emulator.store().create(NewApiKey::new(NAME).owner(OWNER)).await.unwrap();
    let home = Home::new();
    home.configure(&emulated(&home, "prod", &emulator));
    let safe = home.run_async(&["list", "--output", "csv"]).await.expect(0).stdout;
    assert!(safe.contains("\"'=HYPERLINK(\"\"http://x\"\")\u{fffd}[31m\""), "{safe}");
    let raw = home.run_async(&["list", "--output", "csv", "--raw"]).await.expect(0).stdout;
    assert!(raw.contains("\"=HYPERLINK(\"\"http://x\"\")\u{1b}[31m\""), "{raw}");
    for format in ["table", "json", "jsonl"] {
        let text = home.run_async(&["list", "--output", format]).await.expect(0).stdout;
        assert!(!text.contains('\u{1b}') && text.contains("HYPERLINK"), "{text}");
    }
    let audit = home.run_async(&["audit", "--output", "csv", "--fail-on", "never"]).await.expect(0).stdout;
    assert!(!audit.contains('\u{1b}') && audit.contains("'=HYPERLINK"), "{audit}");
}

#[test]
fn columns_and_order_can_be_selected() {
    let home = Home::with_database();
    for (name, expires) in [("b", "20d"), ("c", "never"), ("a", "10d")] {
        home.create(&[name, "--expires", expires, "--scope", "read", "--scope", "write"]);
    }
    let list = |arguments: &[&str]| home.run(&[&["list"], arguments].concat()).expect(0).stdout;
    assert_eq!(
        list(&["-o", "csv", "--columns", "name,scopes", "--sort", "name"]),
        "name,scopes\na,read write\nb,read write\nc,read write\n"
    );
    assert_eq!(list(&["-o", "csv", "--columns", "name"]).lines().count(), 4);
    // Keys without an expiration are last in both orders.
    for (sort, expected) in [("expires_at", "name\na\nb\nc\n"), ("-expires_at", "name\nb\na\nc\n")] {
        assert_eq!(list(&["-o", "csv", "--columns", "name", "--sort", sort]), expected);
    }
    let table = list(&["--columns", "name,status", "--sort", "-name"]);
    let table: Vec<_> = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(table, [["NAME", "STATUS"], ["c", "active"], ["b", "active"], ["a", "active"]]);
    let lines = list(&["-o", "jsonl", "--sort", "name"]);
    let names: Vec<_> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["name"].clone()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    for invalid in [["--columns", "field"], ["--sort", "field"]] {
        home.run(&[&["list"], &invalid[..]].concat()).expect(2).stderr_contains("last_used_at");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn formatted_metadata_are_printed_like_others() {
    let home = Home::new();
    let (server, _) = server(&home, 1).await;
    server.reset().await;
    let mut keys = [key(1), key(2)];
    keys[0]["claims"] = json!({ "list": [1, 2.5], "team": "data" });
    keys[0]["created_by"] = json!("user_1");
    keys[1]["claims"] = json!(["1e999"]);
    let page = serde_json::to_string_pretty(&json!({ "data": keys, "total_count": 2 })).unwrap();
    let page = page.replace("\"1e999\"", "1e999");
    let response = ResponseTemplate::new(200).set_body_raw(page, "application/json");
    Mock::given(any()).respond_with(response).mount(&server).await;

    let list =
        async |arguments: &[&str]| home.run_async(&[&["list"], arguments].concat()).await.expect(0).stdout;
    let lines = list(&["--output", "jsonl"]).await;
    let lines: Vec<_> = lines.lines().collect();
    let extra = r#""extra":{"created_by":"user_1","type":"api_key"}}"#;
    let metadata = r#""metadata":{"list":[1,2.5],"team":"data"},"#;
    assert!(lines.len() == 2 && lines[0].ends_with(&format!("{metadata}{extra}")), "{lines:?}");
    // A number that cannot be represented is kept.
    assert!(lines[1].contains(r#""metadata":[1e999],"#), "{lines:?}");

    let document = list(&["--output", "json"]).await;
    let formatted = serde_json::to_string_pretty(&json!({ "metadata": keys[0]["claims"] })).unwrap();
    let formatted = formatted.trim_start_matches("{\n").trim_end_matches("\n}").replace('\n', "\n    ");
    assert!(document.contains(&format!("\n    {formatted},\n")), "{document}");

    let table = list(&["--output", "csv", "--columns", "name,metadata", "--sort", "-name"]).await;
    assert_eq!(
        table,
        "name,metadata\nkey-2,[1e999]\nkey-1,\"{\"\"list\"\":[1,2.5],\"\"team\"\":\"\"data\"\"}\"\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn formatted_metadata_are_one_line_of_a_key() {
    let home = Home::new();
    let (server, _) = server(&home, 1).await;
    server.reset().await;
    let mut key = key(1);
    key["claims"] = json!({ "list": [1, 2.5], "team": "data" });
    let body = serde_json::to_string_pretty(&key).unwrap();
    let response = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    Mock::given(any()).respond_with(response).mount(&server).await;
    let shown = home.run_async(&["get", key["id"].as_str().unwrap()]).await.expect(0).stdout;
    let line =
        |title: &str| shown.lines().find_map(|line| line.strip_prefix(title)).unwrap_or_default().trim();
    assert_eq!(line("metadata"), r#"{"list":[1,2.5],"team":"data"}"#, "{shown}");
    assert_eq!(line("extra"), r#"{"type":"api_key"}"#, "{shown}");
}
