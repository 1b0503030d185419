//! Plans, saved plans, adoption, and machines that apply at the same time.
#![cfg(unix)]

mod support;

use std::fs;

use api_keys::{ApiKeyProvider as _, ApiKeyProviderExt as _, ListQuery, NewApiKey, RevokeOptions};
use api_keys_emulator::{Emulator, Vendor};
use futures_util::TryStreamExt as _;
use support::{Done, Home, OWNER, emulated, finish};

fn declare(home: &Home, text: &str) {
    fs::write(home.path("keys.toml"), format!("project = \"shop\"\n{text}")).unwrap();
}

fn key(name: &str, provider: &str, settings: &str) -> String {
    format!(
        "[keys.{name}]\nprovider = \"{provider}\"\n{settings}\n\
         destinations = [{{ type = \"file\", path = \"secrets/{name}\" }}]\n"
    )
}

async fn active(emulator: &Emulator) -> Vec<api_keys::ApiKey> {
    emulator.store().keys(ListQuery::new()).try_collect().await.unwrap()
}

#[test]
fn status_distinguishes_changes_and_errors() {
    let home = Home::with_database();
    home.run(&["plan"]).expect(1).stderr_contains("failed to read the declaration keys.toml");
    declare(&home, &key("ci", "other", ""));
    home.run(&["plan"]).expect(1).stderr_contains("unknown provider `other`");
    declare(&home, &key("ci", "local", "expires = \"soon\""));
    home.run(&["plan"]).expect(1).stderr_contains("keys.ci.expires: expected `never`");
    declare(&home, &key("ci", "local", ""));
    home.run(&["plan"]).expect(2);
    home.run(&["plan", "--check"]).expect(2);
    home.run(&["apply"]).expect(2).stderr_contains("--yes");
    assert!(home.keys(&[]).is_empty());
    home.run(&["apply", "--yes"]).expect(0);
    assert_eq!(home.run(&["plan", "--check"]).expect(0).stdout, "");
}

#[test]
fn saved_plan_is_rejected_after_a_change() {
    let home = Home::with_database();
    declare(&home, &(key("a", "local", "scopes = [\"read\"]") + &key("b", "local", "")));
    home.run(&["plan", "-o", "plan.json"]).expect(2);
    // A saved plan does not depend on the declaration.
    declare(&home, "");
    home.run(&["apply", "plan.json", "--auto-approve"]).expect(0);
    assert_eq!(home.keys(&[]).len(), 2);
    home.run(&["apply", "plan.json", "--auto-approve"])
        .expect(1)
        .stderr_contains("the vendors have changed since the plan was made");
    assert_eq!(home.keys(&[]).len(), 2);
    let plan = fs::read_to_string(home.path("plan.json")).unwrap();
    for name in ["a", "b"] {
        let secret = fs::read_to_string(home.path("secrets").join(name)).unwrap();
        assert!(!plan.contains(secret.trim_end()));
    }
}

#[test]
fn environments_and_variables_are_applied() {
    let home = Home::with_database();
    declare(
        &home,
        &format!(
            "[variables]\nteam = \"a\"\n{}[environments.staging]\nvariables.team = \"b\"\n\
             keys.ci.destinations = [{{ type = \"file\", path = \"secrets/staging\" }}]\n",
            key("ci", "local", "owner = \"${team}\"")
        ),
    );
    home.run(&["apply", "--yes"]).expect(0);
    home.run(&["apply", "--yes", "--env", "staging"]).expect(0);
    home.run(&["apply", "--yes", "--env", "staging", "--var", "team=c"]).expect(0);
    home.run(&["plan"]).expect(0);
    let owners: Vec<_> = home.keys(&[]).into_iter().map(|key| key["owner"].clone()).collect();
    assert_eq!(owners.len(), 2, "{owners:?}");
    assert!(owners.contains(&"a".into()) && owners.contains(&"c".into()), "{owners:?}");
}

#[test]
fn prune_revokes_only_managed_keys() {
    let home = Home::with_database();
    home.create(&["by-hand"]);
    declare(&home, &(key("a", "local", "") + &key("b", "local", "")));
    home.run(&["apply", "--yes"]).expect(0);
    declare(&home, &key("a", "local", ""));
    let plan = home.run(&["plan"]).expect(0);
    assert!(
        plan.stdout.contains("--prune revokes it") && plan.stdout.contains("Not managed: 1"),
        "{}",
        plan.stdout
    );
    home.run(&["apply", "--yes"]).expect(0);
    let active = || home.run(&["list", "--output", "json"]).json()["keys"].as_array().unwrap().len();
    assert_eq!(active(), 3);
    home.run(&["plan", "--prune"]).expect(2);
    home.run(&["apply", "--yes", "--prune"]).expect(0);
    assert_eq!(active(), 2);
}

#[test]
fn prune_reads_all_configured_providers() {
    let home = Home::new();
    home.configure(&(home.database("local") + &home.database("other")));
    declare(&home, &(key("a", "local", "") + &key("b", "other", "")));
    home.run(&["apply", "--yes"]).expect(0);
    declare(&home, &key("a", "local", ""));
    home.run(&["apply", "--yes", "--prune"]).expect(0);
    let left = home.run(&["list", "--provider", "other", "--output", "json"]).expect(0).json();
    assert_eq!(left["keys"].as_array().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn unavailable_provider_is_skipped() {
    let home = Home::new();
    let emulator = Emulator::start(Vendor::BetterAuth).await.unwrap();
    let down =
        "[providers.down]\nvendor = \"latitude-sh\"\nbase_url = \"http://127.0.0.1:9\"\ntoken = \"x\"\n";
    home.configure(&(emulated(&home, "up", &emulator) + down));
    declare(&home, &(key("a", "up", "") + &key("b", "down", "")));
    home.run_async(&["plan"]).await.expect(3).stderr_contains("down: error: failed to list keys");
    home.run_async(&["apply", "--yes"]).await.expect(3);
    assert_eq!(active(&emulator).await.len(), 1);
    let metrics = home.run_async(&["plan", "--output", "prometheus"]).await.expect(3).stdout;
    assert!(metrics.contains("api_keys_provider_up{provider=\"down\"} 0.000"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clerk_name_is_changed_by_replacement() {
    let home = Home::new();
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    home.configure(&emulated(&home, "prod", &emulator));
    let named = |name: &str| {
        let settings = format!("name = \"{name}\"\nscopes = [\"deploy\"]\nrotate = {{ overlap = \"24h\" }}");
        declare(&home, &key("ci", "prod", &settings));
    };
    named("one");
    home.run_async(&["apply", "--yes"]).await.expect(0);
    named("two");
    let plan = home.run_async(&["plan", "--output", "json"]).await.expect(2).json();
    assert_eq!(plan["steps"][0]["action"], "replace", "{plan}");
    assert_eq!(plan["steps"][0]["overlap"], "24h", "{plan}");
    home.run_async(&["apply", "--yes"]).await.expect(0);
    home.run_async(&["plan"]).await.expect(0);
    let mut names: Vec<_> = active(&emulator).await.into_iter().filter_map(|key| key.name).collect();
    names.sort();
    assert_eq!(names, ["one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_state_file_is_reconstructed() {
    let home = Home::new();
    let emulator = Emulator::start(Vendor::LatitudeSh).await.unwrap();
    home.configure(&emulated(&home, "metal", &emulator));
    declare(&home, &(key("a", "metal", "") + &key("b", "metal", "name = \"the b\"")));
    home.run_async(&["apply", "--yes"]).await.expect(0);
    let state = fs::read_to_string(home.path("keys.state.json")).unwrap();
    let secret = fs::read_to_string(home.path("secrets/a")).unwrap();
    assert!(!state.contains(secret.trim_end()), "{state}");

    fs::remove_file(home.path("keys.state.json")).unwrap();
    home.run_async(&["apply", "--yes"]).await.expect(1).stderr_contains("adopt it, or choose another name");
    assert_eq!(active(&emulator).await.len(), 2);
    home.run_async(&["adopt", "--by-name", "--yes"]).await.expect(0);
    home.run_async(&["plan"]).await.expect(0);
    assert_eq!(active(&emulator).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_made_by_hand_are_adopted() {
    for vendor in Vendor::ALL {
        let home = Home::new();
        let emulator = Emulator::start(*vendor).await.unwrap();
        home.configure(&emulated(&home, "prod", &emulator));
        let mut new = NewApiKey::new("by hand");
        if *vendor == Vendor::Clerk {
            new = new.owner(OWNER);
        }
        let made = emulator.store().create(new).await.unwrap();
        declare(&home, &key("ci", "prod", "name = \"by hand\""));
        let id = made.key.id.as_str();
        home.run_async(&["adopt", "ci", "none", "--yes"])
            .await
            .expect(1)
            .stderr_contains("to adopt does not exist");
        home.run_async(&["adopt", "other", id, "--yes"])
            .await
            .expect(2)
            .stderr_contains("`other` is not declared");
        home.run_async(&["adopt", "ci", id, "--yes"]).await.expect(0);
        home.run_async(&["plan"]).await.expect(0);
        assert!(!home.path("secrets").exists());
        let [one] = &active(&emulator).await[..] else { panic!("{vendor}") };
        assert_eq!(one.id, made.key.id, "{vendor}");
        // From now on it is replaced if it is lost.
        emulator.store().revoke(&made.key.id, RevokeOptions::new()).await.unwrap();
        home.run_async(&["apply", "--yes"]).await.expect(0);
        assert!(home.path("secrets/ci").exists(), "{vendor}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_that_apply_at_once_create_one_key() {
    for vendor in Vendor::ALL {
        let emulator = Emulator::start(*vendor).await.unwrap();
        let homes: Vec<_> = (0..3).map(|_| Home::new()).collect();
        let count = if *vendor == Vendor::Mcp { 1 } else { 4 };
        for home in &homes {
            home.configure(&emulated(home, "prod", &emulator));
            declare(
                home,
                &(0..count).map(|index| key(&format!("key{index}"), "prod", "")).collect::<String>(),
            );
        }
        let runs = homes.iter().map(|home| {
            let mut command = home.command(&["apply", "--yes"]);
            tokio::task::spawn_blocking(move || finish(&mut command))
        });
        let done: Vec<Done> =
            futures_util::future::join_all(runs).await.into_iter().map(Result::unwrap).collect();
        let texts: Vec<_> = done.iter().map(|done| format!("{}{}", done.stdout, done.stderr)).collect();
        // All of them may have yielded.
        homes[0].run_async(&["apply", "--yes"]).await;
        let keys = active(&emulator).await;
        let mut names: Vec<_> = keys.iter().filter_map(|key| key.name.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!((keys.len(), names.len()), (count, count), "{vendor}: {texts:?}");
        // Each key is valid for one of the machines.
        let mut delivered = 0;
        for home in &homes {
            for index in 0..count {
                let Ok(secret) = fs::read_to_string(home.path(&format!("secrets/key{index}"))) else {
                    continue;
                };
                let verified = emulator.store().verify(&secret.trim_end().into()).await.unwrap();
                delivered += usize::from(matches!(verified, api_keys::Verification::Valid(_)));
            }
        }
        assert_eq!(delivered, count, "{vendor}: {texts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_harmless() {
    let home = Home::new();
    let emulator = Emulator::start(Vendor::LatitudeSh).await.unwrap();
    home.configure(&emulated(&home, "prod", &emulator));
    for name in ["a\u{1b}[2J", "| x | <script>", "\u{202e}abc", "ci"] {
        let _key = emulator.store().create(NewApiKey::new(name)).await.unwrap();
    }
    declare(&home, &key("web", "prod", "name = \"\\u001b[31m | <b>\""));
    for output in ["text", "json", "markdown", "sarif", "prometheus"] {
        let done = home.run_async(&["plan", "--output", output]).await.expect(2);
        assert!(!done.stdout.contains(['\u{1b}', '\u{202e}']), "{output}: {}", done.stdout);
        assert!(output != "markdown" || !done.stdout.contains("<script>"), "{}", done.stdout);
    }
}
