//! `emulate`, `completions`, `man` and `--help`.

mod support;

use std::fs;

use support::{Home, OWNER, emulate, finish};

#[test]
fn emulator_serves_seeded_keys() {
    let home = Home::new();
    let seed = format!(
        r#"[{{"name":"ci-key","owner":"{OWNER}","age":"200d","used":"120d","scopes":["deploy"]}},
            {{"name":"old-key","owner":"{OWNER}","age":"300d","revoked":true}}]"#
    );
    fs::write(home.path("seed.json"), seed).unwrap();
    let (_running, started) = emulate(&home, &["clerk", "--seed", "seed.json"]);
    let text = |name: &str| started[name].as_str().unwrap().to_owned();
    let run = |arguments: &[&str], input: String| {
        let mut command = home.command(arguments);
        command.env("API_KEYS_VENDOR", text("vendor")).env("API_KEYS_BASE_URL", text("base_url"));
        command.env("API_KEYS_TOKEN", text("token")).env("API_KEYS_OWNER", OWNER);
        finish(command.write_stdin(input))
    };
    let keys = run(&["list", "--all", "--output", "json"], String::new()).expect(0).json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2, "{keys}");
    let secret = started["keys"][0]["secret"].as_str().unwrap().to_owned();
    let found = run(&["audit", "--output", "json"], String::new()).expect(5).json();
    let rules: Vec<_> =
        found["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].clone()).collect();
    assert!(rules.contains(&"unused".into()) && rules.contains(&"never-expires".into()), "{rules:?}");
    let verified = run(&["verify", "--output", "json"], secret).expect(0).json();
    assert_eq!(verified["key"]["name"], "ci-key");
}

#[cfg(unix)]
#[test]
fn emulator_exits_with_0_on_ctrl_c() {
    let home = Home::new();
    let (mut running, _) = emulate(&home, &["mcp"]);
    let sent = std::process::Command::new("kill").args(["-INT", &running.0.id().to_string()]).status();
    assert!(sent.unwrap().success());
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn invalid_seed_and_port_are_reported() {
    let home = Home::new();
    home.run(&["emulate", "clerk", "--seed", "none.json"]).expect(2).stderr_contains("none.json");
    fs::write(home.path("seed.json"), r#"[{"name":"a","agee":"3d"}]"#).unwrap();
    home.run(&["emulate", "clerk", "--seed", "seed.json"])
        .expect(2)
        .stderr_contains("agee")
        .stderr_contains("line 1");
    home.run(&["emulate", "clark"]).expect(2).stderr_contains("'clerk'");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    home.run(&["emulate", "clerk", "--port", &port]).expect(2).stderr_contains("--port 0");
}

/// Completes the last word as the script for bash does.
fn completions(home: &Home, words: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
    let mut command = home.command(&[&["--", "api-keys"], words].concat());
    command.env("_API_KEYS_COMPLETE", "bash").env("_CLAP_IFS", "\n").envs(environment.iter().copied());
    let done = finish(command.env("_CLAP_COMPLETE_INDEX", words.len().to_string())).expect(0);
    done.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn provider_names_are_completed() {
    let home = Home::new();
    assert_eq!(completions(&home, &["list", "--provider", ""], &[]), ["all"]);
    let remote = "[providers.remote]\nvendor = \"clerk\"\ntoken = { command = 'touch run' }\n";
    home.configure(&(home.database("local") + remote));
    assert_eq!(completions(&home, &["list", "--provider", ""], &[]), ["local", "remote", "all"]);
    assert_eq!(completions(&home, &["doctor", "-p", "re"], &[]), ["remote"]);
    assert!(!home.path("run").exists(), "a credential was read");
    fs::write(home.path("other.toml"), home.database("other")).unwrap();
    let names = ["other", "all"];
    for option in [&["--config", "other.toml"][..], &["--config=other.toml"]] {
        let words = [&["list"], option, &["--provider", ""]].concat();
        assert_eq!(completions(&home, &words, &[]), names);
    }
    let environment = [("API_KEYS_CONFIG", "other.toml")];
    assert_eq!(completions(&home, &["list", "--provider", ""], &environment), names);
    home.configure("[providers.");
    assert_eq!(completions(&home, &["list", "--provider", ""], &[]), Vec::<String>::new());
}

#[test]
fn key_ids_are_completed_and_cached() {
    let home = Home::with_database();
    let (id, _) = home.create(&["ci"]);
    let completed = |words: &[&str]| {
        // The first call of a slow machine may exceed the limit.
        let mut found = Vec::new();
        for _ in 0..20 {
            found = completions(&home, words, &[]);
            if found.iter().any(|line| line.starts_with("key_")) {
                break;
            }
        }
        found
    };
    for words in [&["get", ""][..], &["rotate", "key_"], &["revoke", "--provider", "local", ""]] {
        let found = completed(words);
        assert!(found.iter().any(|line| line.starts_with(&id)), "{words:?}: {found:?}");
    }
    let cache = home.path(".cache/api-keys/keys.json");
    assert!(fs::read_to_string(&cache).unwrap().contains(&id));
    home.run(&["delete", &id, "--yes"]).expect(0);
    assert!(
        completions(&home, &["revoke", "--provider", "local", ""], &[])
            .iter()
            .any(|line| line.starts_with(&id))
    );
    let other = completions(&home, &["revoke", "--provider", "other", ""], &[]);
    assert!(other.iter().all(|line| line.starts_with("--")), "{other:?}");
}

/// A vendor that accepts connections and never responds, and one whose credential is read by a command.
#[test]
fn key_ids_do_not_wait() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let home = Home::new();
    home.configure(&format!(
        "[providers.slow]\nvendor = \"latitude-sh\"\nbase_url = \"http://{}\"\ntoken = \"x\"\n\
         [providers.command]\nvendor = \"latitude-sh\"\ntoken = {{ command = 'touch run' }}\n",
        listener.local_addr().unwrap()
    ));
    let start = std::time::Instant::now();
    let found = completions(&home, &["get", ""], &[]);
    assert!(found.iter().all(|line| line.starts_with("--")), "{found:?}");
    // The timeout of a request is 15 seconds.
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
    assert!(!home.path("run").exists(), "a credential was read");
}

#[test]
fn completions_and_manual_are_complete() {
    let home = Home::new();
    let page = home.run(&["man"]).expect(0).stdout;
    let completions = completions(&home, &[""], &[]);
    let help = home.run(&["--help"]).expect(0).stdout;
    let commands = [
        "init",
        "providers",
        "list",
        "get",
        "create",
        "update",
        "rotate",
        "revoke",
        "enable",
        "disable",
        "delete",
        "reveal",
        "verify",
        "orphans",
        "audit",
        "doctor",
        "emulate",
        "demo",
        "completions",
        "man",
    ];
    for command in commands {
        assert!(
            page.contains(command) && completions.contains(&command.to_owned()) && help.contains(command),
            "{command}"
        );
        home.run(&[command, "--help"]).expect(0);
    }
    fs::create_dir(home.path("man")).unwrap();
    home.run(&["man", "--directory", "man"]).expect(0);
    assert!(fs::read_dir(home.path("man")).unwrap().count() > commands.len());
    home.run(&["man", "--directory", "nowhere"]).expect(2);
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        home.run(&["completions", shell]).expect(0);
    }
}

#[test]
fn exit_statuses_are_documented() {
    let help = Home::new().run(&["--help"]).expect(0).stdout;
    let readme = include_str!("../README.md");
    for status in ["0", "1", "2", "3", "4", "5", "130"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{status} "))), "{status}");
        assert!(readme.contains(&format!("| {status} |")), "{status}");
    }
}
