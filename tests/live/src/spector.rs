//! The scenarios of TypeSpec's Spector: their OpenAPI documents and their mock server.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::{Installation, run};
use crate::process::Process;

const FILES: [&str; 4] = ["package.json", "package-lock.json", "emit.mjs", "serve.mjs"];

/// Installed packages with the emitted documents.
#[derive(Debug)]
pub struct Packages {
    directory: PathBuf,
}

impl Packages {
    /// Installs the packages below `target/live` and emits the documents, or reuses them.
    ///
    /// # Errors
    /// Returns an error if a program is missing or fails.
    pub fn install() -> io::Result<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../servers/spector");
        let files = FILES.map(|file| fs::read(source.join(file)));
        let files = files.into_iter().collect::<io::Result<Vec<_>>>()?;
        let directory = Installation::of("spector", &files)?.get(|directory| {
            for (file, content) in FILES.iter().zip(&files) {
                fs::write(directory.join(file), content)?;
            }
            let quietly =
                ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
            run(Command::new("npm").arg("ci").args(quietly).current_dir(directory))?;
            run(node(directory).args(["emit.mjs", "documents"]))
        })?;
        Ok(Self { directory })
    }

    /// Returns the directory of the documents.
    pub fn documents(&self) -> PathBuf {
        self.directory.join("documents")
    }

    /// Returns the directory of the files that scenarios send and return.
    pub fn assets(&self) -> PathBuf {
        self.directory.join("node_modules/@typespec/http-specs/assets")
    }

    /// Starts the mock server, which writes the results of the scenarios to a file when it stops.
    ///
    /// # Errors
    /// Returns an error if the server cannot be started.
    pub fn serve(&self, coverage: &Path) -> io::Result<Process> {
        Process::start(node(&self.directory).arg("serve.mjs").arg(coverage))
    }
}

/// Returns a command for Node.js from the packages, or for the installed Node.js on other platforms.
fn node(directory: &Path) -> Command {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package = format!("node_modules/node-{}-{arch}/bin/node", std::env::consts::OS);
    let packaged = directory.join(package);
    let mut command = Command::new(if packaged.exists() { packaged } else { "node".into() });
    command.current_dir(directory);
    command
}
