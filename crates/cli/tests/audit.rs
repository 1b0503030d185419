//! `api-keys audit` with emulators.

mod support;

use api_keys::{ApiKeyProvider as _, NewApiKey};
use api_keys_emulator::{Emulator, Vendor};
use serde_json::Value;
use support::{Home, emulated};

/// Starts two vendors, each with a key that has broad scopes.
async fn vendors(home: &Home) -> Vec<Emulator> {
    let (mut settings, mut emulators) = (String::new(), Vec::new());
    for vendor in [Vendor::Clerk, Vendor::FastApi] {
        let emulator = Emulator::start(vendor).await.unwrap();
        let new = NewApiKey::new("deploy-key").owner(support::OWNER).scopes(["*"]);
        let _issued = emulator.store().create(new).await.unwrap();
        settings.push_str(&emulated(home, vendor.as_str(), &emulator));
        emulators.push(emulator);
    }
    home.configure(&settings);
    emulators
}

fn rules(document: &Value) -> Vec<(String, String)> {
    let findings = document["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.iter().map(|finding| (text(&finding["rule"]), text(&finding["provider"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_providers_are_audited_by_default() {
    let home = Home::new();
    let _running = vendors(&home).await;
    let done = home.run_async(&["audit", "--output", "json"]).await.expect(5);
    let document = done.json();
    let broad: Vec<_> = rules(&document).into_iter().filter(|(rule, _)| rule == "broad-scope").collect();
    let broad: Vec<_> = broad.iter().map(|(_, provider)| provider.as_str()).collect();
    assert_eq!(broad, ["clerk", "fastapi"]);
    assert_eq!(document["keys"].as_array().unwrap().len(), 2);
    assert!(done.stderr.contains("fastapi does not list inactive keys"), "{}", done.stderr);

    let one = home.run_async(&["audit", "--provider", "clerk", "--output", "json"]).await.expect(5).json();
    assert!(rules(&one).iter().all(|(_, provider)| provider == "clerk"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fail_on_decides_the_exit_status() {
    let home = Home::new();
    let _running = vendors(&home).await;
    for (options, status) in [
        (&["--fail-on", "error"][..], 5),
        (&["--fail-on", "never"], 0),
        (&["--fail-on", "error", "--ignore", "broad-scope"], 0),
        (&["--fail-on", "error", "--broad-scope", "nothing"], 0),
        (&["--fail-on", "error", "--broad-scope", "nothing", "--broad-scope", "\\*"], 5),
    ] {
        home.run_async(&[&["audit"], options].concat()).await.expect(status);
    }
    home.run_async(&["audit", "--ignore", "broad-scop"]).await.expect(2).stderr_contains("broad-scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn incomplete_audit_does_not_pass() {
    let home = Home::new();
    let mut running = vendors(&home).await;
    running.pop().unwrap().stop().await;
    let done = home.run_async(&["audit", "--fail-on", "never", "--output", "json"]).await.expect(3);
    assert_eq!(done.json()["errors"][0]["provider"], "fastapi");
    let sarif = home.run_async(&["audit", "--output", "sarif"]).await.expect(3).json();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(
        invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap().contains("fastapi")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sarif_results_have_rule_and_location() {
    let home = Home::new();
    let _running = vendors(&home).await;
    let sarif = home.run_async(&["audit", "--output", "sarif"]).await.expect(5).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    let configuration = std::fs::read_to_string(home.path(".config/api-keys/config.toml")).unwrap();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        // GitHub rejects locations without a file.
        let location = &result["locations"][0];
        assert_eq!(
            location["physicalLocation"]["artifactLocation"]["uri"], ".config/api-keys/config.toml",
            "{location}"
        );
        let line = location["physicalLocation"]["region"]["startLine"].as_u64().unwrap() as usize;
        let logical = &location["logicalLocations"][0];
        let (name, full) =
            (logical["name"].as_str().unwrap(), logical["fullyQualifiedName"].as_str().unwrap());
        let provider = full.strip_suffix(&format!("/{name}")).unwrap();
        assert_eq!(configuration.lines().nth(line - 1), Some(&*format!("[providers.{provider}]")));
        assert!(result["message"]["text"].as_str().unwrap().contains(name));
    }
    let again = home.run_async(&["audit", "--output", "sarif"]).await.expect(5).json();
    let fingerprints = |run: &Value| -> Vec<Value> {
        run["runs"][0]["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["partialFingerprints"].clone())
            .collect()
    };
    assert_eq!(fingerprints(&sarif), fingerprints(&again));
}

#[test]
fn audit_without_findings_passes() {
    let home = Home::with_database();
    home.create(&["ci", "--owner", "me", "--expires", "90d", "--scope", "read"]);
    let done = home.run(&["audit"]).expect(0);
    assert_eq!(done.stdout, "1 key of 1 provider: 0 errors, 0 warnings, 0 notes.\n");
    let done = home.run(&["audit", "--expires-within", "91d"]).expect(5);
    assert!(done.stdout.contains("expires-soon"), "{}", done.stdout);
    let csv = home.run(&["audit", "--expires-within", "91d", "--output", "csv"]).expect(5).stdout;
    assert!(
        csv.starts_with("level,rule,provider,key_id,key_name,message\nwarning,expires-soon,local,key_"),
        "{csv}"
    );
}

/// A key whose name contains markup and control characters.
async fn hostile(home: &Home) -> Emulator {
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    let new = NewApiKey::new("<b>\"x\" & \\ \u{1b}[31m</b>").owner(support::OWNER).scopes(["*"]);
    let new = new.expires_in(std::time::Duration::from_secs(10 * 86_400));
    let _issued = emulator.store().create(new).await.unwrap();
    let offline = "[providers.down]\nvendor = \"latitude-sh\"\nbase_url = \"http://127.0.0.1:9\"\ntoken = \"x\"\n\
                   http = { max_attempts = 1 }\n";
    home.configure(&(emulated(home, "prod", &emulator) + offline));
    emulator
}

#[tokio::test(flavor = "multi_thread")]
async fn html_is_one_escaped_page() {
    let home = Home::new();
    let _running = hostile(&home).await;
    let page = home.run_async(&["audit", "--output", "html"]).await.expect(3).stdout;
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">") && page.ends_with("</html>\n"), "{page}");
    assert!(page.contains("&lt;b&gt;&quot;x&quot; &amp; \\ \u{fffd}[31m&lt;/b&gt;"), "{page}");
    for forbidden in ["<b>", "<script", "src=", "href=", "http://www", "\u{1b}"] {
        assert!(!page.contains(forbidden), "{forbidden}: {page}");
    }
    for expected in
        ["broad scopes: *", "<strong>down</strong>", "<caption>", "scope=\"col\"", "scope=\"row\""]
    {
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_metrics_are_valid() {
    let home = Home::new();
    let emulator = hostile(&home).await;
    let text =
        home.run_async(&["audit", "--output", "prometheus", "--fail-on", "never"]).await.expect(3).stdout;
    let id = emulator.store().list(api_keys::ListQuery::new()).await.unwrap().items[0].id.to_string();
    let labels = format!(
        "{{provider=\"prod\",key_id=\"{id}\",name=\"<b>\\\"x\\\" & \\\\ \u{fffd}[31m</b>\",status=\"active\"}}"
    );
    let value = |name: &str| -> f64 {
        let start = format!("{name}{labels} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_else(|| panic!("no {start} in {text}")).parse().unwrap()
    };
    assert!((9.9..=10.0).contains(&value("api_keys_expiry_days")), "{text}");
    assert!((0.0..0.1).contains(&value("api_keys_age_days")), "{text}");
    assert!(!text.contains("api_keys_unused_days"), "{text}");
    for expected in [
        "api_keys_provider_up{provider=\"prod\"} 1.000",
        "api_keys_provider_up{provider=\"down\"} 0.000",
        "api_keys_findings{provider=\"prod\",rule=\"broad-scope\",level=\"error\"} 1.000",
    ] {
        assert!(text.lines().any(|line| line == expected), "no {expected} in {text}");
    }
    // Each metric is described before its samples, which are together.
    let mut current = "";
    for line in text.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(described) => current = described.strip_suffix(" gauge").unwrap(),
            None if line.starts_with("# HELP ") => {}
            None => assert_eq!(line.split(['{', ' ']).next(), Some(current)),
        }
    }
}
