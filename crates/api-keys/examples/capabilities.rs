//! Prints the capabilities of every vendor as Markdown tables. `cargo xtask capabilities` writes them into the
//! documentation.
//!
//! `cargo run -p api-keys --example capabilities`

use std::fmt::Write as _;

use std::time::Duration;

use api_keys::{
    ApiKeyProvider as _, Capabilities, Field, FieldSet, ListScope, Operation, RotationMethod, Support,
    VENDORS, memory::Memory,
};

/// Any overlap.
const OVERLAP: Duration = Duration::from_secs(1);

fn main() {
    // The capabilities of the in-memory provider depend on its settings.
    let memory = Memory::builder().retain_secrets(true).build().expect("no file to read").capabilities();
    let mut titles: Vec<_> = VENDORS.iter().map(|vendor| vendor.title).collect();
    let mut capabilities: Vec<_> = VENDORS.iter().map(|vendor| vendor.capabilities).collect();
    titles.push("memory");
    capabilities.push(memory);
    print("vendors", &vendors());
    print("requirements", &requirements(&titles, &capabilities));
    print("operations", &operations(&titles, &capabilities));
    print("fields", &fields(&titles, &capabilities));
    for vendor in VENDORS {
        print(vendor.name, &page(&vendor.capabilities));
    }
    print("memory", &page(&memory));
}

/// Prints a table with the markers that the documentation contains.
fn print(name: &str, table: &str) {
    println!("<!-- capabilities {name}: printed by `cargo xtask capabilities` -->");
    println!("\n{table}\n<!-- /capabilities -->\n");
}

/// Service, feature and credential of each vendor.
fn vendors() -> String {
    let mut table = "| vendor | service | feature | credential |\n|---|---|---|---|\n".to_owned();
    for vendor in VENDORS {
        let page = format!("[{}](https://docs.rs/api-keys-{})", vendor.title, vendor.name);
        let feature = format!("`{}`", vendor.name);
        row(&mut table, &page, [vendor.service.to_owned(), feature, vendor.credential.to_owned()]);
    }
    table
}

/// Vendors that meet each of some common requirements.
fn requirements(titles: &[&str], vendors: &[Capabilities]) -> String {
    type Test = fn(&Capabilities) -> bool;
    let rows: [(&str, Test); 10] = [
        ("verify keys over HTTP", |c| c.support(Operation::Verify).is_supported()),
        ("assign an owner", |c| c.create_fields.contains(Field::Owner)),
        ("set an expiration", |c| c.create_fields.contains(Field::Expiry)),
        ("set scopes", |c| c.create_fields.contains(Field::Scopes)),
        ("attach metadata", |c| c.create_fields.contains(Field::Metadata)),
        ("change a key", |c| c.support(Operation::Update).is_supported()),
        ("disable a key and enable it again", |c| c.update_fields.contains(Field::Enabled)),
        ("rotate and keep the id", |c| c.support(Operation::Rotate).is_supported() && c.rotate_keeps_id),
        ("show a secret again", |c| c.support(Operation::Reveal).is_supported()),
        ("keep a record of revoked keys", |c| c.revoke_keeps_record),
    ];
    let mut table = "| requirement | vendors |\n|---|---|\n".to_owned();
    for (requirement, is_met) in rows {
        let met = titles.iter().zip(vendors).filter(|(_, capabilities)| is_met(capabilities));
        let met: Vec<_> = met.map(|(title, _)| *title).collect();
        row(&mut table, requirement, [met.join(", ")]);
    }
    table
}

/// Support of each operation by each vendor.
fn operations(titles: &[&str], vendors: &[Capabilities]) -> String {
    let mut table = head(titles);
    for operation in Operation::ALL.iter().copied() {
        row(&mut table, operation.as_str(), vendors.iter().map(|c| support(c, operation)));
    }
    table
}

/// Fields and other properties of each vendor.
fn fields(titles: &[&str], vendors: &[Capabilities]) -> String {
    type Cell = fn(&Capabilities) -> String;
    let rows: [(&str, Cell); 13] = [
        ("create accepts", |c| list(c.create_fields, c.create_extra)),
        ("update sets", |c| list(c.update_fields, c.update_extra)),
        ("update clears", |c| list(c.clearable_fields, &[])),
        ("list accepts", |c| list(c.list_fields, &[])),
        ("list returns", listed),
        ("list is paged", |c| yes(c.paged)),
        ("owner required", |c| yes(c.owner_required)),
        ("revoke accepts", |c| list(c.revoke_fields, &[])),
        ("revoke keeps the record", |c| yes(c.revoke_keeps_record)),
        ("revoke can be undone", |c| yes(c.revoke_reversible)),
        ("rotate keeps the id", |c| match c.support(Operation::Rotate) {
            Support::Unsupported => "–".to_owned(),
            _ => yes(c.rotate_keeps_id),
        }),
        ("rotate with an overlap", |c| rotation(c, OVERLAP)),
        ("maximum active keys", |c| c.max_active.map_or("–".to_owned(), |max| max.to_string())),
    ];
    let mut table = head(titles);
    for (title, cell) in rows {
        row(&mut table, title, vendors.iter().map(cell));
    }
    table
}

/// Operations of one vendor, with notes.
fn page(c: &Capabilities) -> String {
    let mut table = "| operation | support | |\n|---|---|---|\n".to_owned();
    for &operation in Operation::ALL {
        let notes = match c.support(operation).is_supported() {
            false if operation == Operation::Rotate => {
                "creates another key, and revokes the old one".to_owned()
            }
            true => notes(c, operation).into_iter().flatten().collect::<Vec<_>>().join("; "),
            false => String::new(),
        };
        row(&mut table, operation.as_str(), [support(c, operation), notes]);
    }
    table
}

fn notes(c: &Capabilities, operation: Operation) -> Vec<Option<String>> {
    let note = |is: bool, text: &str| is.then(|| text.to_owned());
    let either = |is: bool, yes: &str, no: &str| Some(if is { yes } else { no }.to_owned());
    let accepts = |verb: &str, fields: FieldSet, extra| {
        (!fields.is_empty()).then(|| format!("{verb} {}", list(fields, extra)))
    };
    match operation {
        Operation::Create => vec![
            accepts("accepts", c.create_fields, c.create_extra),
            note(c.owner_required, "requires an owner"),
            c.max_active.map(|max| format!("at most {max} active keys")),
        ],
        Operation::List => vec![
            Some(listed(c)),
            either(c.paged, "paged", "not paged"),
            accepts("accepts", c.list_fields, &[]),
            note(c.owner_required, "requires an owner"),
            note(!c.created_at_reliable, "creation times are not reliable"),
        ],
        Operation::Update => {
            vec![accepts("sets", c.update_fields, c.update_extra), accepts("clears", c.clearable_fields, &[])]
        }
        Operation::Revoke => vec![
            either(c.revoke_keeps_record, "keeps the record", "removes the record"),
            either(c.revoke_reversible, "can be undone", "cannot be undone"),
            accepts("accepts", c.revoke_fields, &[]),
        ],
        Operation::Rotate => vec![
            either(c.rotate_keeps_id, "keeps the id", "gives a new id"),
            Some(format!("with an overlap: {}", rotation(c, OVERLAP))),
        ],
        _ => Vec::new(),
    }
}

fn head(titles: &[&str]) -> String {
    format!("| | {} |\n|---|{}\n", titles.join(" | "), "---|".repeat(titles.len()))
}

fn row(table: &mut String, title: &str, cells: impl IntoIterator<Item = String>) {
    let _ = write!(table, "| {title} |");
    for cell in cells {
        let space = if cell.is_empty() { "" } else { " " };
        let _ = write!(table, "{space}{cell} |");
    }
    table.push('\n');
}

fn support(c: &Capabilities, operation: Operation) -> String {
    match c.support(operation) {
        Support::Unsupported if operation == Operation::Rotate => rotation(c, Duration::ZERO),
        Support::Unsupported => "–".to_owned(),
        support => support.as_str().to_owned(),
    }
}

/// Method of rotating a key with an overlap.
fn rotation(c: &Capabilities, overlap: Duration) -> String {
    c.rotation_method(overlap).map_or("–", RotationMethod::as_str).to_owned()
}

fn listed(c: &Capabilities) -> String {
    let scope = match c.list_scope {
        ListScope::All => "all keys",
        ListScope::ActiveOnly => "active keys",
    };
    match c.list_ceiling {
        Some(max) => format!("{scope}, at most {max}"),
        None => scope.to_owned(),
    }
}

fn list(fields: FieldSet, extra: &[&'static str]) -> String {
    let common = fields.iter().filter(|&field| field != Field::Extra || extra.is_empty());
    let names: Vec<_> = common.map(Field::as_str).chain(extra.iter().copied()).collect();
    match names.as_slice() {
        [] => "–".to_owned(),
        names => names.join(", "),
    }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}
