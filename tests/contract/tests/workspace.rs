//! Properties of the whole workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--locked", "--all-features"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("metadata is JSON")
}

/// `1.88` and `1.88.0` are the same.
fn version(text: &str) -> Vec<u32> {
    let mut parts: Vec<_> = text.split('.').map(|part| part.parse().expect("a number")).collect();
    parts.resize(3, 0);
    parts
}

fn packages(metadata: &Value) -> &[Value] {
    metadata["packages"].as_array().expect("packages")
}

#[test]
fn dependencies_support_the_minimum_rust() {
    let metadata = metadata();
    let core =
        packages(&metadata).iter().find(|package| package["name"] == "api-keys-core").expect("api-keys-core");
    let promised = core["rust_version"].as_str().expect("a minimum Rust version");
    let newer: Vec<_> = packages(&metadata)
        .iter()
        .filter(|package| {
            package["rust_version"].as_str().is_some_and(|needed| version(needed) > version(promised))
        })
        .map(|package| {
            format!("{} {} needs {}", package["name"], package["version"], package["rust_version"])
        })
        .collect();
    assert!(newer.is_empty(), "over {promised}: {newer:#?}");
}

#[test]
fn crates_do_not_enable_default_features() {
    let metadata = metadata();
    let members = metadata["workspace_members"].as_array().expect("members");
    for package in packages(&metadata).iter().filter(|package| members.contains(&package["id"])) {
        if package["publish"] == serde_json::json!([]) {
            continue;
        }
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let (name, kind) = (dependency["name"].as_str().expect("a name"), &dependency["kind"]);
            if name.starts_with("api-keys") && *kind != "dev" {
                assert_eq!(dependency["uses_default_features"], false, "{} -> {name}", package["name"]);
                assert_ne!(dependency["req"], "*", "{} -> {name} needs a version", package["name"]);
            }
        }
    }
}

#[test]
fn published_crates_have_metadata_and_licenses() {
    let metadata = metadata();
    let members = metadata["workspace_members"].as_array().expect("members");
    for package in packages(&metadata).iter().filter(|package| members.contains(&package["id"])) {
        if package["publish"] == serde_json::json!([]) {
            continue;
        }
        let name = &package["name"];
        for field in ["description", "license", "readme", "repository", "rust_version"] {
            assert!(package[field].is_string(), "{name} has no {field}");
        }
        for (field, most) in [("categories", 5), ("keywords", 5)] {
            let number = package[field].as_array().map_or(0, Vec::len);
            assert!((1..=most).contains(&number), "{name} has {number} {field}");
        }
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let license = std::fs::read(manifest.with_file_name(file)).unwrap_or_default();
            assert!(license == std::fs::read(root().join(file)).unwrap(), "{file} of {name} differs");
        }
        if package["features"].as_object().is_some_and(|features| !features.is_empty()) {
            assert_eq!(package["metadata"]["docs"]["rs"]["all-features"], true, "{name} on docs.rs");
        }
    }
}

#[test]
fn every_vendor_has_contract_tests() {
    let metadata = metadata();
    let folders = std::fs::read_dir(root().join("openapi")).unwrap().map(|entry| entry.unwrap().path());
    let folders: Vec<_> = folders.filter(|path| path.is_dir()).collect();
    assert!(!folders.is_empty());
    for folder in folders {
        let vendor = folder.file_name().unwrap().to_str().unwrap();
        let name = format!("api-keys-{vendor}");
        let package = packages(&metadata).iter().find(|package| package["name"] == *name);
        let package = package.unwrap_or_else(|| panic!("{name} is missing"));
        let targets = package["targets"].as_array().expect("targets");
        let tests = targets.iter().filter(|target| target["kind"] == serde_json::json!(["test"]));
        let sources: Vec<_> = tests
            .filter(|target| target["test"] == true)
            .map(|target| std::fs::read_to_string(target["src_path"].as_str().expect("a path")).unwrap())
            .collect();
        let tested = sources.iter().any(|source| {
            source.contains(&format!("name: \"{vendor}\"")) && source.contains("\ncontract_tests!(VENDOR);\n")
        });
        assert!(tested, "{name} has no contract tests");
    }
}

/// Checkouts on Windows replace symbolic links by text files.
#[test]
fn repository_has_no_symlinks() {
    let mut directories = vec![root()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            if [".git", "target", "node_modules", ".venv"].iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            let kind = entry.file_type().unwrap();
            assert!(!kind.is_symlink(), "{} is a symlink", entry.path().display());
            if kind.is_dir() {
                directories.push(entry.path());
            }
        }
    }
}
