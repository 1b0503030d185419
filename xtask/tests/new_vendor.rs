//! Tests for `cargo xtask new-vendor`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use api_keys_codegen::files::{Mode, ensure};
use api_keys_codegen::{Error, Selection, Source, generate};
use tempfile::TempDir;
use xtask::{NewVendor, Scaffold, new_vendor, options};

/// A document of OpenAPI 3.0 without our conventions: operation ids, classes, marks of secrets.
const DOCUMENT: &str = r##"
openapi: 3.0.3
info: { title: Acme | keys, version: 2.1.0 }
servers: [{ url: https://api.acme.example/v2 }]
tags: [{ name: keys }]
paths:
  /keys:
    get:
      tags: [keys]
      security: [{ token: [] }]
      parameters: [{ name: page_token, in: query, schema: { type: string } }]
      responses:
        "200":
          description: The keys.
          content:
            application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Key" } } }
        default:
          description: Something is wrong.
          content: { application/json: { schema: { $ref: "#/components/schemas/Fault" } } }
    post:
      operationId: issueKey
      tags: [keys]
      security: [{ token: [] }, { signature: [] }]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [label]
              properties:
                label: { type: string }
                days: { type: integer, minimum: 0, exclusiveMinimum: true }
      responses:
        "201":
          description: The key.
          content: { application/json: { schema: { $ref: "#/components/schemas/NewKey" } } }
  /keys/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    delete:
      operationId: dropKey
      tags: [keys]
      security: [{ token: [] }]
      responses: { "204": { description: Gone. } }
  /pets:
    get:
      operationId: pets
      security: [{ other: [] }]
      responses: { "200": { description: Pets. } }
components:
  securitySchemes:
    token: { type: apiKey, in: header, name: X-Acme-Token }
    signature: { type: apiKey, in: header, name: X-Acme-Signature }
    other: { type: http, scheme: basic }
  schemas:
    Key:
      type: object
      required: [id]
      properties:
        id: { type: string }
        ends: { type: string, format: date-time, nullable: true }
        nullable: { type: boolean }
        note: { description: What for., anyOf: [{ type: string, maxLength: 9 }, { type: "null" }] }
        owner: { allOf: [{ $ref: "#/components/schemas/Owner" }], nullable: true }
    NewKey:
      type: object
      required: [id, secret]
      properties:
        id: { type: string }
        secret: { type: string }
    Owner: { type: object, properties: { name: { type: string } } }
    Fault: { type: object, properties: { message: { type: string } } }
    Pet: { type: object }
"##;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn wanted<'a>(name: &'a str, text: &'a str) -> NewVendor<'a> {
    NewVendor {
        name,
        file: "acme.yaml",
        text,
        selection: Selection { tags: vec!["keys".into()], paths: vec![] },
    }
}

fn plan(root: &Path, name: &str, text: &str) -> Result<Scaffold, Error> {
    new_vendor(root, &wanted(name, text))
}

fn rejection(root: &Path, name: &str, text: &str) -> String {
    plan(root, name, text).expect_err("a rejection").to_string()
}

/// A copy of the workspace without build output.
fn copy() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for part in [".cargo", "benches", "crates", "fuzz", "openapi", "tests", "xtask"] {
        copy_folder(&repository().join(part), &copy.path().join(part));
    }
    for part in ["Cargo.lock", "Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "rustfmt.toml"] {
        fs::copy(repository().join(part), copy.path().join(part)).unwrap();
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let is_made = ["target", "node_modules", "artifacts", "__pycache__"]
            .map(Into::into)
            .contains(&entry.file_name());
        if from.is_dir() && !is_made {
            copy_folder(&from, &to);
        } else if from.is_file() {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Returns every file with its contents.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => {
                found.push((path.clone(), Vec::new()));
                found.extend(files(&path));
            }
            path => found.push((path.clone(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

fn cargo(root: &Path, arguments: &[&str]) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root).env("CARGO_TARGET_DIR", root.join("target"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn new_vendor_compiles_without_warnings() {
    let copy = copy();
    let root = copy.path();
    let scaffold = plan(root, "acme-keys", DOCUMENT).unwrap();
    scaffold.write(root).unwrap();

    let text = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    // `cargo xtask generate --check` accepts the clients.
    let document = text("openapi/acme-keys/openapi.json");
    let source = Source { file: "openapi/acme-keys/openapi.json", text: &document };
    let generated = generate(source, &options("acme-keys")).unwrap().files;
    let changes = ensure(&root.join("crates/acme-keys/src/generated"), &generated, Mode::Check).unwrap();
    assert_eq!(changes, []);
    for (path, line) in [
        ("Cargo.toml", "api-keys-acme-keys = { path = \"crates/acme-keys\", version ="),
        ("crates/api-keys/Cargo.toml", "all-vendors = [\"acme-keys\", "),
        ("crates/api-keys/Cargo.toml", "\nacme-keys = [\"dep:api-keys-acme-keys\", \"runtime\"]"),
        ("crates/api-keys/Cargo.toml", "api-keys-acme-keys = { workspace = true, optional = true }"),
        ("crates/api-keys/src/vendors.rs", "Self::AcmeKeys(config) => Ok(Arc::new(config.build()?))"),
        ("crates/api-keys/src/vendors.rs", "capabilities: acme_keys::CAPABILITIES"),
        ("crates/acme-keys/Cargo.toml", "api-keys-contract-tests = { path = \"../../tests/contract\" }"),
        ("crates/acme-keys/tests/contract.rs", "name: \"acme-keys\""),
        ("crates/acme-keys/tests/contract.rs", "&[\"getKeys\", \"issueKey\", \"dropKey\"]"),
        ("crates/acme-keys/tests/contract.rs", "\ncontract_tests!(VENDOR);"),
        ("openapi/acme-keys/README.md", "\"Acme \\| keys\", version 2.1.0"),
        ("openapi/acme-keys/README.md", "# acme-keys\n"),
        ("crates/acme-keys/README.md", "<!-- capabilities acme-keys: "),
    ] {
        assert!(text(path).contains(line), "{path} has no {line}");
    }

    cargo(root, &["update", "--workspace", "--offline", "--quiet"]);
    let warnings = "--config=build.rustflags=['-Dwarnings']";
    let features = ["--no-default-features", "--features", "acme-keys"];
    cargo(root, &[&["check", "--offline", "--quiet", warnings, "-p", "api-keys"], &features[..]].concat());

    assert!(rejection(root, "acme-keys", DOCUMENT).contains("is taken"));
    assert!(rejection(root, "acmekeys", DOCUMENT).contains("too close to `acme-keys`"));
}

#[test]
fn document_follows_the_conventions() {
    let copy = copy();
    let scaffold = plan(copy.path(), "acme", DOCUMENT).unwrap();
    scaffold.write(copy.path()).unwrap();
    let text = fs::read_to_string(copy.path().join("openapi/acme/openapi.json")).unwrap();
    insta::assert_snapshot!(text);
    let rows: Vec<_> = scaffold.departures.iter().map(|row| format!("{}: {}", row.place, row.ours)).collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn rejected_vendor_changes_nothing() {
    let copy = copy();
    let root = copy.path();
    let before = files(root);
    let without_keys = DOCUMENT.replace("tags: [keys]", "tags: [others]");
    let two_at_once = DOCUMENT.replace("[{ token: [] }]", "[{ token: [], signature: [] }]");
    let read_only = DOCUMENT.replace("id: { type: string }", "id: { type: string, readOnly: true }");
    for (name, text, why) in [
        ("mcp", DOCUMENT, "is taken"),
        ("rustls", DOCUMENT, "is taken"),
        ("serde", DOCUMENT, "is taken"),
        ("AcmeKeys", DOCUMENT, "try `acme-keys`"),
        ("better_auth", DOCUMENT, "try `better-auth`"),
        ("latitudesh", DOCUMENT, "too close to `latitude-sh`"),
        ("self", DOCUMENT, "reserved vendor name"),
        ("../acme", DOCUMENT, "invalid vendor name"),
        ("acme", "{", "not a JSON document"),
        ("acme", "swagger: '1.2'", "this version of Swagger"),
        ("acme", &without_keys, "no operation is left"),
        ("acme", &two_at_once, "no single credential"),
        ("acme", &read_only, "#/components/schemas/Key/properties/id"),
    ] {
        let message = rejection(root, name, text);
        assert!(message.contains(why), "{name}: {message}");
    }
    assert!(files(root) == before, "something was left behind");
}

#[test]
fn failed_write_changes_nothing() {
    let copy = copy();
    let root = copy.path();
    let scaffold = plan(root, "acme", DOCUMENT).unwrap();
    // A file blocks the folder of the last new files.
    let licence = root.join("crates/acme/LICENSE-MIT");
    fs::create_dir_all(&licence).unwrap();
    let before = files(root);
    assert!(scaffold.write(root).is_err());
    assert!(files(root) == before, "something was left behind");
}

#[test]
fn unknown_workspace_layout_is_rejected() {
    let copy = copy();
    let root = copy.path();
    let table = root.join("crates/api-keys/src/vendors.rs");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replace("/// In-memory keys.", "")).unwrap();
    let message = rejection(root, "acme", DOCUMENT);
    assert!(message.contains("vendors.rs: missing line: /// In-memory keys."), "{message}");
}
