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
            "error: not a JSON document: EOF while parsing an object at line 1 column 1\n |\n = at: -#\n = help: use an",
        ),
        ("a: [", "not a YAML document"),
        ("\u{0}\u{1}", "not a YAML document"),
        (
            r#"{ "swagger": "1.2" }"#,
            "error: this version of Swagger is not supported\n |\n = at: -#\n = help: convert it to OpenAPI 3.0, 3.1 or 3.2",
        ),
        ("asyncapi: 2.0.0", "`openapi` is missing"),
        ("openapi: 3", "`openapi` is missing"),
        ("openapi: 4.0.0", "OpenAPI 4.0.0 is not supported"),
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
        ("/properties/dangling/$ref", "`#/components/schemas/Nothing` does not exist"),
        ("/properties/circular/$ref", "circular reference"),
        ("/properties/elsewhere/$ref", "`other.yaml#/A` is outside of the document"),
        ("/properties/unknown", "unknown type `strnig`"),
    ] {
        let (pointer, message) = loss;
        let block =
            run.stderr().split("\n\n").find(|block| block.contains(message)).unwrap_or_default().to_owned();
        let pointer = pointer.replace("/properties/circular", "/components/schemas/Circle");
        assert!(block.contains(&pointer) && block.contains("note: treated as any JSON"), "{}", run.stderr());
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
    for part in
        ["error: the path has a `{` without a `}`", "bad.json#/paths/~1a~1{b/get", "help: add the `}`"]
    {
        assert!(stderr.contains(part), "{stderr}");
    }
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
        Run::of(&text, &[]).failed_with("error: not a ");
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
fn cyclic_references() {
    let json_of = |schema: Value| json!({ "application/json": { "schema": schema } });
    let document = |operation: Value, components: Value| {
        let mut operation = operation;
        operation["operationId"] = json!("a");
        let paths = json!({ "/a": { "post": operation }, "/b": { "$ref": "#/paths/~1b" } });
        let info = json!({ "title": "T", "version": "1" });
        json!({ "openapi": "3.1.0", "info": info, "paths": paths, "components": components })
    };
    let done = json!({ "204": { "description": "" } });
    let component = |kind: &str| {
        json!({ kind: {
            "A": { "$ref": format!("#/components/{kind}/B") },
            "B": { "$ref": format!("#/components/{kind}/A") },
        } })
    };
    let target = |kind: &str| json!({ "$ref": format!("#/components/{kind}/A") });
    let mut documents = vec![
        document(json!({ "responses": { "200": target("responses") } }), component("responses")),
        document(json!({ "responses": done, "parameters": [target("parameters")] }), component("parameters")),
        document(
            json!({ "responses": done, "requestBody": target("requestBodies") }),
            component("requestBodies"),
        ),
    ];
    let (a, b) = (reference("A"), reference("B"));
    for schema in [
        b.clone(),
        json!({ "allOf": [b] }),
        json!({ "oneOf": [b, { "type": "string" }] }),
        json!({ "anyOf": [b, { "type": "string" }] }),
        json!({ "type": "array", "items": b }),
        json!({ "type": "object", "additionalProperties": b }),
        json!({ "not": b }),
        json!({
            "oneOf": [a, b],
            "discriminator": { "propertyName": "kind", "mapping": { "a": a["$ref"], "b": b["$ref"] } },
        }),
    ] {
        let other = serde_json::from_str(&schema.to_string().replace("schemas/B", "schemas/A")).unwrap();
        let schemas: [(&str, Value); 2] = [("A", schema), ("B", other)];
        let schemas: Value = schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
        let responses = json!({ "200": { "description": "", "content": json_of(a.clone()) } });
        documents.push(document(json!({ "responses": responses }), json!({ "schemas": schemas })));
    }
    for document in documents {
        let text = document.to_string();
        let run = Run::of(&text, &[]);
        let has_location = run.stderr().contains("-#/components/") || run.stderr().contains("-#/paths/");
        assert!([0, 1, 3].contains(&run.status()) && has_location, "{document}: {}", run.stderr());
        let path = run.directory.path().join("document.json");
        fs::write(&path, &text).unwrap();
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"));
        let output = command.arg("diff").args([&path, &path]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let is_located = stderr.contains("document.json#/");
        assert!(output.status.success() || (output.status.code() == Some(1) && is_located), "{stderr}");
    }
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
    assert_eq!(status(API, API), 0, "YAML");
    assert_eq!(status(API, &API.replace("tokenA: { type: string }", "tokenA: { type: integer }")), 5);
    assert_eq!(status(&old, "{"), 1);
    let more = with_path("/a").replacen(r#""204""#, r#""204":{"description":""},"404""#, 1);
    assert_eq!(status(&with_path("/a"), &more), 4);
    assert_eq!(status(&with_path("/a"), &old), 5);
}

/// A client with a configuration, next to its document and an overlay.
struct Project(TempDir);

impl Project {
    fn new(config: &str) -> Self {
        let project = Self(tempdir().unwrap());
        project.write(
            "codegen.toml",
            &format!("input = 'api.yaml'\noutput = 'client'\npackage = 'client'\n{config}"),
        );
        project.write("api.yaml", API);
        project
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, command: &str, options: &[&str]) -> (i32, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_api-keys-codegen"));
        let output =
            program.arg(command).arg("--config").arg(self.0.path().join("codegen.toml")).args(options);
        let output = output.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn code(&self) -> String {
        ["lib.rs", "client.rs", "types.rs"]
            .map(|file| fs::read_to_string(self.0.path().join("client/src").join(file)).unwrap())
            .concat()
    }
}

const API: &str = r##"openapi: 3.1.0
info: { title: Keys, version: "1" }
paths:
  /keys:
    get:
      parameters: [{ name: limit, in: query, schema: { type: integer } }]
      responses:
        "200":
          description: The keys.
          content: { application/json: { schema: { $ref: "#/components/schemas/KeyListDto" } } }
components:
  schemas:
    KeyListDto:
      type: object
      properties:
        keys: { type: strnig }
        tokenA: { type: string }
        tokenB: { type: string }
        tokenC: { type: string }
        tokenD: { type: string }
"##;

#[test]
fn excerpts_and_notes() {
    let project = Project::new("");
    let (status, text) = project.run("generate", &[]);
    assert_eq!(status, 3, "{text}");
    assert!(
        text.contains("api.yaml:16:9\n") && text.contains("16 |         keys: { type: strnig }\n"),
        "{text}"
    );
    assert!(text.contains("tokenC") && !text.contains("tokenD"), "{text}");
    assert!(text.contains("and 1 more; `--all-notes` prints them, `--silence secrets` omits all"), "{text}");
    assert!(project.run("generate", &["--all-notes"]).1.contains("tokenD"));
    let (_, text) = project.run("generate", &["--silence", "secrets"]);
    assert!(!text.contains("token") && text.contains("note: names: "), "{text}");
}

#[test]
fn configuration() {
    let project = Project::new(
        "overlays = ['fix.yaml']\nsilence = ['names', 'secrets']\n[names]\n'/paths/~1keys/get' = 'all-keys'\n\
         '/paths/~1keys/get/parameters/0' = 'most'\n'/components/schemas/KeyListDto' = 'Keys'\n\
         '/components/schemas/KeyListDto/properties/keys' = 'entries'\n",
    );
    let overlay = |target: &str| {
        format!(
            "overlay: 1.0.0\ninfo: {{ title: Fix, version: '1' }}\nactions:\n- target: {target}\n  update: {{ type: string }}\n"
        )
    };
    project.write("fix.yaml", &overlay("$.components.schemas.KeyListDto.properties.keys"));
    assert_eq!(project.run("generate", &[]), (0, String::new()));
    let code = project.code();
    for part in [
        "pub use api_keys_runtime as runtime;",
        "fn all_keys(",
        "struct AllKeysOptions",
        "pub most: Option<i64>",
        "struct Keys",
        "pub entries: Option<String>",
    ] {
        assert!(code.contains(part), "{part}: {code}");
    }
    project.write("fix.yaml", &overlay("$.components.schemas.Other"));
    let (status, text) = project.run("generate", &[]);
    assert_eq!(status, 3);
    assert!(text.contains("fix.yaml#/actions/0") && text.contains("the action has no effect"), "{text}");

    project.write("codegen.toml", "document = 'api.yaml'");
    let (status, text) = project.run("generate", &[]);
    assert!(status == 1 && text.contains("unknown field `document`"), "{text}");
    let (status, text) = Project::new("[names]\n'/paths/~1nothing' = 'a'\n").run("generate", &[]);
    assert!(status == 1 && text.contains("there is nothing to name `a` at `/paths/~1nothing`"), "{text}");
}

#[test]
fn pagination_in_the_configuration() {
    let pagination = "[pagination.'/paths/~1keys/get']\nitems = '/keys'\nnext.url = '/tokenA'\n";
    let project = Project::new(pagination);
    project.write("api.yaml", &API.replace("type: strnig", "type: array, items: { type: string }"));
    assert_eq!(project.run("generate", &[]).0, 0);
    let code = project.code();
    assert!(code.contains("-> Items<String, "), "{code}");

    let (status, text) = Project::new("[pagination.listOthers]\nnext = 'link-header'\n").run("generate", &[]);
    assert!(status == 1 && text.contains("there is no operation `listOthers` to paginate"), "{text}");
    let (status, text) = Project::new("[pagination.listKeys]\nnext.link = '/a'\n").run("generate", &[]);
    assert!(status == 1 && text.contains("unknown variant `link`"), "{text}");
}

#[test]
fn check_writes_nothing() {
    let project = Project::new("");
    assert_eq!(project.run("check", &[]).0, 6);
    assert!(!project.0.path().join("client").exists());
    assert_eq!(project.run("generate", &[]).0, 3);
    assert_eq!(project.run("check", &[]).0, 3);
    assert_eq!(project.run("check", &["--allow-loss"]).0, 0);
    project.write("api.yaml", &API.replace("strnig", "string"));
    assert_eq!(project.run("check", &[]).0, 6);
    project.write("api.yaml", "openapi: 3.1.0\npaths: 3");
    assert_eq!(project.run("check", &[]).0, 1);
}
