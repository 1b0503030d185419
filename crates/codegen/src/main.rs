//! The command `api-keys-codegen`.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use api_keys_codegen::{Config, Error, Generated, Impact, Inputs, Report, Topic};
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
    Generate(Generation),
    /// Report what a generation would lose, and whether the crate is up to date. Nothing is written.
    #[command(after_help = "\
Exit status:
  0  there are no losses, and the crate is up to date
  1  failure
  2  invalid arguments
  3  there are losses
  6  the crate is out of date")]
    Check(Generation),
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

/// Options override those of the configuration; lists are added to it.
#[derive(Debug, clap::Args)]
struct Generation {
    /// Configuration in TOML, with the options below as keys.
    #[arg(long, value_name = "FILE", required_unless_present = "input")]
    config: Option<PathBuf>,
    /// OpenAPI 3 or Swagger 2.0 document in JSON or YAML, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Directory of the crate: new, empty, or written by this command before.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Name of the crate.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// OpenAPI Overlay to apply to the document; repeatable.
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Select operations with this tag; repeatable.
    #[arg(long)]
    tag: Vec<String>,
    /// Select operations whose path starts with this prefix; repeatable.
    #[arg(long, value_name = "PREFIX")]
    path: Vec<String>,
    /// Name of an operation, a parameter, a property or a schema; repeatable.
    #[arg(long, value_name = "POINTER=NAME", value_parser = name)]
    name: Vec<(String, String)>,
    /// Skip operations that cannot be generated instead of failing.
    #[arg(long)]
    skip_unsupported: bool,
    /// Make all types implement `Serialize` and `Deserialize`, and give them constructors.
    #[arg(long)]
    full_types: bool,
    /// Exit with 0 even if there are losses.
    #[arg(long)]
    allow_loss: bool,
    /// Omit the notes about a topic; repeatable.
    #[arg(long, value_name = "TOPIC")]
    silence: Vec<Topic>,
    /// Print every note instead of the first ones of each kind.
    #[arg(long)]
    all_notes: bool,
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

/// The exit status with losses.
const LOSS: u8 = 3;
/// The exit statuses of `diff` with differences.
const COMPATIBLE: u8 = 4;
const BREAKING: u8 = 5;
/// The exit status of `check` if the crate is out of date.
const OUT_OF_DATE: u8 = 6;

fn main() -> ExitCode {
    // Nested schemas need more stack than the main thread has.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(|| match Command::parse() {
        Command::Generate(arguments) => generate(&arguments),
        Command::Check(arguments) => check(&arguments),
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

impl Generation {
    fn config(&self) -> Result<Config, Error> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        if let Some(input) = &self.input {
            config.input.clone_from(input);
        }
        if let Some(output) = &self.output {
            config.output.clone_from(output);
        }
        if let Some(package) = &self.package {
            config.package.clone_from(package);
        }
        config.overlays.extend(self.overlay.iter().cloned());
        config.tags.extend(self.tag.iter().cloned());
        config.paths.extend(self.path.iter().cloned());
        config.names.extend(self.name.iter().cloned());
        config.silence.extend(&self.silence);
        config.skip_unsupported |= self.skip_unsupported;
        config.full_types |= self.full_types;
        config.allow_loss |= self.allow_loss;
        Ok(config)
    }

    /// Generates the client and prints its report. Problems are printed with excerpts.
    fn run(&self, config: &Config) -> Result<Option<Generated>, Error> {
        let inputs = config.inputs()?;
        match config.generate(&inputs) {
            Ok(client) => {
                self.print(&client.report, &inputs);
                Ok(Some(client))
            }
            Err(Error::Document(problems)) => {
                eprint!("{}", problems.with_excerpts(&inputs.sources()));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Prints the notes by what the generator did, followed by the losses.
    fn print(&self, report: &Report, inputs: &Inputs) {
        const SHOWN: usize = 3;
        let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for note in &report.notes {
            kinds.entry((note.topic, &note.help)).or_default().push(note);
        }
        for ((topic, instead), notes) in kinds {
            eprintln!("note: {topic}: {instead}");
            let shown = if self.all_notes { notes.len() } else { SHOWN };
            for note in notes.iter().take(shown) {
                eprintln!("  {}#{}: {}", note.file, note.pointer, note.message);
            }
            match notes.len().saturating_sub(shown) {
                0 => {}
                more => {
                    eprintln!("  and {more} more; `--all-notes` prints them, `--silence {topic}` omits all")
                }
            }
        }
        eprint!("{}", report.losses_with_excerpts(&inputs.sources()));
    }
}

fn generate(arguments: &Generation) -> Result<ExitCode, Error> {
    let config = arguments.config()?;
    let Some(client) = arguments.run(&config)? else { return Ok(ExitCode::FAILURE) };
    config.write(&client)?;
    Ok(summary(&config, &client))
}

fn check(arguments: &Generation) -> Result<ExitCode, Error> {
    let config = arguments.config()?;
    let Some(client) = arguments.run(&config)? else { return Ok(ExitCode::FAILURE) };
    if !config.output.as_os_str().is_empty() {
        let changes = config.check(&client)?;
        for change in &changes {
            print!("{}", change.diff);
        }
        if !changes.is_empty() {
            eprintln!("help: run `api-keys-codegen generate` with these arguments");
            return Ok(ExitCode::from(OUT_OF_DATE));
        }
    }
    Ok(summary(&config, &client))
}

/// Prints the numbers of losses and notes, and returns the exit status.
fn summary(config: &Config, client: &Generated) -> ExitCode {
    let Report { losses, notes, .. } = &client.report;
    println!("{}: {} losses, {} notes", config.input.display(), losses.len(), notes.len());
    if losses.is_empty() || config.allow_loss {
        return ExitCode::SUCCESS;
    }
    eprintln!("help: correct the document with an overlay, or accept the losses with --allow-loss");
    ExitCode::from(LOSS)
}

fn diff(arguments: &Diff) -> Result<ExitCode, Error> {
    let old = Inputs::read(&arguments.old, &[])?;
    let new = Inputs::read(&arguments.new, &arguments.overlay)?;
    let comparison = api_keys_codegen::diff(old.document(), new.document(), &new.overlays())?;
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

fn name(argument: &str) -> Result<(String, String), String> {
    let (pointer, name) = argument.split_once('=').ok_or("use `POINTER=NAME`")?;
    Ok((pointer.to_owned(), name.to_owned()))
}
