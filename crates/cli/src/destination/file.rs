//! Files.

use std::fs;
use std::io;
use std::path::PathBuf;

use api_keys::SecretKey;
use async_trait::async_trait;

use super::{Store, Stored};
use crate::file::{read_optional, replace};
use crate::secret::Subject;

/// A file with one line.
pub(super) struct File {
    pub(super) path: PathBuf,
}

#[async_trait]
impl Store for File {
    async fn read(&self, _: &Subject<'_>) -> io::Result<Stored> {
        // Permissions that are too open are repaired by writing it again.
        let Some(text) = read_optional(&self.path)?.filter(|_| is_private(&self.path)) else {
            return Ok(Stored::Nothing);
        };
        Ok(Stored::Secret(SecretKey::new(text.strip_suffix('\n').unwrap_or(&text))))
    }

    async fn write(&self, _: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        replace(&self.path, &format!("{}\n", secret.expose()))
    }
}

#[cfg(unix)]
fn is_private(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(path: &std::path::Path) -> bool {
    fs::metadata(path).is_ok()
}
