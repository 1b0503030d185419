//! A program that is built from nothing, by cargo, in a directory of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// A package of one file.
pub(super) struct Program {
    name: &'static str,
    directory: PathBuf,
}

/// What a build took, in seconds.
pub(super) struct Cost {
    pub(super) elapsed: f64,
    /// Of all processors together, which does not depend on what else the machine does. Zero where that is not known.
    pub(super) processor: f64,
}

impl Program {
    pub(super) fn new(
        name: &'static str,
        directory: PathBuf,
        dependency: &str,
        source: &str,
        repository: &Path,
    ) -> Self {
        let program = Self { name, directory };
        program.remove();
        let source_directory = program.directory.join("src");
        fs::create_dir_all(&source_directory).expect("a directory");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [profile.release]\nstrip = true\n\n[dependencies]\n{dependency}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
        );
        fs::write(program.directory.join("Cargo.toml"), manifest).expect("a manifest");
        fs::write(source_directory.join("main.rs"), source).expect("a program");
        // The versions that this repository is tested with.
        fs::copy(repository.join("Cargo.lock"), program.directory.join("Cargo.lock")).expect("a lock file");
        program
    }

    /// The crates that it is made of, beside itself, with their versions.
    pub(super) fn crates(&self) -> BTreeSet<String> {
        let tree = self.cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
        tree.lines()
            .map(|line| line.split(" (").next().unwrap_or(line).to_owned())
            .filter(|line| !line.is_empty() && !line.starts_with(self.name))
            .collect()
    }

    /// Builds all of it.
    pub(super) fn build(&self) -> Cost {
        self.cargo(&["fetch"]);
        self.cargo(&["clean"]);
        self.built(&["build", "--release"])
    }

    /// Compiles these crates again, with all they depend on in place.
    pub(super) fn rebuild(&self, crates: &[&str]) -> Cost {
        let packages: Vec<_> = crates.iter().flat_map(|name| ["--package", name]).collect();
        self.cargo(&[&["clean", "--release"], &*packages].concat());
        self.built(&[&["build", "--release"], &*packages].concat())
    }

    /// The program's size in bytes.
    pub(super) fn size(&self) -> u64 {
        let program = self.directory.join("target/release").join(self.name);
        fs::metadata(program).expect("a program that was built").len()
    }

    pub(super) fn remove(&self) {
        if self.directory.exists() {
            fs::remove_dir_all(&self.directory).expect("a directory of this program's own");
        }
    }

    fn built(&self, arguments: &[&str]) -> Cost {
        let (start, before) = (Instant::now(), processor_seconds());
        self.cargo(arguments);
        let processor = processor_seconds().zip(before).map_or(0.0, |(after, before)| after - before);
        Cost { elapsed: start.elapsed().as_secs_f64(), processor }
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

/// The processor time of all processes that this one started and that have ended, where Linux tells it.
fn processor_seconds() -> Option<f64> {
    // Hundredths of a second on every platform that Linux runs on.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets; the children's times are the 16th and 17th.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(13).map(|field| field.parse::<f64>().ok());
    Some((times.next()?? + times.next()??) / TICKS)
}
