//! The command `api-keys-codegen`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api_keys_codegen::{Error, Impact, Options, Selection, Source};
use clap::Parser;

/// Generate typed Rust clients from OpenAPI documents.
#[derive(Debug, Parser)]
#[command(name = "api-keys-codegen", version)]
enum Command {
    /// Write a crate with a client of an API.
    #[command(after_help = "\
Exit status:
  0  the crate was written
  1  failure; nothing was written
  2  invalid arguments
  3  the crate was written, with losses")]
    Generate(Generate),
    /// Compare two versions of a document by their effect on callers.
    #[command(after_help = "\
Exit status:
  0  no difference
  1  failure
  2  invalid arguments
  4  differences, none of which breaks callers
  5  differences that break callers")]
    Diff(Diff),
}

#[derive(Debug, clap::Args)]
struct Generate {
    /// OpenAPI 3.0 or 3.1 document in JSON or YAML, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Directory of the crate: new, empty, or written by this command before.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Name of the crate.
    #[arg(long, value_name = "NAME")]
    package: String,
    /// Select operations with this tag; repeatable.
    #[arg(long)]
    tag: Vec<String>,
    /// Select operations whose path starts with this prefix; repeatable.
    #[arg(long, value_name = "PREFIX")]
    path: Vec<String>,
    /// Skip operations that cannot be generated instead of failing.
    #[arg(long)]
    skip_unsupported: bool,
    /// Exit with 0 even if there are losses.
    #[arg(long)]
    allow_loss: bool,
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// The document that the client was generated from.
    old: PathBuf,
    /// The document to compare with, or `-` for standard input.
    new: PathBuf,
    /// OpenAPI Overlay to apply to the new document; repeatable.
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Output format.
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// Text.
    Text,
    /// One JSON object.
    Json,
}

/// The exit status of `generate` with losses.
const LOSS: u8 = 3;
/// The exit statuses of `diff` with differences.
const COMPATIBLE: u8 = 4;
const BREAKING: u8 = 5;

fn main() -> ExitCode {
    // Nested schemas need more stack than the main thread has.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(|| match Command::parse() {
        Command::Generate(arguments) => generate(&arguments),
        Command::Diff(arguments) => diff(&arguments),
    });
    let result = match worker {
        // The panic has printed its message.
        Ok(worker) => worker.join().unwrap_or(Ok(ExitCode::FAILURE)),
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn generate(arguments: &Generate) -> Result<ExitCode, Error> {
    let document = read(&arguments.input)?;
    let selection = Selection { tags: arguments.tag.clone(), paths: arguments.path.clone() };
    let options = Options::new()
        .selection(selection)
        .skip_unsupported(arguments.skip_unsupported)
        .package(&arguments.package);
    let client = api_keys_codegen::generate(source(&document), &options)?;
    api_keys_codegen::write_crate(&arguments.output, &arguments.package, &client.files)?;
    let report = &client.report;
    eprint!("{report}");
    println!("{}: {} losses, {} notes", arguments.output.display(), report.losses.len(), report.notes.len());
    if report.losses.is_empty() || arguments.allow_loss {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("help: correct the document, or pass --allow-loss");
    Ok(ExitCode::from(LOSS))
}

fn diff(arguments: &Diff) -> Result<ExitCode, Error> {
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let overlays = arguments.overlay.iter().map(|path| read(path)).collect::<io::Result<Vec<_>>>()?;
    let overlays: Vec<_> = overlays.iter().map(source).collect();
    let comparison = api_keys_codegen::diff(source(&old), source(&new), &overlays)?;
    match arguments.output {
        Output::Text => print!("{comparison}"),
        Output::Json => println!("{}", serde_json::to_string_pretty(&comparison).map_err(io::Error::from)?),
    }
    Ok(match comparison.impact() {
        None => ExitCode::SUCCESS,
        Some(Impact::Compatible) => ExitCode::from(COMPATIBLE),
        Some(Impact::Breaking) => ExitCode::from(BREAKING),
    })
}

/// The name and the text of a file, or of standard input.
fn read(path: &Path) -> io::Result<(String, String)> {
    let file = path.display().to_string();
    let text = if file == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    let text = text.map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
    Ok((file, text))
}

fn source((file, text): &(String, String)) -> Source<'_> {
    Source { file, text }
}
