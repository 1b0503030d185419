//! The command line of the tasks.

mod new_vendor_command;
mod programs;
mod upstream;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api_keys_codegen::files::{Change, Mode, ensure};
use api_keys_codegen::{Error, Source};
use clap::Parser;

/// Tasks of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Generate the typed clients from the documents in `openapi/`
    Generate {
        /// Write nothing; print the changes and fail if there are any
        #[arg(long)]
        check: bool,
        /// Only these vendors
        vendors: Vec<String>,
    },
    /// Compare our document of a vendor with the one that the vendor publishes
    ///
    /// Only our operations and adjacent ones are compared. Corrections in the vendor's overlay,
    /// `openapi/<vendor>/overlay.json`, are not differences.
    #[command(after_help = upstream::STATUSES)]
    Diff {
        #[command(flatten)]
        upstream: upstream::Upstream,
        /// Output format
        #[arg(long, value_enum, default_value = "text")]
        output: upstream::Output,
    },
    /// Apply a vendor's compatible changes to our document, and generate the client
    ///
    /// Additions are applied; nothing is removed, and no type changes. The applied and the remaining differences are
    /// printed. After a failure all files are unchanged.
    #[command(after_help = upstream::STATUSES)]
    Sync {
        #[command(flatten)]
        upstream: upstream::Upstream,
    },
    /// Add a vendor
    ///
    /// This writes its document, a crate whose provider supports no operation yet, and its lines in the facade and the
    /// pages. After a failure all files are unchanged.
    NewVendor(new_vendor_command::Arguments),
    /// Write the tables of capabilities into the pages
    Capabilities {
        /// Write nothing; print the changes and fail if there are any
        #[arg(long)]
        check: bool,
    },
    /// Compare this library to alternatives and print a table of ratios
    Bench {
        /// Options of the benchmarks, such as `--only counts`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Vary the corpora of the fuzz targets, and print the number of reached edges
    Fuzz {
        /// Only this target
        target: Option<String>,
        /// The number of variations of each folder of seeds
        #[arg(long, default_value_t = 300)]
        rounds: usize,
    },
    /// Call TypeSpec's scenarios through generated clients, and write the score into `tests/spector/SCORE.md`
    Spector {
        /// Do not write the score; fail if it has changed
        #[arg(long)]
        check: bool,
    },
    /// Run the library against simulated vendors over a simulated network, and print the violations of its guarantees
    Simulate {
        /// Options of the simulator, such as `--hours 8`, `--scenario vendors --seed 7` or `--defects`; see `-- --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
}

fn main() -> ExitCode {
    // References can be nested more deeply than the main thread's stack allows.
    let task = std::thread::Builder::new().stack_size(256 << 20).spawn(|| run(Task::parse()));
    match task.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(code))) => code,
        Ok(Ok(Err(error))) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        // The panic has been reported.
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode, Error> {
    Ok(match task {
        Task::Diff { upstream, output } => upstream::diff(&upstream, output)?,
        Task::Sync { upstream } => upstream::sync(&upstream)?,
        Task::NewVendor(arguments) => new_vendor_command::run(&arguments)?,
        Task::Generate { check, vendors } => {
            go_to_repository()?;
            report(check, generate(mode(check), vendors)?, "generate")
        }
        Task::Capabilities { check } => {
            go_to_repository()?;
            report(check, xtask::capabilities(mode(check))?, "capabilities")
        }
        Task::Bench { options } => {
            go_to_repository()?;
            programs::bench(&options)?
        }
        Task::Fuzz { target, rounds } => {
            go_to_repository()?;
            programs::fuzz(target.as_deref(), rounds)?
        }
        Task::Spector { check } => {
            go_to_repository()?;
            programs::spector(check)?
        }
        Task::Simulate { options } => {
            go_to_repository()?;
            programs::simulate(&options)?
        }
    })
}

/// Paths are relative to the repository, so that messages are the same everywhere.
fn go_to_repository() -> io::Result<()> {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

fn mode(check: bool) -> Mode {
    if check { Mode::Check } else { Mode::Write }
}

/// Prints the changes. In a check, changes are a failure.
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

/// Generates some or all vendors. Returns the changes.
fn generate(mode: Mode, mut vendors: Vec<String>) -> Result<Vec<Change>, Error> {
    if vendors.is_empty() {
        vendors = all_vendors()?;
    }
    // Generates all first, so that a problem in one document leaves all files unchanged.
    let mut modules = Vec::new();
    for vendor in &vendors {
        let file = format!("openapi/{vendor}/openapi.json");
        let text = read_document(vendor)?;
        let directory = PathBuf::from(format!("crates/{vendor}/src/generated"));
        let client =
            api_keys_codegen::generate(Source { file: &file, text: &text }, &xtask::options(vendor))?;
        modules.push((directory, client.files));
    }
    let mut changes = Vec::new();
    for (directory, files) in modules {
        changes.extend(ensure(&directory, &files, mode)?);
    }
    Ok(changes)
}

/// Returns the text of our document of a vendor.
fn read_document(vendor: &str) -> io::Result<String> {
    let file = format!("openapi/{vendor}/openapi.json");
    fs::read_to_string(&file).map_err(|error| {
        let known = all_vendors().unwrap_or_default().join(", ");
        io::Error::new(error.kind(), format!("{file}: {error}; there are documents for {known}"))
    })
}

fn all_vendors() -> io::Result<Vec<String>> {
    let mut vendors = Vec::new();
    for entry in fs::read_dir("openapi")? {
        let path = entry?.path();
        if path.join("openapi.json").is_file() {
            vendors.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    vendors.sort();
    Ok(vendors)
}
