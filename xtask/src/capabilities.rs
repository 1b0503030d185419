//! The tables of what vendors can do, in the pages that hold them.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::write::{Change, Mode, ensure_file, read};

/// Pages with tables. A table stands between a line that begins with `<!-- capabilities` and the table's name, and
/// the next line that is [`END`].
const PAGES: [&str; 2] = ["README.md", "crates/api-keys/README.md"];
const BEGIN: &str = "<!-- capabilities ";
const END: &str = "<!-- /capabilities -->";

/// Makes the tables say what the providers' `CAPABILITIES` do, or tells what would have to change.
///
/// An example of the facade prints the tables, so that this tool can be built while a generated client cannot.
///
/// # Errors
/// When a page cannot be read or written, has a table without an end, or the example does not run.
pub fn capabilities(mode: Mode) -> io::Result<Vec<Change>> {
    let mut changes = Vec::new();
    for page in PAGES {
        let path = Path::new(page);
        let text = read(path)?.unwrap_or_default();
        changes.extend(ensure_file(path, &refresh(page, &text)?, mode)?);
    }
    Ok(changes)
}

fn refresh(page: &str, text: &str) -> io::Result<String> {
    let mut fresh = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        let Some(rest) = line.strip_prefix(BEGIN) else { continue };
        let table = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if !lines.by_ref().any(|line| line == END) {
            return Err(io::Error::other(format!("{page}: the table `{table}` has no line `{END}`")));
        }
        fresh.push('\n');
        fresh.push_str(&print(table)?);
        fresh.push('\n');
        fresh.push_str(END);
        fresh.push('\n');
    }
    Ok(fresh)
}

fn print(table: &str) -> io::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["run", "--quiet", "--package", "api-keys", "--example", "capabilities", "--", table];
    let output = Command::new(cargo).args(arguments).output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("the example `capabilities` failed:\n{complaint}")));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
