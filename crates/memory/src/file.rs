//! The key file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use api_keys_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::error::VENDOR;
use crate::record::Record;

const VERSION: u32 = 1;

/// The contents of the file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Document {
    version: u32,
    /// The number of the next new key. Numbers are not reused, so a cursor never skips a key.
    pub(crate) next: u64,
    /// The keys in the order of creation.
    pub(crate) keys: BTreeMap<u64, Record>,
}

impl Default for Document {
    fn default() -> Self {
        Self { version: VERSION, next: 0, keys: BTreeMap::new() }
    }
}

impl Document {
    /// Removes stored secrets.
    pub(crate) fn remove_secrets(&mut self) {
        self.keys.values_mut().for_each(|record| record.secret = None);
    }
}

/// A file. `path` is absolute and not a symbolic link, so that a change of the working directory or replacing the file
/// does not change the target.
pub(crate) struct KeyFile {
    path: PathBuf,
    folder: PathBuf,
}

impl KeyFile {
    /// Reads the file. A file that does not exist contains no keys.
    pub(crate) fn open(path: PathBuf) -> Result<(Self, Document)> {
        let unusable = |error: io::Error| {
            let message = format!("failed to open the key file {}", path.display());
            Error::configuration(VENDOR, message).with_source(error)
        };
        match fs::canonicalize(&path) {
            Ok(path) => {
                let text = fs::read(&path).map_err(unusable)?;
                let document = parse(&path, &text)?;
                Ok((Self::at(path).map_err(unusable)?, document))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = std::path::absolute(&path).and_then(Self::at).map_err(unusable)?;
                // Fails early if the folder does not exist.
                fs::read_dir(&file.folder).map_err(unusable)?;
                Ok((file, Document::default()))
            }
            Err(error) => Err(unusable(error)),
        }
    }

    fn at(path: PathBuf) -> io::Result<Self> {
        match path.parent() {
            Some(folder) => Ok(Self { folder: folder.to_owned(), path }),
            None => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the file. On an error the previous file is unchanged.
    pub(crate) fn save(&self, document: &Document) -> io::Result<()> {
        // Created with mode 0600, and removed on failure.
        let temporary = tempfile::Builder::new().prefix(".api-keys-").tempfile_in(&self.folder)?;
        let mut writer = BufWriter::new(temporary.as_file());
        serde_json::to_writer_pretty(&mut writer, document)?;
        writer.flush()?;
        drop(writer);
        temporary.as_file().sync_all()?;
        temporary.persist(&self.path)?;
        // Makes the rename durable. The change is applied, so an error is ignored: some file systems cannot sync
        // folders.
        if cfg!(unix) {
            let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

fn parse(path: &Path, text: &[u8]) -> Result<Document> {
    let invalid = |what: String| Err(Error::configuration(VENDOR, format!("{}: {what}", path.display())));
    match serde_json::from_slice::<Document>(text) {
        Ok(document) if document.version == VERSION => Ok(document),
        Ok(document) => invalid(format!("unsupported version {}", document.version)),
        // The source is omitted: it quotes the value, which may be a secret.
        Err(error) => invalid(format!("invalid key file at line {} column {}", error.line(), error.column())),
    }
}
