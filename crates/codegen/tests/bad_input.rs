//! Documents that are no documents, or made to do harm: the command says what is wrong, soon, and writes nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

/// What the command does with a document on its standard input.
struct Run {
    directory: TempDir,
    output: Output,
}

impl Run {
    fn of(document: &str, options: &[&str]) -> Self {
        let directory = tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"))
            .args(["generate", "--input", "-", "--package", "client", "--output"])
            .arg(directory.path().join("client"))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The command may end before it has read all.
        let _ = child.stdin.take().unwrap().write_all(document.as_bytes());
        Self { output: child.wait_with_output().unwrap(), directory }
    }

    fn status(&self) -> i32 {
        self.output.status.code().unwrap()
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// What is in the folder that the crate goes to, or was to go to.
    fn written(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[track_caller]
    fn refused(&self, message: &str) {
        assert_eq!(self.status(), 1, "{}", self.said());
        assert!(self.said().contains(message), "{}", self.said());
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
fn what_is_no_document_of_openapi_3_is_refused_with_its_place_and_what_to_do() {
    for (text, message) in [
        (
            "{",
            "-#: not a JSON document: EOF while parsing an object at line 1 column 1\n    help: give an OpenAPI",
        ),
        ("a: [", "-#: not a YAML document"),
        ("\u{0}\u{1}", "not a YAML document"),
        (r#"{ "swagger": "2.0" }"#, "-#: a Swagger 2.0 document\n    help: convert it to OpenAPI 3.0 or 3.1"),
        ("asyncapi: 2.0.0", "no `openapi` version"),
        ("openapi: 3", "no `openapi` version"),
        ("", "no `openapi` version"),
    ] {
        Run::of(text, &[]).refused(message);
    }
    let missing = Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"))
        .args(["generate", "--input", "/nowhere/at/all.json", "--package", "c", "--output", "/nowhere/c"])
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/nowhere/at/all.json: "));
}

#[test]
fn the_status_tells_whether_anything_was_lost() {
    let plain = document(json!({ "A": { "type": "string" } }));
    let lossy = document(json!({ "A": { "type": "object", "properties": {
        "dangling": reference("Nothing"),
        "circular": reference("Circle"),
        "elsewhere": { "$ref": "other.yaml#/A" },
        "unknown": { "type": "strnig" },
    } }, "Circle": reference("Circle") }));
    let run = Run::of(&plain, &[]);
    assert_eq!((run.status(), run.written()), (0, vec!["client".to_owned()]), "{}", run.said());

    let run = Run::of(&lossy, &[]);
    assert_eq!((run.status(), run.written()), (3, vec!["client".to_owned()]), "{}", run.said());
    for loss in [
        "loss: -#/components/schemas/A/properties/dangling/$ref: nothing is at `#/components/schemas/Nothing`; it is",
        "loss: -#/components/schemas/Circle/$ref: the reference leads back to itself; it is",
        "loss: -#/components/schemas/A/properties/elsewhere/$ref: `other.yaml#/A` is outside of this document; it is",
        "loss: -#/components/schemas/A/properties/unknown: unknown type `strnig`; it is taken as any JSON value",
    ] {
        assert!(run.said().contains(loss), "{}", run.said());
    }
    assert!(run.said().contains("help: correct the document at each loss"), "{}", run.said());
    assert_eq!(Run::of(&lossy, &["--allow-loss"]).status(), 0);
}

#[test]
fn a_crate_that_is_there_stays_as_it_is_when_the_next_document_is_refused() {
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
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("bad.json#/paths/~1a~1{b/get: the path has a `{` without a `}`\n    help: close it"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&library).unwrap(), before);
    assert_eq!(fs::read_dir(run.directory.path()).unwrap().count(), 2, "nothing is left over");
}

#[test]
fn anchors_that_multiply_are_refused() {
    let mut laughs = "openapi: 3.1.0\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{items}]").unwrap();
    }
    Run::of(&laughs, &[]).refused("repetition limit exceeded");
}

#[test]
fn nesting_without_end_is_refused() {
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
        Run::of(&text, &[]).refused("-#: not a ");
    }
}

#[test]
fn schemas_that_multiply_or_lead_far_end() {
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
    assert_eq!(run.status(), 3, "{}", run.said());
    assert!(
        run.said().contains("leads through too many others") && run.said().contains("`allOf` leads too deep")
    );
}

#[test]
fn a_document_of_very_many_alike_ends() {
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
    assert_eq!(run.status(), 0, "{}", run.said());
    let types = fs::read_to_string(Path::new(run.directory.path()).join("client/src/types.rs")).unwrap();
    assert!(types.contains("pub p1999: Option<String>") && types.contains("Value1000"));
}
