//! A file that did not exist before, readable by its owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A new file, empty until it is filled.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: File,
}

impl NewFile {
    /// Makes the file; fails if there is one.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        Ok(Self { file: options.open(path)?, path: path.to_owned() })
    }

    /// Writes the text so that it outlives a power failure. If that fails, the file is removed.
    pub(crate) fn fill(mut self, text: &str) -> io::Result<PathBuf> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        match written {
            Ok(()) => {
                // The name too. Some file systems do not let directories be synced.
                if let Some(directory) = self.path.parent().filter(|_| cfg!(unix)) {
                    let _ = File::open(directory).and_then(|directory| directory.sync_all());
                }
                Ok(self.path)
            }
            Err(error) => {
                self.remove();
                Err(error)
            }
        }
    }

    /// Removes the file.
    pub(crate) fn remove(self) {
        // It holds nothing of worth, so that it stays is no more than untidy.
        let _ = fs::remove_file(&self.path);
    }
}
