//! Pages match the code. Skipped outside of the repository, as in a package.

#![cfg(feature = "all-vendors")]

use std::fs;
use std::path::{Path, PathBuf};

use api_keys::{Field, VENDORS, VendorInfo};

/// Returns the path of the repository.
fn repository() -> Option<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    repository.join("crates/core").exists().then_some(repository)
}

/// Returns the cells of a field's row: in create, in update, and in keys.
fn cells(page: &str, field: Field) -> Vec<&str> {
    let start = format!("| `{field}` |");
    let row = page.lines().find(|line| line.starts_with(&start));
    let row = row.unwrap_or_else(|| panic!("no row for `{field}`"));
    row[start.len()..].trim_end_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn vendor_pages_match_capabilities() {
    let Some(repository) = repository() else { return };
    for VendorInfo { name, capabilities, .. } in VENDORS {
        let page =
            fs::read_to_string(repository.join("crates").join(name).join("README.md")).expect("a README");
        for field in Field::ALL.iter().copied() {
            // These belong to revoke, list and rotate.
            if matches!(field, Field::Reason | Field::Search | Field::IncludeInactive | Field::Overlap) {
                continue;
            }
            let cells = cells(&page, field);
            let [create, update, _] = cells[..] else {
                panic!("{name}: `{field}` has {} cells", cells.len())
            };
            assert_eq!(
                create != "–",
                capabilities.create_fields.contains(field),
                "{name}: create, `{field}`"
            );
            assert_eq!(
                update != "–",
                capabilities.update_fields.contains(field),
                "{name}: update, `{field}`"
            );
            let clears = update.contains("clear");
            assert_eq!(clears, capabilities.clearable_fields.contains(field), "{name}: clearing `{field}`");
        }
        let extra = cells(&page, Field::Extra);
        for (cell, fields) in [(extra[0], capabilities.create_extra), (extra[1], capabilities.update_extra)] {
            for field in fields {
                assert!(cell.contains(&format!("`{field}`")), "{name}: `{field}` is missing");
            }
        }
    }
}

#[test]
fn guarantees_name_existing_tests() {
    let Some(repository) = repository() else { return };
    let sources: Vec<_> =
        ["crates", "tests"].iter().flat_map(|name| sources(&repository.join(name))).collect();
    let words = include_str!("../docs/promises.md").split('`').skip(1).step_by(2);
    for word in words {
        let exists = match word.contains('/') {
            true => repository.join(word).exists(),
            false if word.contains('_') => sources.iter().any(|text| text.contains(&format!("fn {word}("))),
            false => true,
        };
        assert!(exists, "`{word}` does not exist");
    }
}

/// Returns the contents of the Rust files in a folder.
fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let files = files.map(|path| fs::read_to_string(path).expect("a source file"));
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}
