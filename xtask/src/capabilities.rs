//! The tables of capabilities in the pages.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::{fs, io};

use api_keys_codegen::files::{Change, Mode, ensure_file, read};

/// The start of the line before a table, followed by the table's name. The table ends at the next line [`END`].
const BEGIN: &str = "<!-- capabilities ";
const END: &str = "<!-- /capabilities -->";

/// Updates the capability tables, or returns the required changes.
///
/// An example of the facade prints the tables, so that this tool can be built without a generated client.
///
/// # Errors
/// Returns an error if a page cannot be read or written, contains an unterminated or unknown table, if a table occurs
/// in no page, or if the example fails.
pub fn capabilities(mode: Mode) -> io::Result<Vec<Change>> {
    let tables = tables(&print()?)?;
    let mut missing: Vec<_> = tables.keys().collect();
    let mut changes = Vec::new();
    for page in pages()? {
        let text = read(&page)?.unwrap_or_default();
        let (fresh, held) = refresh(&text, &tables)
            .map_err(|what| io::Error::other(format!("{}: {what}", page.display())))?;
        missing.retain(|name| !held.contains(name));
        if !held.is_empty() {
            changes.extend(ensure_file(&page, &fresh, mode)?);
        }
    }
    match missing.as_slice() {
        [] => Ok(changes),
        names => Err(io::Error::other(format!("no page has the tables {names:?}"))),
    }
}

/// Returns the pages that may contain tables.
fn pages() -> io::Result<Vec<PathBuf>> {
    let mut pages = vec![PathBuf::from("README.md")];
    for entry in fs::read_dir("crates")? {
        let page = entry?.path().join("README.md");
        pages.extend(page.is_file().then_some(page));
    }
    pages.sort();
    Ok(pages)
}

/// Returns a page with updated tables, and their names.
fn refresh(text: &str, tables: &BTreeMap<String, String>) -> Result<(String, Vec<String>), String> {
    let mut fresh = String::with_capacity(text.len());
    let mut names = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        let Some(name) = name(line) else { continue };
        let table = tables.get(name).ok_or_else(|| format!("there is no table `{name}`"))?;
        if !lines.by_ref().any(|line| line == END) {
            return Err(format!("the table `{name}` has no line `{END}`"));
        }
        fresh.push_str(table);
        fresh.push_str(END);
        fresh.push('\n');
        names.push(name.to_owned());
    }
    Ok((fresh, names))
}

/// `<!-- capabilities latitude-sh: printed by … -->` begins the table `latitude-sh`.
fn name(line: &str) -> Option<&str> {
    line.strip_prefix(BEGIN)?.split([':', ' ']).next()
}

/// Returns the tables between the markers in the output of the example, by name.
fn tables(output: &str) -> io::Result<BTreeMap<String, String>> {
    let mut tables = BTreeMap::new();
    let mut lines = output.lines();
    while let Some(line) = lines.next() {
        let Some(name) = name(line) else { continue };
        let table = lines.by_ref().take_while(|line| *line != END).map(|line| format!("{line}\n")).collect();
        tables.insert(name.to_owned(), table);
    }
    match tables.is_empty() {
        false => Ok(tables),
        true => Err(io::Error::other("the example `capabilities` prints no table")),
    }
}

fn print() -> io::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["run", "--quiet", "--package", "api-keys", "--example", "capabilities"];
    let output = Command::new(cargo).args(arguments).output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("the example `capabilities` failed:\n{message}")));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "<!-- capabilities a-b: printed -->\n\n| new |\n\n<!-- /capabilities -->\n";

    #[test]
    fn table_between_markers_is_replaced() {
        let tables = tables(OUTPUT).unwrap();
        let page = "before\n<!-- capabilities a-b: printed -->\n| old |\n<!-- /capabilities -->\nafter\n";
        let (fresh, held) = refresh(page, &tables).unwrap();
        assert_eq!(fresh, format!("before\n{OUTPUT}after\n"));
        assert_eq!(held, ["a-b"]);
        assert_eq!(refresh(&fresh, &tables).unwrap().0, fresh);
    }

    #[test]
    fn unknown_or_unterminated_table_is_an_error() {
        let tables = tables(OUTPUT).unwrap();
        assert!(refresh("<!-- capabilities b: -->\n<!-- /capabilities -->\n", &tables).is_err());
        assert!(refresh("<!-- capabilities a-b: -->\n| old |\n", &tables).is_err());
    }

    #[test]
    fn output_without_tables_is_an_error() {
        assert!(tables("nothing\n").is_err());
    }
}
