//! New files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::file::sync_directory;

/// A new, empty file.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: File,
}

impl NewFile {
    /// Creates the file. Fails if it exists.
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

    /// Opens a file that an interrupted command has left behind. Fails if others can read it.
    pub(crate) fn reopen(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(path)?;
        let metadata = file.metadata()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            if metadata.permissions().mode() & 0o077 != 0 {
                return Err(io::Error::other("the file is accessible by others"));
            }
        }
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        file.set_len(0)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Writes the text and syncs it to disk. Removes the file if this fails.
    pub(crate) fn fill(mut self, text: &str) -> io::Result<PathBuf> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        match written {
            Ok(()) => {
                self.path.parent().into_iter().for_each(sync_directory);
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
        // Best effort: the error that led here is reported.
        let _ = fs::remove_file(&self.path);
    }
}
