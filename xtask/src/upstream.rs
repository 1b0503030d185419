//! `diff` and `sync`: comparison of our document to the vendor's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api_keys_codegen::{Error, Impact, Source};

/// The exit status for compatible differences only.
const COMPATIBLE: u8 = 4;
/// The exit status for breaking differences.
const BREAKING: u8 = 5;

/// The exit statuses.
pub(crate) const STATUSES: &str = "\
Exit status:
  0  no difference
  1  failure; nothing was compared or changed
  2  wrong arguments
  4  differences (after a sync: left) or overlay actions without use; none breaks callers
  5  differences (after a sync: left) that break callers";

/// A vendor and its document.
#[derive(Debug, clap::Args)]
pub(crate) struct Upstream {
    /// Name of the vendor, a folder in `openapi/`
    vendor: String,
    /// Document of the vendor in JSON or YAML, or `-` for standard input
    #[arg(long, value_name = "FILE")]
    upstream: PathBuf,
    /// Overlay to apply instead of the matching one of `openapi/VENDOR/overlay.json` and
    /// `openapi/VENDOR/overlay@*.json`
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,
}

/// Output format
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Output {
    /// Text
    Text,
    /// JSON
    Json,
}

/// A file and its contents.
struct Text {
    file: String,
    text: String,
}

impl Text {
    fn read(path: &Path) -> Result<Self, Error> {
        let (file, text) = match path.to_str() {
            Some("-") => ("standard input".to_owned(), io::read_to_string(io::stdin())),
            _ => (path.display().to_string(), fs::read_to_string(path)),
        };
        let text = text.map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
        Ok(Self { file, text })
    }

    fn source(&self) -> Source<'_> {
        Source { file: &self.file, text: &self.text }
    }
}

/// The documents and overlays of a task.
struct Texts {
    ours: Text,
    upstream: Text,
    overlays: Vec<Text>,
}

impl Upstream {
    /// Reads the files, the caller's where the caller is and ours in the repository, and goes there.
    fn read(&self) -> Result<Texts, Error> {
        let upstream = Text::read(&self.upstream)?;
        let chosen = self.overlay.as_deref().map(Text::read).transpose()?;
        crate::go_to_repository()?;
        let ours = crate::read_document(&self.vendor)?;
        let overlays = match chosen {
            Some(overlay) => vec![overlay],
            None => self.overlays()?.iter().map(|path| Text::read(path)).collect::<Result<_, _>>()?,
        };
        Ok(Texts {
            ours: Text { file: format!("openapi/{}/openapi.json", self.vendor), text: ours },
            upstream,
            overlays,
        })
    }

    fn overlays(&self) -> io::Result<Vec<PathBuf>> {
        let mut overlays = Vec::new();
        for entry in fs::read_dir(Path::new("openapi").join(&self.vendor))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let rest = name.strip_suffix(".json").and_then(|name| name.strip_prefix("overlay"));
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@')) {
                overlays.push(path);
            }
        }
        overlays.sort();
        Ok(overlays)
    }
}

/// Prints the differences between the vendor's document and ours.
pub(crate) fn diff(arguments: &Upstream, output: Output) -> Result<ExitCode, Error> {
    let texts = arguments.read()?;
    let overlays: Vec<_> = texts.overlays.iter().map(Text::source).collect();
    let comparison = api_keys_codegen::diff(texts.ours.source(), texts.upstream.source(), &overlays)?;
    match output {
        Output::Text => print!("{comparison}"),
        Output::Json => println!("{}", serde_json::to_string_pretty(&comparison).map_err(io::Error::from)?),
    }
    Ok(status(comparison.impact()))
}

/// Applies compatible differences, and prints the applied and the remaining ones.
pub(crate) fn sync(arguments: &Upstream) -> Result<ExitCode, Error> {
    let texts = arguments.read()?;
    let overlays: Vec<_> = texts.overlays.iter().map(Text::source).collect();
    let options = xtask::options(&arguments.vendor);
    let synced = api_keys_codegen::sync(texts.ours.source(), texts.upstream.source(), &overlays, &options)?;
    let changes = synced.write(Path::new("."), &arguments.vendor)?;
    for change in changes {
        println!("{}", change.path);
    }
    print!("{synced}");
    Ok(status(synced.left.impact()))
}

fn status(impact: Option<Impact>) -> ExitCode {
    match impact {
        None => ExitCode::SUCCESS,
        Some(Impact::Compatible) => ExitCode::from(COMPATIBLE),
        Some(Impact::Breaking) => ExitCode::from(BREAKING),
    }
}
