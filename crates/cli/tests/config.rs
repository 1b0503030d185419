//! Configured providers, and errors of the configuration.
#![cfg(unix)]

mod support;

use std::fs;

use support::{Home, finish, set_mode};

const TOKEN: &str = "sk_test_0123456789abcdefghijklmnop";

#[test]
fn error_without_provider_lists_sources() {
    let home = Home::new();
    let done = home
        .run(&["list"])
        .expect(2)
        .stderr_contains("no provider is configured")
        .stderr_contains("API_KEYS_VENDOR (not set)");
    assert!(done.stderr.contains(".config/api-keys/config.toml (not found)"), "{}", done.stderr);
    assert_eq!(done.stdout, "");
}

#[test]
fn provider_is_required_if_ambiguous() {
    let home = Home::with_database();
    home.run(&["list"]).expect(0);
    home.configure(&(home.database("one") + &home.database("two")));
    home.run(&["list"])
        .expect(2)
        .stderr_contains("more than one provider is configured")
        .stderr_contains("one, two");
    home.run(&["list", "--provider", "two"]).expect(0);
    finish(home.command(&["list"]).env("API_KEYS_PROVIDER", "one")).expect(0);
    home.run(&["create", "a", "--provider", "all", "--output", "json"])
        .expect(2)
        .stderr_contains("accepts only one provider");
}

#[test]
fn similar_name_is_suggested() {
    let home = Home::new();
    home.configure(&(home.database("production") + &home.database("staging")));
    home.run(&["list", "--provider", "prodcution"]).expect(2).stderr_contains("did you mean `production`?");
    let done = home.run(&["list", "--provider", "zzz"]).expect(2).stderr_contains("production, staging");
    assert!(!done.stderr.contains("did you mean"), "{}", done.stderr);
    home.run(&["lsit"]).expect(2).stderr_contains("'list'");
    home.run(&["list", "--provder", "x"]).expect(2).stderr_contains("'--provider'");
}

#[test]
fn environment_configures_another_provider() {
    let home = Home::with_database();
    let done = finish(
        home.command(&["providers", "--output", "json"])
            .env("API_KEYS_VENDOR", "memory")
            .env("API_KEYS_MAX_ACTIVE", "5"),
    )
    .expect(0)
    .json();
    let names: Vec<_> =
        done["providers"].as_array().unwrap().iter().map(|provider| &provider["provider"]).collect();
    assert_eq!(names, ["local", "env"]);
    assert_eq!(done["providers"][1]["capabilities"]["max_active"], 5);
}

#[test]
fn config_file_by_option_variable_or_xdg() {
    let home = Home::new();
    let other = home.path("other.toml");
    fs::write(&other, home.database("other")).unwrap();
    let path = other.to_str().unwrap();
    home.run(&["list", "--provider", "other", "--config", path]).expect(0);
    finish(home.command(&["list", "--provider", "other"]).env("API_KEYS_CONFIG", path)).expect(0);
    fs::create_dir_all(home.path("xdg/api-keys")).unwrap();
    fs::rename(&other, home.path("xdg/api-keys/config.toml")).unwrap();
    finish(home.command(&["list", "--provider", "other"]).env("XDG_CONFIG_HOME", home.path("xdg"))).expect(0);
    home.run(&["list", "--config", path])
        .expect(2)
        .stderr_contains("failed to read config file")
        .stderr_contains("other.toml");
}

#[test]
fn config_errors_have_position_without_content() {
    for (text, expected) in [
        (
            format!("[providers.a]\nvendor = \"clerk\"\ntoken = \"{TOKEN}\n"),
            &["line 3", "is not valid TOML"][..],
        ),
        (
            format!("[providers.a]\nvendor = \"clerk\"\n\ntokn = \"{TOKEN}\"\n"),
            &["line 4, column 1", "did you mean `token`?"],
        ),
        (
            format!("[providers.a]\nvendor = \"clark\"\ntoken = \"{TOKEN}\"\n"),
            &["line 2, column 1", "did you mean `clerk`?"],
        ),
        (format!("[providers.a]\nvendor = \"{TOKEN}\"\n"), &["line 2, column 1", "not one of", "clerk"]),
        (
            format!("[providers.a]\nvendor = \"clerk\"\ntoken = {{ fiel = \"{TOKEN}\" }}\n"),
            &["line 3, column 1", "{ file = \"PATH\" }"],
        ),
        ("[providers.a]\nvendor = \"clerk\"\n".to_owned(), &["missing `token`", "env = \"NAME\""]),
        (
            "[provider.a]\nvendor = \"memory\"\n".to_owned(),
            &["line 1, column 2", "did you mean `providers`?"],
        ),
        (
            format!("[providers.a]\nvendor = \"memory\"\nmax_active = \"{TOKEN}\"\n"),
            &["invalid type", "expected u32"],
        ),
        ("[providers.all]\nvendor = \"memory\"\n".to_owned(), &["line 1", "use another name"]),
        (
            "[providers.a]\nvendor = \"clerk\"\ntoken = { env = \"NOT_SET\" }\n".to_owned(),
            &["the environment variable NOT_SET is not set"],
        ),
        (
            "[providers.a]\nvendor = \"clerk\"\ntoken = { command = \"exit 7\" }\n".to_owned(),
            &["line 3, column 1", "exit status: 7"],
        ),
    ] {
        let home = Home::new();
        home.configure(&text);
        let done = home.run(&["list", "--owner", "user_1"]).expect(2);
        for expected in expected {
            assert!(done.stderr.contains(expected), "no {expected:?} for {text}: {}", done.stderr);
        }
        assert!(!done.stderr.contains(TOKEN), "{}", done.stderr);
        assert_eq!(done.stdout, "");
    }
}

#[test]
fn warns_about_config_file_permissions() {
    let home = Home::new();
    let settings = |token: &str| {
        format!("[providers.a]\nvendor = \"clerk\"\nbase_url = \"http://127.0.0.1:9\"\ntoken = {token}\n")
    };
    home.configure(&settings(&format!("\"{TOKEN}\"")));
    let file = home.path(".config/api-keys/config.toml");
    let check = || home.run(&["providers", "--no-check"]).expect(0).stderr;
    assert_eq!(check(), "");
    set_mode(&file, 0o644);
    assert!(check().contains("warning: ") && check().contains("chmod 600"), "{}", check());
    // Without a token, the file can be readable by others, but not writable.
    home.configure(&settings("{ command = \"echo sk_test_1\" }"));
    set_mode(&file, 0o644);
    assert_eq!(check(), "");
    set_mode(&file, 0o666);
    assert!(check().contains("writable by everyone"), "{}", check());
}

#[test]
fn warns_about_token_file_permissions() {
    let home = Home::new();
    home.configure("[providers.a]\nvendor = \"latitude-sh\"\ntoken = { file = \"token\" }\n");
    let token = home.path(".config/api-keys/token");
    fs::write(&token, TOKEN).unwrap();
    let check = || home.run(&["providers", "--no-check"]).expect(0).stderr;
    // Service managers make token files readable by a group.
    set_mode(&token, 0o640);
    assert_eq!(check(), "");
    set_mode(&token, 0o644);
    let warnings = check();
    assert!(warnings.contains("warning: ") && warnings.contains(token.to_str().unwrap()), "{warnings}");
}

#[test]
fn paths_are_relative_to_the_config_file() {
    let home = Home::new();
    home.configure("[providers.a]\nvendor = \"sql\"\nurl = \"sqlite:keys.db\"\n");
    fs::create_dir(home.path("elsewhere")).unwrap();
    let mut create = home.command(&["create", "ci", "--secret-stdout"]);
    finish(create.current_dir(home.path("elsewhere"))).expect(0);
    assert!(home.path(".config/api-keys/keys.db").exists());
    assert_eq!(home.keys(&[]).len(), 1);
}

#[test]
fn ambiguous_token_is_rejected() {
    let home = Home::new();
    for other in ["API_KEYS_TOKEN_FILE", "API_KEYS_TOKEN_COMMAND"] {
        let mut list = home.command(&["list"]);
        list.env("API_KEYS_VENDOR", "latitude-sh").env("API_KEYS_TOKEN", TOKEN).env(other, "true");
        let done = finish(&mut list).expect(2).stderr_contains("API_KEYS_TOKEN is set in more than one way");
        assert!(!done.stderr.contains(TOKEN), "{}", done.stderr);
    }
}

#[test]
fn invalid_provider_does_not_affect_others() {
    let home = Home::new();
    home.configure(&format!("[providers.bad]\nvendor = \"clerk\"\n{}", home.database("good")));
    home.run(&["create", "a", "--provider", "good", "--output", "json"]).expect(0);
    let done = home
        .run(&["list", "--provider", "all", "--output", "json"])
        .expect(3)
        .stderr_contains("bad: error: ");
    let document = done.json();
    assert_eq!(document["keys"][0]["provider"], "good");
    assert_eq!(document["errors"][0]["provider"], "bad");
    home.run(&["providers"]).expect(3).stderr_contains("missing `token`");
    home.run(&["audit", "--fail-on", "never"]).expect(3);
}

/// The tests have no credential store.
#[test]
fn credential_store_needs_the_feature() {
    let home = Home::new();
    home.configure("[providers.prod]\nvendor = \"latitude-sh\"\ntoken = { keyring = \"work\" }\n");
    home.run(&["list"])
        .expect(2)
        .stderr_contains("feature `keyring`")
        .stderr_contains("config.toml, line 3")
        .stderr_contains("`api-keys login prod`");
    let mut login = home.command(&["login", "prod"]);
    support::finish(login.write_stdin("sk_secret\n")).expect(1).stderr_contains("feature `keyring`");
}

#[test]
fn login_needs_a_keyring_and_a_credential() {
    let home = Home::new();
    home.configure(
        "[providers.prod]\nvendor = \"latitude-sh\"\ntoken = { env = \"TOKEN\" }\n\
         [providers.work]\nvendor = \"latitude-sh\"\ntoken = { keyring = \"work\" }\n",
    );
    let login = |name: &str, input: &str| {
        support::finish(home.command(&["login", name]).write_stdin(input.to_owned()))
    };
    login("prod", "x").expect(2).stderr_contains("token = { keyring = \"prod\" }");
    login("work", "\n").expect(2).stderr_contains("the credential is empty");
    login("other", "x").expect(2).stderr_contains("unknown provider `other`");
}
