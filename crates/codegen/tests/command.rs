//! The command, including hostile documents.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

/// A run of `generate` with a document on standard input.
struct Run {
    directory: TempDir,
    output: Output,
}

impl Run {
    fn of(document: &str, options: &[&str]) -> Self {
        let directory = tempdir().unwrap();
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"));
        command.args(["generate", "--input", "-", "--output"]).arg(directory.path().join("client"));
        command.args(if options.contains(&"--package") { &[][..] } else { &["--package", "client"] });
        let output = command.args(options).write_stdin(document).output().unwrap();
        Self { output, directory }
    }

    fn status(&self) -> i32 {
        self.output.status.code().unwrap()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The files in the parent directory of the crate.
    fn written(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[track_caller]
    fn failed_with(&self, message: &str) {
        assert_eq!(self.status(), 1, "{}", self.stderr());
        assert!(self.stderr().contains(message), "{}", self.stderr());
        assert_eq!(self.written(), [""; 0]);
    }
}

fn document(schemas: Value) -> String {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "T", "version": "1" },
        "paths": {},
        "components": { "schemas": schemas },
    })
    .to_string()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[test]
fn invalid_documents() {
    for (text, message) in [
        (
            "{",
            "-#: not a JSON document: EOF while parsing an object at line 1 column 1\n    help: use an OpenAPI",
        ),
        ("a: [", "-#: not a YAML document"),
        ("\u{0}\u{1}", "not a YAML document"),
        (
            r#"{ "swagger": "2.0" }"#,
            "-#: Swagger 2.0 is not supported\n    help: convert it to OpenAPI 3.0 or 3.1",
        ),
        ("asyncapi: 2.0.0", "`openapi` is missing"),
        ("openapi: 3", "`openapi` is missing"),
        ("openapi: 3.2.0", "OpenAPI 3.2.0 is not supported"),
        ("a: 1\na: 2", "duplicate key `a`"),
        ("just words", "`openapi` is missing"),
        ("", "`openapi` is missing"),
    ] {
        Run::of(text, &[]).failed_with(message);
    }
    let missing = Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"))
        .args([
            "generate",
            "--input",
            "/nowhere/at/all.json",
            "--package",
            "client",
            "--output",
            "/nowhere/c",
        ])
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/nowhere/at/all.json: "));
}

#[test]
fn exit_status_reports_losses() {
    let plain = document(json!({ "A": { "type": "string" } }));
    let lossy = document(json!({ "A": { "type": "object", "properties": {
        "dangling": reference("Nothing"),
        "circular": reference("Circle"),
        "elsewhere": { "$ref": "other.yaml#/A" },
        "unknown": { "type": "strnig" },
    } }, "Circle": reference("Circle") }));
    let run = Run::of(&plain, &[]);
    assert_eq!((run.status(), run.written()), (0, vec!["client".to_owned()]), "{}", run.stderr());

    let run = Run::of(&lossy, &[]);
    assert_eq!((run.status(), run.written()), (3, vec!["client".to_owned()]), "{}", run.stderr());
    for loss in [
        "loss: -#/components/schemas/A/properties/dangling/$ref: `#/components/schemas/Nothing` does not exist; treated as",
        "loss: -#/components/schemas/Circle/$ref: circular reference; treated as",
        "loss: -#/components/schemas/A/properties/elsewhere/$ref: `other.yaml#/A` is outside of the document; treated as",
        "loss: -#/components/schemas/A/properties/unknown: unknown type `strnig`; treated as any JSON value",
    ] {
        assert!(run.stderr().contains(loss), "{}", run.stderr());
    }
    assert!(run.stderr().contains("help: correct the document"), "{}", run.stderr());
    assert_eq!(Run::of(&lossy, &["--allow-loss"]).status(), 0);
}

#[test]
fn failure_keeps_the_existing_crate() {
    let run = Run::of(&document(json!({})), &[]);
    let library = run.directory.path().join("client/src/lib.rs");
    let before = fs::read_to_string(&library).unwrap();
    let file = run.directory.path().join("bad.json");
    fs::write(&file, r#"{ "openapi": "3.1.0", "paths": { "/a/{b": { "get": { "responses": {} } } } }"#)
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"))
        .args(["generate", "--package", "client", "--input"])
        .arg(&file)
        .arg("--output")
        .arg(run.directory.path().join("client"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        stderr
            .contains("bad.json#/paths/~1a~1{b/get: the path has a `{` without a `}`\n    help: add the `}`"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(&library).unwrap(), before);
    assert_eq!(fs::read_dir(run.directory.path()).unwrap().count(), 2, "temporary files are removed");
}

#[test]
fn yaml_bomb() {
    let mut laughs = "openapi: 3.1.0\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{items}]").unwrap();
    }
    Run::of(&laughs, &[]).failed_with("repetition limit exceeded");
}

#[test]
fn deep_nesting() {
    let levels = 20_000;
    let mut indented = "openapi: 3.1.0\n".to_owned();
    (0..2_000).for_each(|level| indented.push_str(&format!("{}a:\n", " ".repeat(level))));
    for text in [
        format!("{}{}", r#"{"a":"#.repeat(levels), "}".repeat(levels)),
        format!("a: {}", "[".repeat(levels)),
        format!("a: {}", "{b: ".repeat(levels)),
        format!("a:\n  {}b", "- ".repeat(levels)),
        format!("{}a", "? ".repeat(levels)),
        indented,
    ] {
        Run::of(&text, &[]).failed_with("-#: not a ");
    }
}

#[test]
fn exponential_and_deep_schemas() {
    let levels = 40;
    let mut schemas = json!({ "Circle": { "allOf": [reference("Circle")] } });
    for (kind, list) in [("All", "allOf"), ("Any", "anyOf"), ("Tuple", "prefixItems")] {
        for level in 0..levels {
            let next = reference(&format!("{kind}{}", level + 1));
            schemas[format!("{kind}{level}")] =
                json!({ list: [next.clone(), next.clone(), next], "maxItems": 3 });
        }
        schemas[format!("{kind}{levels}")] =
            json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    }
    for level in 0..300 {
        schemas[format!("Chain{level}")] = reference(&format!("Chain{}", level + 1));
        schemas[format!("Parent{level}")] =
            json!({ "allOf": [reference(&format!("Parent{}", level + 1)), { "properties": { "a": {} } }] });
    }
    let run = Run::of(&document(schemas), &[]);
    assert_eq!(run.status(), 3, "{}", run.stderr());
    assert!(
        run.stderr().contains("too many chained references")
            && run.stderr().contains("`allOf` is nested too deeply")
    );
}

#[test]
fn many_properties_and_values() {
    let numbered = |count: usize, name: &str, value: Value| {
        (0..count).map(|index| (format!("{name}{index}"), value.clone())).collect::<serde_json::Map<_, _>>()
    };
    let signs: Vec<_> =
        (0..1_000).map(|count| json!("-+*/".repeat(count % 7 + 1) + &"!".repeat(count))).collect();
    let text = document(json!({
        "Wide": { "type": "object", "properties": numbered(2_000, "p", json!({ "type": "string" })) },
        "Signs": { "type": "string", "enum": signs },
    }));
    let run = Run::of(&text, &[]);
    assert_eq!(run.status(), 0, "{}", run.stderr());
    let types = fs::read_to_string(Path::new(run.directory.path()).join("client/src/types.rs")).unwrap();
    assert!(types.contains("pub p1999: Option<String>") && types.contains("Value1000"));
}

#[test]
fn invalid_package_name() {
    let run = Run::of(&document(json!({})), &["--package", "held-1.3.9"]);
    run.failed_with("invalid package name `held-1.3.9`");
}

#[test]
fn diff_reports_the_impact() {
    let folder = tempdir().unwrap();
    let old = document(json!({ "A": { "type": "string" } }));
    let with_path = |path: &str| {
        let mut document: Value = serde_json::from_str(&old).unwrap();
        document["paths"][path] = json!({ "get": { "responses": { "204": { "description": "" } } } });
        document.to_string()
    };
    let status = |old: &str, new: &str| {
        let paths = ["old.json", "new.json"].map(|name| folder.path().join(name));
        fs::write(&paths[0], old).unwrap();
        fs::write(&paths[1], new).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"));
        command.arg("diff").args(paths).output().unwrap().status.code().unwrap()
    };
    assert_eq!(status(&old, &old), 0);
    assert_eq!(status(&old, "{"), 1);
    let more = with_path("/a").replacen(r#""204""#, r#""204":{"description":""},"404""#, 1);
    assert_eq!(status(&with_path("/a"), &more), 4);
    assert_eq!(status(&with_path("/a"), &old), 5);
}
