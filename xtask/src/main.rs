//! The command line of the tasks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use xtask::{Error, Mode};

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
}

fn main() -> ExitCode {
    let Task::Generate { check, vendors } = Task::parse();
    let mode = if check { Mode::Check } else { Mode::Write };
    match generate(mode, vendors) {
        Ok(changes) if check && changes > 0 => {
            eprintln!("{changes} files are out of date: run `cargo xtask generate`");
            ExitCode::FAILURE
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Generates some vendors or all. Returns how many files were not as they should be.
fn generate(mode: Mode, mut vendors: Vec<String>) -> Result<usize, Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    if vendors.is_empty() {
        vendors = all_vendors(&root)?;
    }
    // All first: a problem in one document leaves every file as it was.
    let mut modules = Vec::new();
    for vendor in &vendors {
        let file = format!("openapi/{vendor}.json");
        let text = fs::read_to_string(root.join(&file))
            .map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
        let directory = PathBuf::from(format!("crates/{vendor}/src/generated"));
        modules.push((directory, xtask::generate(&file, &text, &root)?));
    }
    let mut count = 0;
    for (directory, files) in modules {
        // Relative to the repository, so that messages are the same everywhere.
        std::env::set_current_dir(&root)?;
        for change in xtask::ensure(&directory, &files, mode)? {
            count += 1;
            match mode {
                Mode::Check => print!("{}", change.diff),
                Mode::Write => println!("{}", change.path),
            }
        }
    }
    Ok(count)
}

fn all_vendors(root: &Path) -> io::Result<Vec<String>> {
    let mut vendors = Vec::new();
    for entry in fs::read_dir(root.join("openapi"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            vendors.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    vendors.sort();
    Ok(vendors)
}
