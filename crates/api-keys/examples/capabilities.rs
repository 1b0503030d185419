//! Prints what each vendor can do, as Markdown tables; `cargo xtask capabilities` puts them into the documentation.
//!
//! `cargo run -p api-keys --example capabilities -- operations|fields`

use api_keys::{
    ApiKeyProvider as _, Capabilities, Field, FieldSet, ListScope, Operation, Support, memory::Memory,
};

fn main() {
    // What the embedded provider can do depends on how it is set up.
    let memory = Memory::builder().retain_secrets(true).build().expect("reads no file").capabilities();
    let vendors: [(&str, Capabilities); 7] = [
        ("better-auth", api_keys::better_auth::CAPABILITIES),
        ("Clerk", api_keys::clerk::CAPABILITIES),
        ("MCP", api_keys::mcp::CAPABILITIES),
        ("Latitude.sh", api_keys::latitude_sh::CAPABILITIES),
        ("FastAPI", api_keys::fastapi::CAPABILITIES),
        ("keyshield", api_keys::keyshield::CAPABILITIES),
        ("memory", memory),
    ];
    match std::env::args().nth(1).as_deref() {
        Some("operations") => operations(&vendors),
        Some("fields") => fields(&vendors),
        _ => {
            eprintln!("say which table: operations or fields");
            std::process::exit(2);
        }
    }
}

fn operations(vendors: &[(&str, Capabilities)]) {
    head(vendors);
    for operation in Operation::ALL {
        row(operation.as_str(), vendors, |capabilities| {
            match capabilities.support(operation) {
                Support::Unsupported => "–",
                support => support.as_str(),
            }
            .to_owned()
        });
    }
}

fn fields(vendors: &[(&str, Capabilities)]) {
    head(vendors);
    row("create honours", vendors, |c| list(c.create_fields, c.create_extra));
    row("update sets", vendors, |c| list(c.update_fields, c.update_extra));
    row("update clears", vendors, |c| list(c.clearable_fields, &[]));
    row("list honours", vendors, |c| list(c.list_fields, &[]));
    row("list shows", vendors, |c| {
        let scope = match c.list_scope {
            ListScope::All => "all keys",
            ListScope::ActiveOnly => "active keys",
        };
        match c.list_ceiling {
            Some(most) => format!("{scope}, at most {most}"),
            None => scope.to_owned(),
        }
    });
    row("list is paged", vendors, |c| yes(c.paged));
    row("owner needed", vendors, |c| yes(c.owner_required));
    row("revoke honours", vendors, |c| list(c.revoke_fields, &[]));
    row("revoke keeps the record", vendors, |c| yes(c.revoke_keeps_record));
    row("revoke can be undone", vendors, |c| yes(c.revoke_reversible));
    row("rotate keeps the id", vendors, |c| match c.support(Operation::Rotate) {
        Support::Unsupported => "–".to_owned(),
        _ => yes(c.rotate_keeps_id),
    });
    row("most active keys", vendors, |c| c.max_active.map_or("–".to_owned(), |most| most.to_string()));
}

fn head(vendors: &[(&str, Capabilities)]) {
    let names: Vec<_> = vendors.iter().map(|(name, _)| *name).collect();
    println!("| | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
}

fn row(title: &str, vendors: &[(&str, Capabilities)], cell: impl Fn(&Capabilities) -> String) {
    let cells: Vec<_> = vendors.iter().map(|(_, capabilities)| cell(capabilities)).collect();
    println!("| {title} | {} |", cells.join(" | "));
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
