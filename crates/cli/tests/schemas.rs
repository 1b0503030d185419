//! The JSON of every command matches its schema in `schemas`.
#![cfg(unix)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use api_keys::{ApiKeyProvider as _, NewApiKey};
use api_keys_emulator::{Emulator, Vendor};
use serde_json::{Value, json};
use support::{Home, OWNER, emulate, emulated, finish};

fn directory() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(directory().join(format!("{name}.json"))).unwrap()).unwrap()
}

#[track_caller]
fn assert_valid(schema: &Value, document: &Value) {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    let validator = options.should_validate_formats(true).build(schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?} in {document:#}");
}

/// The home of a test, and the schemas that it has used.
struct Schemas {
    home: Home,
    used: BTreeSet<&'static str>,
}

impl Schemas {
    /// Runs a command and checks its document and, with the name of an array, its JSON Lines.
    async fn check(&mut self, name: &'static str, array: Option<&str>, arguments: &[&str]) -> Value {
        let schema = schema(name);
        let document = self.home.run_async(&[arguments, &["--output", "json"]].concat()).await.json();
        assert_valid(&schema, &document);
        self.used.insert(name);
        if let Some(array) = array {
            let mut item = schema["properties"][array]["items"].clone();
            item["$defs"] = schema.get("$defs").cloned().unwrap_or_else(|| json!({}));
            let lines = self.home.run_async(&[arguments, &["--output", "jsonl"]].concat()).await.stdout;
            assert_eq!(lines.lines().count(), document[array].as_array().unwrap().len(), "{lines}");
            lines.lines().for_each(|line| assert_valid(&item, &serde_json::from_str(line).unwrap()));
        }
        document
    }
}

fn declare(home: &Home, scope: &str) {
    let text = format!(
        "project = \"shop\"\n[keys.ci]\nprovider = \"local\"\nscopes = [\"{scope}\"]\n\
         destinations = [{{ type = \"file\", path = \"ci\" }}]\n[keys.down]\nprovider = \"down\"\n\
         destinations = [{{ type = \"file\", path = \"down\" }}]\n"
    );
    fs::write(home.path("keys.toml"), text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_output_matches_its_schema() {
    let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
    let home = Home::new();
    let offline = "[providers.down]\nvendor = \"latitude-sh\"\nbase_url = \"http://127.0.0.1:9\"\ntoken = \"x\"\n\
                   http = { max_attempts = 1 }\n";
    home.configure(&(emulated(&home, "prod", &emulator) + offline + &home.database("local")));
    let mut schemas = Schemas { home, used: BTreeSet::new() };
    let full = NewApiKey::new("full-key")
        .owner(OWNER)
        .description("described")
        .scopes(["*"])
        .metadata(json!({ "team": 1 }))
        .expires_in(std::time::Duration::from_secs(86_400));
    let id = emulator.store().create(full).await.unwrap().key.id.to_string();

    let prod = ["--provider", "prod"];
    let all = ["--provider", "all"];
    let listed = schemas.check("list", None, &[&["list"], &all[..]].concat()).await;
    assert_eq!(
        (listed["keys"].as_array().unwrap().len(), listed["errors"].as_array().unwrap().len()),
        (1, 1)
    );
    let local = ["--provider", "local"];
    let created = schemas.check("secret", None, &[&["create", "ci"], &local[..]].concat()).await;
    let id_of_local = created["key"]["id"].as_str().unwrap();
    schemas.check("key", None, &[&["update", id_of_local, "--name", "cd"], &local[..]].concat()).await;
    schemas.check("events", Some("events"), &[&["events"], &local[..]].concat()).await;
    schemas.check("list", Some("keys"), &[&["list"], &prod[..]].concat()).await;
    schemas.check("key", None, &[&["get", &id], &prod[..]].concat()).await;
    schemas.check("key", None, &[&["update", &id, "--description", "new"], &prod[..]].concat()).await;
    let created = [&["create", "file-key", "--secret-file", "file"], &prod[..]].concat();
    schemas.check("key", None, &created).await;
    let created = schemas.check("secret", None, &[&["create", "new-key"], &prod[..]].concat()).await;
    schemas.check("secret", None, &[&["reveal", &id], &prod[..]].concat()).await;
    let new = created["key"]["id"].as_str().unwrap();
    let rotate = ["rotate", new, "--yes", "--overlap", "1h"];
    schemas.check("secret", None, &[&rotate[..], &prod].concat()).await;
    schemas.check("rotations", Some("rotations"), &["rotations"]).await;
    schemas.check("actions", None, &["rotations", "finish", new, "--yes"]).await;
    let bulk = ["rotate", "--name", "file-key", "--yes", "--secret-command", "cat > /dev/null"];
    let rotated = schemas.check("actions", None, &[&bulk[..], &prod].concat()).await;
    assert!(rotated["actions"][0]["new_id"].is_string());
    let failed =
        schemas.check("actions", None, &[&["delete", "ak_unknown", "--yes"], &prod[..]].concat()).await;
    assert_eq!(failed["actions"][0]["outcome"], "failed");
    let planned = [&["revoke", "--name", "key", "--dry-run"], &prod[..]].concat();
    schemas.check("actions", Some("actions"), &planned).await;
    schemas.check("audit", Some("findings"), &["audit"]).await;
    schemas.check("providers", Some("providers"), &["providers"]).await;
    schemas.check("doctor", Some("checks"), &["doctor"]).await;

    declare(&schemas.home, "read");
    schemas.check("plan", None, &["plan"]).await;
    schemas.check("actions", None, &["apply", "--yes"]).await;
    declare(&schemas.home, "write");
    let plan = schemas.check("plan", None, &["plan", "--prune"]).await;
    assert_eq!(plan["steps"][0]["changes"][0]["field"], "scopes", "{plan}");

    for (secret, valid) in [(created["secret"].as_str().unwrap(), false), ("ak_invalid", false)] {
        let mut verify = schemas.home.command(&[&["verify", "--output", "json"], &prod[..]].concat());
        verify.write_stdin(secret.to_owned());
        let verified = tokio::task::spawn_blocking(move || finish(&mut verify)).await.unwrap().json();
        assert_valid(&schema("verify"), &verified);
        assert_eq!(verified["valid"], valid);
    }
    let valid = schemas.check("secret", None, &[&["create", "valid-key"], &prod[..]].concat()).await;
    let mut verify = schemas.home.command(&[&["verify", "--output", "json"], &prod[..]].concat());
    verify.write_stdin(valid["secret"].as_str().unwrap().to_owned());
    let verified = tokio::task::spawn_blocking(move || finish(&mut verify)).await.unwrap().json();
    assert_valid(&schema("verify"), &verified);
    assert_eq!(verified["valid"], true);

    let (_running, mut started) = emulate(&schemas.home, &["mcp"]);
    // Each line of JSON Lines is the document without its version.
    started["version"] = 1.into();
    assert_valid(&schema("emulate"), &started);
    assert_valid(&schema("demo"), &schemas.home.run_async(&["demo", "--json"]).await.expect(0).json());

    schemas.used.extend(["verify", "emulate", "demo"]);
    let files = fs::read_dir(directory()).unwrap().map(|file| file.unwrap().path());
    let names: BTreeSet<_> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names, schemas.used.iter().map(|name| (*name).to_owned()).collect());
}

/// Otherwise a new field would not be noticed.
#[test]
fn schemas_are_closed() {
    fn check(value: &Value, path: &str) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            assert_eq!(value["additionalProperties"], false, "{path}");
            let required: BTreeSet<_> =
                value["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert_eq!(required, properties.keys().map(String::as_str).collect(), "{path}");
        }
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(name, value)| check(value, &format!("{path}/{name}")))
            }
            Value::Array(items) => items.iter().for_each(|value| check(value, path)),
            _ => {}
        }
    }
    for file in fs::read_dir(directory()).unwrap() {
        let path = file.unwrap().path();
        check(
            &serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap(),
            &path.display().to_string(),
        );
    }
}
