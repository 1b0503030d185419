//! The README of each vendor crate describes the fields as `CAPABILITIES` declares them.

#![cfg(feature = "all-vendors")]

use std::path::Path;

use api_keys::{Field, VENDORS, VendorInfo};

/// Returns the README of a vendor crate, or `None` outside of the repository, as in a package.
fn page(vendor: &str) -> Option<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !crates.join("core").exists() {
        eprintln!("skipped: the vendor crates are not available");
        return None;
    }
    Some(std::fs::read_to_string(crates.join(vendor).join("README.md")).expect("a README"))
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
    for VendorInfo { name, capabilities, .. } in VENDORS {
        let Some(page) = page(name) else { return };
        for field in Field::ALL.iter().copied() {
            // These belong to revoke and list.
            if matches!(field, Field::Reason | Field::Search | Field::IncludeInactive) {
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
