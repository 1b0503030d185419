//! A new vendor: its document, its crate, and its place in everything that knows all vendors.

mod edits;
mod name;
mod render;
mod scaffold;

use std::fs;
use std::io;
use std::path::Path;

use api_keys_codegen::files::read;
use api_keys_codegen::prepare::prepare;
use api_keys_codegen::{Error, Selection, Source, generate, rustfmt};

pub use self::scaffold::Scaffold;

use self::name::VendorName;
use crate::generation::options;

/// A vendor to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVendor<'a> {
    /// The name in kebab-case.
    pub name: &'a str,
    /// The name of the document in error messages.
    pub file: &'a str,
    /// The document that the vendor publishes, in JSON or YAML.
    pub text: &'a str,
    /// The selection of operations.
    pub selection: Selection,
}

/// Plans a vendor. Nothing is written yet, so nothing is left behind by a failure.
///
/// # Errors
/// When the name is taken or no name, when the document is none that a client can be made of, or when a file of the
/// workspace has no place for the vendor.
pub fn new_vendor(root: &Path, wanted: &NewVendor<'_>) -> Result<Scaffold, Error> {
    let name = VendorName::new(wanted.name, &taken(root)?).map_err(io::Error::other)?;
    let prepared = prepare(wanted.file, wanted.text, &wanted.selection)?;
    let kebab = &name.kebab;

    let mut document = serde_json::to_string_pretty(&prepared.document).map_err(io::Error::other)?;
    document.push('\n');
    let file = format!("openapi/{kebab}/openapi.json");
    let generated = generate(Source { file: &file, text: &document }, &options(kebab))?.files;

    let mut scaffold = Scaffold::default();
    scaffold.departures.clone_from(&prepared.departures);
    scaffold.create(&file, document);
    let directory = format!("crates/{kebab}");
    for (path, text) in render::files(&name, &prepared, &generated) {
        let text = if path.ends_with(".rs") { rustfmt(&text)? } else { text };
        scaffold.create(&path, text);
    }
    for (path, text) in generated {
        scaffold.create(&format!("{directory}/src/generated/{path}"), text);
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        scaffold.create(&format!("{directory}/{licence}"), existing(root, licence)?);
    }

    type Edit = fn(&str, &VendorName) -> Result<String, String>;
    let edits: [(&str, Edit); 3] = [
        ("Cargo.toml", edits::workspace),
        ("crates/api-keys/Cargo.toml", edits::facade),
        ("crates/api-keys/src/vendors.rs", edits::vendors),
    ];
    for (path, edit) in edits {
        let before = existing(root, path)?;
        let after = edit(&before, &name).map_err(|what| io::Error::other(format!("{path}: {what}")))?;
        let after = if path.ends_with(".rs") { rustfmt(&after)? } else { after };
        scaffold.change(path, before, after);
    }
    scaffold.create(&format!("openapi/{kebab}/README.md"), render::corrections(&name, &prepared));
    scaffold.expect_room(root)?;
    Ok(scaffold)
}

fn existing(root: &Path, path: &str) -> io::Result<String> {
    read(&root.join(path))?
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{path} is missing")))
}

/// Returns all names in use: vendors, packages, dependencies and features.
fn taken(root: &Path) -> io::Result<Vec<String>> {
    let mut taken = Vec::new();
    for folder in ["crates", "openapi"] {
        for entry in fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            taken.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    let parse = |path: &str| -> io::Result<toml_edit::DocumentMut> {
        existing(root, path)?.parse().map_err(|error| io::Error::other(format!("{path}: {error}")))
    };
    let workspace = parse("Cargo.toml")?;
    let facade = parse("crates/api-keys/Cargo.toml")?;
    let dependencies = workspace.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    for table in [dependencies, facade.get("features")] {
        let keys = table.and_then(toml_edit::Item::as_table_like).into_iter().flat_map(|table| table.iter());
        taken.extend(keys.map(|(key, _)| key.to_owned()));
    }
    // Other workspace members, such as the tests.
    let lock = parse("Cargo.lock")?;
    let packages = lock.get("package").and_then(toml_edit::Item::as_array_of_tables).into_iter().flatten();
    let names = packages.filter_map(|package| package.get("name")?.as_str());
    taken.extend(names.filter_map(|name| name.strip_prefix("api-keys-")).map(str::to_owned));
    Ok(taken)
}
