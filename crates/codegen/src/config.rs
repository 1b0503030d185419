//! Configuration of a generation.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::files::{Change, Mode, ensure};
use crate::generate::{Generated, Options, generate};
use crate::lower::snake_name;
use crate::package::{RUNTIME, check_crate, write_crate};
use crate::pagination::Pagination;
use crate::problem::Topic;
use crate::selection::Selection;
use crate::source::Source;

/// The document of a client, and how and where it is generated. Read from a file in TOML, or built in code.
///
/// # Examples
///
/// ```
/// use api_keys_codegen::Config;
///
/// let directory = tempfile::tempdir()?;
/// let path = directory.path().join("petstore.toml");
/// std::fs::write(&path, r#"
/// input = "petstore.yaml"
/// output = "../petstore"
/// package = "petstore"
/// overlays = ["corrections.yaml"]
/// tags = ["pets"]
/// silence = ["constraints", "names"]
///
/// [names]
/// "/paths/~1pets/get" = "all_pets"
/// "/components/schemas/PetV2Dto" = "Pet"
///
/// [pagination.listPets]
/// next.cursor = { parameter = "after", field = "/next_cursor" }
/// "#)?;
/// let config = Config::read(&path)?;
/// assert_eq!(config.input, directory.path().join("petstore.yaml"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// The OpenAPI document in JSON or YAML; `-` is standard input.
    pub input: PathBuf,
    /// The directory of the crate.
    pub output: PathBuf,
    /// The name of the crate.
    pub package: String,
    /// OpenAPI Overlays, which are applied to the document in this order.
    pub overlays: Vec<PathBuf>,
    /// Selects operations with any of these tags.
    pub tags: Vec<String>,
    /// Selects operations whose paths start with any of these prefixes.
    pub paths: Vec<String>,
    /// Names in the generated code by JSON pointers; see [`Options::names`].
    pub names: BTreeMap<String, String>,
    /// Pagination of operations by their ids or JSON pointers; see [`Options::pagination`].
    pub pagination: BTreeMap<String, Pagination>,
    /// Whether operations that cannot be generated are omitted, instead of failing.
    pub skip_unsupported: bool,
    /// Whether all types implement `Serialize` and `Deserialize` and have constructors; see [`Options::full_types`].
    pub full_types: bool,
    /// Whether losses are accepted.
    pub allow_loss: bool,
    /// The topics whose notes are omitted.
    pub silence: Vec<Topic>,
}

impl Config {
    /// Creates the configuration for a document.
    pub fn new(input: impl Into<PathBuf>) -> Self {
        Self { input: input.into(), ..Self::default() }
    }

    /// Reads a file in TOML. Its paths are relative to its directory.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, is not TOML, or has unknown keys.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| about(path, &error))?;
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
        })?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let paths = [&mut config.input, &mut config.output];
        for path in paths.into_iter().chain(&mut config.overlays) {
            if !path.as_os_str().is_empty() && path.as_os_str() != "-" {
                *path = directory.join(&*path);
            }
        }
        Ok(config)
    }

    /// Reads the document and the overlays.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read.
    pub fn inputs(&self) -> io::Result<Inputs> {
        Inputs::read(&self.input, &self.overlays)
    }

    /// Generates the client. The report contains no notes about silenced topics.
    ///
    /// # Errors
    ///
    /// Returns an error if the document or an overlay has problems.
    pub fn generate(&self, inputs: &Inputs) -> Result<Generated, Error> {
        let selection = Selection { tags: self.tags.clone(), paths: self.paths.clone() };
        let mut options = Options::new()
            .names(self.names.clone())
            .pagination(self.pagination.clone())
            .selection(selection)
            .skip_unsupported(self.skip_unsupported)
            .full_types(self.full_types);
        if !self.package.is_empty() {
            options = options.package(&self.package);
        }
        for overlay in inputs.overlays() {
            options = options.overlay(overlay);
        }
        let Generated { files, report } = generate(inputs.document(), &options)?;
        Ok(Generated { files, report: report.without(&self.silence) })
    }

    /// Writes a generated client as a crate; see [`write_crate`].
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the package is invalid, the directory contains other files, or a file cannot be
    /// written.
    pub fn write(&self, client: &Generated) -> io::Result<()> {
        write_crate(&self.output, &self.package, &client.files)
    }

    /// Returns the files of the crate that differ from a generated client.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read.
    pub fn check(&self, client: &Generated) -> io::Result<Vec<Change>> {
        check_crate(&self.output, &client.files)
    }

    /// Generates a module from a build script: `petstore.rs` in `OUT_DIR` for the document `petstore.yaml`. Losses
    /// fail, unless they are allowed; notes are omitted. The script runs again when the document or an overlay changes.
    /// Returns the path of the module.
    ///
    /// # Errors
    ///
    /// Returns an error if the script is not run by cargo, the document has problems or losses, or a file cannot be
    /// written.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// // build.rs
    /// fn main() -> Result<(), api_keys_codegen::Error> {
    ///     api_keys_codegen::Config::new("petstore.yaml").build()?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// ```ignore
    /// // src/lib.rs
    /// pub mod petstore {
    ///     include!(concat!(env!("OUT_DIR"), "/petstore.rs"));
    /// }
    /// ```
    pub fn build(&self) -> Result<PathBuf, Error> {
        for path in std::iter::once(&self.input).chain(&self.overlays) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        let directory = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("`OUT_DIR` is not set"))?;
        let client = self.generate(&self.inputs()?)?;
        if !self.allow_loss && !client.report.losses.is_empty() {
            return Err(crate::Problems(client.report.losses).into());
        }
        let name = snake_name(&self.input.file_stem().unwrap_or_default().to_string_lossy());
        let directory = Path::new(&directory);
        let module = directory.join(&name);
        ensure(&module, &client.files, Mode::Write)?;
        // Only a module with a path of its own can have inner attributes and modules.
        let root = module.join("mod.rs");
        let root = root.display().to_string();
        let text = format!("#[path = {root:?}]\nmod generated;\npub use generated::*;\n{RUNTIME}");
        let file = directory.join(format!("{name}.rs"));
        fs::write(&file, text)?;
        Ok(file)
    }
}

/// A document and its overlays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    document: (String, String),
    overlays: Vec<(String, String)>,
}

impl Inputs {
    /// Reads a document and its overlays. The path `-` is standard input.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read.
    pub fn read(document: &Path, overlays: &[PathBuf]) -> io::Result<Self> {
        let overlays = overlays.iter().map(|path| read(path)).collect::<io::Result<_>>()?;
        Ok(Self { document: read(document)?, overlays })
    }

    /// Returns the document.
    pub fn document(&self) -> Source<'_> {
        source(&self.document)
    }

    /// Returns the overlays.
    pub fn overlays(&self) -> Vec<Source<'_>> {
        self.overlays.iter().map(source).collect()
    }

    /// Returns the document, followed by the overlays.
    pub fn sources(&self) -> Vec<Source<'_>> {
        std::iter::once(self.document()).chain(self.overlays()).collect()
    }
}

fn source((file, text): &(String, String)) -> Source<'_> {
    Source { file, text }
}

/// Returns the name and the text of a file, or of standard input.
fn read(path: &Path) -> io::Result<(String, String)> {
    let file = path.display().to_string();
    let text = if file == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    Ok((file, text.map_err(|error| about(path, &error))?))
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
