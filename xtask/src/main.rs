//! The command line of the tasks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use xtask::{Change, Error, Mode};

/// Tasks of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Writes the typed clients from the documents in `openapi/`.
    Generate {
        /// Write nothing; print what would change, and fail if anything would.
        #[arg(long)]
        check: bool,
        /// Only these vendors.
        vendors: Vec<String>,
    },
    /// Writes the tables of what vendors can do into the pages that hold them.
    Capabilities {
        /// Write nothing; print what would change, and fail if anything would.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode, Error> {
    // Paths are relative to the repository, so that messages are the same everywhere.
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))?;
    Ok(match task {
        Task::Generate { check, vendors } => report(check, generate(mode(check), vendors)?, "generate"),
        Task::Capabilities { check } => report(check, xtask::capabilities(mode(check))?, "capabilities"),
    })
}

fn mode(check: bool) -> Mode {
    if check { Mode::Check } else { Mode::Write }
}

/// Says what was not as it should be; in a check, that is a failure.
fn report(check: bool, changes: Vec<Change>, task: &str) -> ExitCode {
    for change in &changes {
        match check {
            true => println!("{}", change.diff),
            false => println!("{}", change.path),
        }
    }
    if check && !changes.is_empty() {
        eprintln!("{} files are out of date: run `cargo xtask {task}`", changes.len());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Generates some vendors or all. Returns what was not as it should be.
fn generate(mode: Mode, mut vendors: Vec<String>) -> Result<Vec<Change>, Error> {
    let root = Path::new(".");
    if vendors.is_empty() {
        vendors = all_vendors()?;
    }
    // All first: a problem in one document leaves every file as it was.
    let mut modules = Vec::new();
    for vendor in &vendors {
        let file = format!("openapi/{vendor}.json");
        let text = fs::read_to_string(&file).map_err(|error| {
            let known = all_vendors().unwrap_or_default().join(", ");
            io::Error::new(error.kind(), format!("{file}: {error}; there are documents for {known}"))
        })?;
        let directory = PathBuf::from(format!("crates/{vendor}/src/generated"));
        modules.push((directory, xtask::generate(&file, &text, root)?));
    }
    let mut changes = Vec::new();
    for (directory, files) in modules {
        changes.extend(xtask::ensure(&directory, &files, mode)?);
    }
    Ok(changes)
}

fn all_vendors() -> io::Result<Vec<String>> {
    let mut vendors = Vec::new();
    for entry in fs::read_dir("openapi")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            vendors.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    vendors.sort();
    Ok(vendors)
}
