//! `cargo xtask new-vendor`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, io};

use api_keys_codegen::{Error, Selection};
use xtask::NewVendor;

/// A vendor and the document that it publishes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the vendor in kebab-case
    name: String,
    /// OpenAPI 3.0, 3.1 or 3.2 document in JSON or YAML, or `-` for standard input
    #[arg(long)]
    input: PathBuf,
    /// Select operations with this tag; repeatable
    #[arg(long)]
    tag: Vec<String>,
    /// Select operations whose path starts with this prefix; repeatable
    #[arg(long, value_name = "PREFIX")]
    path: Vec<String>,
}

/// Adds the vendor and prints the next steps. The path of the document is relative to the caller's directory.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let Arguments { name, input, tag, path } = arguments;
    let file = input.display().to_string();
    let text = if file == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(input) };
    let text = text.map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
    crate::go_to_repository()?;
    let selection = Selection { tags: tag.clone(), paths: path.clone() };
    let wanted = NewVendor { name, file: &file, text: &text, selection };
    let scaffold = xtask::new_vendor(std::path::Path::new("."), &wanted)?;
    scaffold.complete()?;
    let (new, changed) = scaffold.paths();
    new.iter().for_each(|path| println!("new      {path}"));
    changed.iter().for_each(|path| println!("changed  {path}"));
    for departure in &scaffold.departures {
        println!("check    {}: {}, was {}", departure.place, departure.ours, departure.theirs);
    }
    println!("See 'Adding a vendor' in CONTRIBUTING.md for the next steps.");
    Ok(ExitCode::SUCCESS)
}
