//! Where a new vendor stands in files that are there already.
//!
//! Each place is found by what the file means, not by what it looks like; a file without it is a problem.

use std::ops::Range;

use syn::spanned::Spanned as _;
use toml_edit::{Document, Table};

use super::name::VendorName;

type Result<T> = std::result::Result<T, String>;

/// The dependency of the workspace.
pub(super) fn workspace(text: &str, name: &VendorName) -> Result<String> {
    let document = parse(text)?;
    let version = table(&document, &["workspace", "package"])?.get("version").and_then(|item| item.as_str());
    let version = version.ok_or("`workspace.package.version` is missing")?;
    let package = format!("api-keys-{}", name.kebab);
    let line = format!(
        "{package} = {{ path = \"crates/{}\", version = \"{version}\", default-features = false }}\n",
        name.kebab
    );
    let at = line_of(text, table(&document, &["workspace", "dependencies"])?, "api-keys-memory")?;
    Ok(inserted(text, at, &line))
}

/// The feature of the facade, which is one of all vendors.
pub(super) fn facade(text: &str, name: &VendorName) -> Result<String> {
    let package = format!("api-keys-{}", name.kebab);
    let document = parse(text)?;
    let dependencies = table(&document, &["dependencies"])?;
    let at = line_after(text, dependencies, &package, |_| true)?;
    let text = inserted(text, at, &format!("{package} = {{ workspace = true, optional = true }}\n"));

    let document = parse(&text)?;
    let features = table(&document, &["features"])?;
    let at = match line_after(&text, features, &name.kebab, |item| {
        item.to_string().contains("dep:api-keys-runtime")
    }) {
        Ok(at) => at,
        Err(_) => line_of(&text, features, "memory")?,
    };
    let line = format!("{} = [\"dep:{package}\", \"dep:api-keys-runtime\"]\n", name.kebab);
    let text = inserted(&text, at, &line);

    let document = parse(&text)?;
    let all = table(&document, &["features"])?.get("all-vendors").and_then(|item| item.as_array());
    let all = all.ok_or("there is no feature `all-vendors`")?;
    let next = all.iter().find(|value| value.as_str().is_some_and(|other| *other > *name.kebab));
    let next = next.or_else(|| all.iter().last()).and_then(|value| value.span());
    let next = next.ok_or("the feature `all-vendors` is empty")?;
    Ok(inserted(&text, next.start, &format!("\"{}\", ", name.kebab)))
}

/// The dependency of the contract tests.
pub(super) fn tests(text: &str, name: &VendorName) -> Result<String> {
    let package = format!("api-keys-{}", name.kebab);
    let document = parse(text)?;
    let at = line_after(text, table(&document, &["dependencies"])?, &package, |_| true)?;
    Ok(inserted(text, at, &format!("{package} = {{ workspace = true, features = [\"rustls\"] }}\n")))
}

/// The line in the facade's table.
pub(super) fn table_of_vendors(text: &str, name: &VendorName) -> Result<String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let calls = file.items.iter().filter_map(|item| match item {
        syn::Item::Macro(call) if call.ident.is_none() && call.mac.path.is_ident("vendors") => {
            Some(&call.mac)
        }
        _ => None,
    });
    let call = only(calls, "call of `vendors!`")?;
    let at = call.delimiter.span().close().byte_range().start;
    let VendorName { kebab, snake, camel } = name;
    let line =
        format!("    /// {kebab}.\n    \"{kebab}\": {snake}, {camel}(api_keys_{snake}::{camel}Config);\n");
    Ok(inserted(text, at, &line))
}

/// The column in the tables of capabilities, before that of the embedded provider.
pub(super) fn capabilities(text: &str, name: &VendorName) -> Result<String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let mains = file.items.iter().filter_map(|item| match item {
        syn::Item::Fn(function) if function.sig.ident == "main" => Some(function),
        _ => None,
    });
    let lists = only(mains, "`main`")?.block.stmts.iter().filter_map(|statement| match statement {
        syn::Stmt::Local(local) if is_named(&local.pat, "vendors") => match &*local.init.as_ref()?.expr {
            syn::Expr::Array(array) => Some(array),
            _ => None,
        },
        _ => None,
    });
    let last = only(lists, "list `vendors` in `main`")?.elems.last().ok_or("the list `vendors` is empty")?;
    let VendorName { kebab, snake, .. } = name;
    let line = format!("(\"{kebab}\", \"{kebab}\", api_keys::{snake}::CAPABILITIES),\n");
    Ok(inserted(text, last.span().byte_range().start, &line))
}

/// The module and the entry of the contract tests.
pub(super) fn contract(text: &str, name: &VendorName) -> Result<String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let lists = file.items.iter().filter_map(|item| match item {
        syn::Item::Static(list) if list.ident == "VENDORS" => Some(list),
        _ => None,
    });
    let list = only(lists, "`static VENDORS`")?;
    let (syn::Type::Array(ty), syn::Expr::Array(array)) = (&*list.ty, &*list.expr) else {
        return Err("`VENDORS` is no array".to_owned());
    };
    let mut modules =
        file.items.iter().filter(|item| matches!(item, syn::Item::Mod(module) if module.content.is_none()));
    let module = modules.next_back().ok_or("there is no `mod`")?.span().byte_range().end;
    let (length, end) = (ty.len.span().byte_range(), array.bracket_token.span.close().byte_range().start);
    let comma = if array.elems.trailing_punct() { "" } else { ", " };
    // From the end, so that the places before stay where they are.
    let text = inserted(text, end, &format!("{comma}&{}::VENDOR,", name.snake));
    let text = replaced(&text, length, &(array.elems.len() + 1).to_string());
    Ok(inserted(&text, module, &format!("\nmod {};", name.snake)))
}

/// A row in the table of the documents, and a section on what they say otherwise.
pub(super) fn documents(text: &str, row: &str, section: &str) -> Result<String> {
    let mut lines = text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some((line, *end))
    });
    lines.find(|(line, _)| line.starts_with("| Document |")).ok_or("there is no table of documents")?;
    let rows = lines.take_while(|(line, _)| line.starts_with('|'));
    let at = rows.last().ok_or("the table of documents is empty")?.1;
    let text = inserted(text, at, row);
    Ok(format!("{}\n\n{section}", text.trim_end()))
}

fn parse(text: &str) -> Result<Document<&str>> {
    Document::parse(text).map_err(|error| error.to_string())
}

fn table<'d>(document: &'d Document<&str>, path: &[&str]) -> Result<&'d Table> {
    let mut table = document.as_table();
    for key in path {
        let next = table.get(key).and_then(|item| item.as_table());
        table = next.ok_or_else(|| format!("there is no table `{}`", path.join(".")))?;
    }
    Ok(table)
}

/// Where the line of a key begins.
fn line_of(text: &str, table: &Table, key: &str) -> Result<usize> {
    let span = table.key(key).and_then(toml_edit::Key::span).ok_or_else(|| format!("`{key}` is missing"))?;
    Ok(text[..span.start].rfind('\n').map_or(0, |at| at + 1))
}

/// Where the line of the first key begins that comes after another one in the alphabet, of those that count.
fn line_after(
    text: &str,
    table: &Table,
    key: &str,
    counts: impl Fn(&toml_edit::Item) -> bool,
) -> Result<usize> {
    let mut later = table.iter().filter(|(other, item)| *other > key && counts(item));
    let (next, _) = later.next().ok_or_else(|| format!("nothing comes after `{key}`"))?;
    line_of(text, table, next)
}

fn is_named(pattern: &syn::Pat, name: &str) -> bool {
    matches!(pattern, syn::Pat::Ident(pattern) if pattern.ident == name)
}

fn only<T>(mut found: impl Iterator<Item = T>, what: &str) -> Result<T> {
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(format!("there is no {what}")),
        (Some(_), Some(_)) => Err(format!("there is more than one {what}")),
    }
}

fn inserted(text: &str, at: usize, new: &str) -> String {
    replaced(text, at..at, new)
}

fn replaced(text: &str, range: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}
