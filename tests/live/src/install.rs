//! Installed packages, kept below `target/live`.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// A directory that holds what has been made of some inputs, or will.
#[derive(Debug)]
pub(crate) struct Installation {
    directory: PathBuf,
}

impl Installation {
    /// The one of this name and these inputs.
    ///
    /// # Errors
    /// When the running program is not in a target directory.
    pub(crate) fn of(name: &str, inputs: impl Hash) -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        inputs.hash(&mut hasher);
        // A test is `target/<profile>/deps/<test>`.
        let test = env::current_exe()?;
        let target =
            test.ancestors().nth(3).ok_or_else(|| io::Error::other("there is no target directory"))?;
        Ok(Self { directory: target.join("live").join(format!("{name}-{:016x}", hasher.finish())) })
    }

    /// Returns whether it exists.
    pub(crate) fn exists(&self) -> bool {
        self.directory.exists()
    }

    /// The directory; `make` fills a fresh one, unless it is there already.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn get(self, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
        // Tests of one process take turns; those of different processes are sorted out by the rename below.
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
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(io::Error::other(format!("`{command:?}` failed: {said}{complained}")))
}
