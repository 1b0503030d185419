//! Generated files.

mod common;

use std::fs;

use api_keys_codegen::files::{Mode, ensure};
use api_keys_codegen::{Options, Source, generate};
use serde_json::json;
use tempfile::tempdir;

#[test]
fn check_reports_changes() {
    let directory = tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::write(path("same.rs"), "same\n").unwrap();
    fs::write(path("changed.rs"), "one\ntwo\n").unwrap();
    fs::write(path("stale.rs"), "stale\n").unwrap();
    let files = [
        ("same.rs", "same\n".to_owned()),
        ("changed.rs", "one\n2\n".to_owned()),
        ("new.rs", "new\n".to_owned()),
    ];

    let changes = ensure(directory.path(), &files, Mode::Check).unwrap();

    let names: Vec<_> = changes.iter().map(|change| change.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["changed.rs", "new.rs", "stale.rs"]);
    let changed = path("changed.rs").display().to_string();
    assert_eq!(
        changes[0].diff,
        format!("--- {changed}\n+++ {changed} (generated)\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n")
    );
    assert!(changes[1].diff.contains("\n+new\n"));
    assert!(changes[2].diff.contains("\n-stale\n"));
    assert_eq!(fs::read_to_string(path("changed.rs")).unwrap(), "one\ntwo\n");
    assert!(!path("new.rs").exists());
    assert!(path("stale.rs").exists());
}

#[test]
fn write_removes_other_files() {
    let parent = tempdir().unwrap();
    let directory = parent.path().join("generated");
    let files = [("mod.rs", "a\n".to_owned()), ("types.rs", "b\n".to_owned())];

    assert_eq!(ensure(&directory, &files, Mode::Write).unwrap().len(), 2);
    fs::write(directory.join("old.rs"), "old\n").unwrap();
    assert_eq!(ensure(&directory, &files, Mode::Write).unwrap().len(), 1);

    assert_eq!(ensure(&directory, &files, Mode::Check).unwrap(), []);
    assert!(!directory.join("old.rs").exists());
    assert_eq!(fs::read_to_string(directory.join("types.rs")).unwrap(), "b\n");
}

#[test]
fn crlf_is_not_a_change() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("mod.rs"), "one\r\ntwo\r\n").unwrap();
    let files = [("mod.rs", "one\ntwo\n".to_owned())];
    assert_eq!(ensure(directory.path(), &files, Mode::Check).unwrap(), []);
}

#[test]
fn crate_is_written_completely() {
    let parent = tempdir().unwrap();
    let directory = parent.path().join("client");
    let text = common::operation(json!({})).to_string();
    let source = Source { file: "test.json", text: &text };
    let files = generate(source, &Options::new()).unwrap().files;
    api_keys_codegen::write_crate(&directory, "client", &files).unwrap();
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"client\""));
    assert!(fs::read_to_string(directory.join("src/lib.rs")).unwrap().contains("pub use client::Client;"));

    // Other files remain; generated files are replaced.
    fs::write(directory.join("README.md"), "mine").unwrap();
    fs::write(directory.join("src/old.rs"), "").unwrap();
    api_keys_codegen::write_crate(&directory, "client", &files).unwrap();
    assert!(directory.join("README.md").exists() && !directory.join("src/old.rs").exists());
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "temporary files are removed");

    let other = parent.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("mine.rs"), "").unwrap();
    let error = api_keys_codegen::write_crate(&other, "client", &files).unwrap_err();
    assert!(error.to_string().contains("contains other files"), "{error}");
    assert!(other.join("mine.rs").exists());
}

#[test]
fn many_types_are_several_files() {
    let directory = tempdir().unwrap();
    let generated = |count: usize| {
        let schema = |index: usize| {
            let next = json!({ "$ref": format!("#/components/schemas/Thing{}", (index + 1) % count) });
            json!({ "type": "object", "properties": { "next": next } })
        };
        let mut document = common::operation(json!({}));
        for index in 0..count {
            document["components"]["schemas"][format!("Thing{index}")] = schema(index);
        }
        document["components"]["schemas"]["Other"] = json!({ "type": "object", "properties": { "a": {} } });
        let text = document.to_string();
        generate(Source { file: "test.json", text: &text }, &Options::new()).unwrap().files
    };
    let large = generated(250);
    ensure(directory.path(), &large, Mode::Write).unwrap();
    let types = directory.path().join("types");
    let read = |name: &str| fs::read_to_string(types.join(name)).unwrap();
    let root = read("mod.rs");
    assert!(root.contains("mod names_o;\n") && root.contains("pub use self::names_thing1::*;\n"), "{root}");
    assert!(read("names_thing1.rs").contains("use super::{Thing2, Thing20, Thing200};\n"));
    assert!(read("names_thing1.rs").contains("pub struct Thing199 {\n"));
    assert!(!read("names_thing1.rs").contains("pub struct Thing2 {\n"));

    let small = generated(100);
    assert!(!ensure(directory.path(), &small, Mode::Check).unwrap().is_empty());
    assert!(types.exists());
    ensure(directory.path(), &small, Mode::Write).unwrap();
    assert!(!types.exists() && directory.path().join("types.rs").exists());
    assert_eq!(ensure(directory.path(), &small, Mode::Check).unwrap(), []);
}
