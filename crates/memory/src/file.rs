//! The file that keeps the keys.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use api_keys_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::VENDOR;
use crate::record::Record;

const VERSION: u32 = 1;

/// What is in the file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Document {
    version: u32,
    /// The number of the next new key. Numbers are not used twice, even after the last key is deleted, so that
    /// a cursor never skips a key.
    pub(crate) next: u64,
    /// In the order of creation.
    pub(crate) keys: BTreeMap<u64, Record>,
}

impl Default for Document {
    fn default() -> Self {
        Self { version: VERSION, next: 0, keys: BTreeMap::new() }
    }
}

impl Document {
    /// Drops secrets that were retained once and shall be no longer.
    pub(crate) fn forget_secrets(&mut self) {
        self.keys.values_mut().for_each(|record| record.secret = None);
    }
}

/// A place in the file system. `path` is absolute and no symbolic link, so that replacing the file hits what was
/// read, wherever the process goes meanwhile.
pub(crate) struct KeyFile {
    path: PathBuf,
    folder: PathBuf,
}

impl KeyFile {
    /// Reads the file; one that does not exist has no keys.
    pub(crate) fn open(path: PathBuf) -> Result<(Self, Document)> {
        let unusable = |error: io::Error| {
            let message = format!("the key file {} cannot be used", path.display());
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
                // Better now than when a key is to be kept.
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

    /// Replaces the file. An error means that the old one is still there.
    pub(crate) fn save(&self, document: &Document) -> io::Result<()> {
        // Mode 0600 from the first byte on; removed when anything below fails.
        let temporary = tempfile::Builder::new().prefix(".api-keys-").tempfile_in(&self.folder)?;
        let mut writer = BufWriter::new(temporary.as_file());
        serde_json::to_writer_pretty(&mut writer, document)?;
        writer.flush()?;
        drop(writer);
        temporary.as_file().sync_all()?;
        temporary.persist(&self.path)?;
        // The new name must outlive a power failure too. The change is made by now, so it cannot fail any more;
        // some file systems do not let folders be synced.
        if cfg!(unix) {
            let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

fn parse(path: &Path, text: &[u8]) -> Result<Document> {
    let refuse = |what: String| Err(Error::configuration(VENDOR, format!("{}: {what}", path.display())));
    match serde_json::from_slice::<Document>(text) {
        Ok(document) if document.version == VERSION => Ok(document),
        Ok(document) => refuse(format!("a key file of version {}, not {VERSION}", document.version)),
        // The cause is left out: it would quote the value, which may be a secret.
        Err(error) => refuse(format!("not a key file, at line {} column {}", error.line(), error.column())),
    }
}
