//! Prints what each vendor can do, as Markdown tables; `cargo xtask capabilities` puts them into the documentation.
//!
//! `cargo run -p api-keys --example capabilities`

use std::fmt::Write as _;

use api_keys::{
    ApiKeyProvider as _, Capabilities, Field, FieldSet, ListScope, Operation, Support, memory::Memory,
};

fn main() {
    // What the embedded provider can do depends on how it is set up.
    let memory = Memory::builder().retain_secrets(true).build().expect("reads no file").capabilities();
    let vendors = [
        ("better-auth", "better-auth", api_keys::better_auth::CAPABILITIES),
        ("clerk", "Clerk", api_keys::clerk::CAPABILITIES),
        ("mcp", "MCP", api_keys::mcp::CAPABILITIES),
        ("latitude-sh", "Latitude.sh", api_keys::latitude_sh::CAPABILITIES),
        ("fastapi", "FastAPI", api_keys::fastapi::CAPABILITIES),
        ("keyshield", "keyshield", api_keys::keyshield::CAPABILITIES),
        ("memory", "memory", memory),
    ];
    let titles = vendors.map(|(_, title, _)| title);
    let capabilities = vendors.map(|(_, _, capabilities)| capabilities);
    print("operations", &operations(&titles, &capabilities));
    print("fields", &fields(&titles, &capabilities));
    for (name, _, capabilities) in &vendors {
        print(name, &page(capabilities));
    }
}

/// The form in which the documentation has it.
fn print(name: &str, table: &str) {
    println!("<!-- capabilities {name}: printed by `cargo xtask capabilities` -->");
    println!("\n{table}\n<!-- /capabilities -->\n");
}

/// How each vendor offers each operation.
fn operations(titles: &[&str], vendors: &[Capabilities]) -> String {
    let mut table = head(titles);
    for operation in Operation::ALL {
        row(&mut table, operation.as_str(), vendors.iter().map(|c| support(c, operation)));
    }
    table
}

/// What each vendor honours beside.
fn fields(titles: &[&str], vendors: &[Capabilities]) -> String {
    type Cell = fn(&Capabilities) -> String;
    let rows: [(&str, Cell); 12] = [
        ("create honours", |c| list(c.create_fields, c.create_extra)),
        ("update sets", |c| list(c.update_fields, c.update_extra)),
        ("update clears", |c| list(c.clearable_fields, &[])),
        ("list honours", |c| list(c.list_fields, &[])),
        ("list shows", listed),
        ("list is paged", |c| yes(c.paged)),
        ("owner needed", |c| yes(c.owner_required)),
        ("revoke honours", |c| list(c.revoke_fields, &[])),
        ("revoke keeps the record", |c| yes(c.revoke_keeps_record)),
        ("revoke can be undone", |c| yes(c.revoke_reversible)),
        ("rotate keeps the id", |c| match c.support(Operation::Rotate) {
            Support::Unsupported => "–".to_owned(),
            _ => yes(c.rotate_keeps_id),
        }),
        ("most active keys", |c| c.max_active.map_or("–".to_owned(), |most| most.to_string())),
    ];
    let mut table = head(titles);
    for (title, cell) in rows {
        row(&mut table, title, vendors.iter().map(cell));
    }
    table
}

/// One vendor: each operation, and what is to be known of it.
fn page(c: &Capabilities) -> String {
    let mut table = "| operation | support | |\n|---|---|---|\n".to_owned();
    for operation in Operation::ALL {
        let mut notes = Vec::new();
        if c.support(operation).is_supported() {
            match operation {
                Operation::Create => {
                    notes.push(format!("honours {}", list(c.create_fields, c.create_extra)));
                    notes.extend(c.owner_required.then(|| "needs an owner".to_owned()));
                    notes.extend(c.max_active.map(|most| format!("at most {most} active keys")));
                }
                Operation::List => {
                    notes.push(listed(c));
                    notes.push(if c.paged { "paged" } else { "not paged" }.to_owned());
                    if !c.list_fields.is_empty() {
                        notes.push(format!("honours {}", list(c.list_fields, &[])));
                    }
                    notes.extend(c.owner_required.then(|| "needs an owner".to_owned()));
                    let untrue =
                        (!c.created_at_reliable).then(|| "creation times are not reliable".to_owned());
                    notes.extend(untrue);
                }
                Operation::Update => {
                    notes.push(format!("sets {}", list(c.update_fields, c.update_extra)));
                    if !c.clearable_fields.is_empty() {
                        notes.push(format!("clears {}", list(c.clearable_fields, &[])));
                    }
                }
                Operation::Revoke => {
                    notes.push(
                        if c.revoke_keeps_record { "keeps the record" } else { "removes the record" }
                            .to_owned(),
                    );
                    notes.push(
                        if c.revoke_reversible { "can be undone" } else { "cannot be undone" }.to_owned(),
                    );
                    if !c.revoke_fields.is_empty() {
                        notes.push(format!("honours {}", list(c.revoke_fields, &[])));
                    }
                }
                Operation::Rotate => {
                    notes.push(if c.rotate_keeps_id { "keeps the id" } else { "gives a new id" }.to_owned());
                }
                _ => {}
            }
        }
        row(&mut table, operation.as_str(), [support(c, operation), notes.join("; ")]);
    }
    table
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
        Support::Unsupported => "–",
        support => support.as_str(),
    }
    .to_owned()
}

fn listed(c: &Capabilities) -> String {
    let scope = match c.list_scope {
        ListScope::All => "all keys",
        ListScope::ActiveOnly => "active keys",
    };
    match c.list_ceiling {
        Some(most) => format!("{scope}, at most {most}"),
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
