//! A package that cargo builds in a directory of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// A package with a single source file. Its directory is removed when the value is dropped.
pub(super) struct Package {
    name: String,
    directory: PathBuf,
}

impl Package {
    pub(super) fn new(name: String, dependency: &str, source: &str, repository: &Path) -> Self {
        let directory = repository.join("target/footprint").join(&name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(directory.join("src")).expect("a writable directory");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [profile.release]\nstrip = true\n\n[dependencies]\n{dependency}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
        );
        fs::write(directory.join("Cargo.toml"), manifest).expect("a writable manifest");
        fs::write(directory.join("src/main.rs"), source).expect("a writable source file");
        // The versions that this repository is tested with.
        fs::copy(repository.join("Cargo.lock"), directory.join("Cargo.lock")).expect("a lock file");
        Self { name, directory }
    }

    /// Returns the names and versions of all dependencies.
    pub(super) fn crates(&self) -> BTreeSet<String> {
        let tree = self.cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
        tree.lines()
            .map(|line| line.split(" (").next().unwrap_or(line).to_owned())
            .filter(|line| !line.is_empty() && !line.starts_with(&self.name))
            .collect()
    }

    /// Builds the package and all dependencies from scratch. Returns the elapsed seconds.
    pub(super) fn build(&self) -> f64 {
        self.cargo(&["fetch"]);
        self.cargo(&["clean"]);
        self.timed(&["build", "--release"])
    }

    /// Recompiles some dependencies and nothing else. Returns the elapsed seconds.
    pub(super) fn rebuild(&self, crates: &[&str]) -> f64 {
        let packages: Vec<_> = crates.iter().flat_map(|name| ["--package", name]).collect();
        self.cargo(&[&["clean", "--release"], &*packages].concat());
        self.timed(&[&["build", "--release"], &*packages].concat())
    }

    /// Returns the size of the program in bytes.
    pub(super) fn size(&self) -> u64 {
        let program = self.directory.join("target/release").join(&self.name);
        fs::metadata(program).expect("the program has been built").len()
    }

    fn timed(&self, arguments: &[&str]) -> f64 {
        let start = Instant::now();
        self.cargo(arguments);
        start.elapsed().as_secs_f64()
    }

    fn cargo(&self, arguments: &[&str]) -> String {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .current_dir(&self.directory)
            .env("CARGO_TARGET_DIR", self.directory.join("target"))
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}
