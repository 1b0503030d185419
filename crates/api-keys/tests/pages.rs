//! The page of each vendor says of each field what the provider does with it.

#![cfg(feature = "all-vendors")]

use std::path::Path;

use api_keys::{Capabilities, Field};

/// The README of a vendor's crate; none where this crate is alone, as in a package.
fn page(vendor: &str) -> Option<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !crates.join("core").exists() {
        eprintln!("skipped: the other crates are not here");
        return None;
    }
    Some(std::fs::read_to_string(crates.join(vendor).join("README.md")).expect("a README"))
}

/// The cells of the table row that begins with a field's name: what create sends, what update sends, what a key shows.
fn cells(page: &str, field: Field) -> Vec<&str> {
    let start = format!("| `{field}` |");
    let row = page.lines().find(|line| line.starts_with(&start));
    let row = row.unwrap_or_else(|| panic!("no row for `{field}`"));
    row[start.len()..].trim_end_matches('|').split('|').map(str::trim).collect()
}

fn check(vendor: &str, capabilities: Capabilities) {
    let Some(page) = page(vendor) else { return };
    for field in Field::ALL {
        // These belong to revoke and list.
        if matches!(field, Field::Reason | Field::Search | Field::IncludeInactive) {
            continue;
        }
        let cells = cells(&page, field);
        let [create, update, _] = cells[..] else { panic!("{vendor}: `{field}` has {} cells", cells.len()) };
        assert_eq!(create != "–", capabilities.create_fields.contains(field), "{vendor}: create, `{field}`");
        assert_eq!(update != "–", capabilities.update_fields.contains(field), "{vendor}: update, `{field}`");
        let clears = update.contains("clear");
        assert_eq!(clears, capabilities.clearable_fields.contains(field), "{vendor}: clearing `{field}`");
    }
    let extra = cells(&page, Field::Extra);
    for (cell, names) in [(extra[0], capabilities.create_extra), (extra[1], capabilities.update_extra)] {
        for name in names {
            assert!(cell.contains(&format!("`{name}`")), "{vendor}: `{name}` is missing");
        }
    }
}

#[test]
fn the_page_of_each_vendor_says_which_fields_are_honoured() {
    check("better-auth", api_keys::better_auth::CAPABILITIES);
    check("clerk", api_keys::clerk::CAPABILITIES);
    check("fastapi", api_keys::fastapi::CAPABILITIES);
    check("keyshield", api_keys::keyshield::CAPABILITIES);
    check("latitude-sh", api_keys::latitude_sh::CAPABILITIES);
    check("mcp", api_keys::mcp::CAPABILITIES);
}
