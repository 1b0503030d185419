//! Installed packages, kept below `target/live`.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// A directory with contents that are derived from inputs.
#[derive(Debug)]
pub(crate) struct Installation {
    directory: PathBuf,
}

impl Installation {
    /// Returns the directory for a name and inputs.
    ///
    /// # Errors
    /// Returns an error if the running program is not in a target directory.
    pub(crate) fn of(name: &str, inputs: impl Hash) -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        inputs.hash(&mut hasher);
        // A test is `target/<profile>/deps/<test>`, and a program is `target/<profile>/<program>`.
        let program = env::current_exe()?;
        let mut directories = program.ancestors().skip(1).skip_while(|directory| directory.ends_with("deps"));
        let target = directories.nth(1).ok_or_else(|| io::Error::other("no target directory"))?;
        Ok(Self { directory: target.join("live").join(format!("{name}-{:016x}", hasher.finish())) })
    }

    /// Returns whether it exists.
    pub(crate) fn exists(&self) -> bool {
        self.directory.exists()
    }

    /// Returns the path. Unless the directory exists, it is created and filled by `make`.
    ///
    /// # Errors
    /// Returns an error if it cannot be created.
    pub(crate) fn get(self, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
        // Serializes tests of this process. Concurrent processes are handled by the rename below.
        static INSTALLING: Mutex<()> = Mutex::new(());
        let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        if self.exists() {
            return Ok(self.directory);
        }
        let mut fresh = self.directory.clone().into_os_string();
        fresh.push(format!(".{}.part", process::id()));
        let fresh = PathBuf::from(fresh);
        fs::create_dir_all(&fresh)?;
        make(&fresh)?;
        match fs::rename(&fresh, &self.directory) {
            Err(_) if self.exists() => fs::remove_dir_all(&fresh)?,
            renamed => renamed?,
        }
        Ok(self.directory)
    }
}

/// Runs a program and discards its output.
///
/// # Errors
/// Returns an error with the output if the program fails.
pub(crate) fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(io::Error::other(format!("`{command:?}` failed: {stdout}{stderr}")))
}
