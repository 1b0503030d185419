//! Records of deliveries that have started, as empty files. They contain no secret.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use super::file_name;
use crate::config::state_file;
use crate::file::{remove_optional, sync_directory};

/// Records that the secret of a key is about to be written to a destination.
pub(crate) fn start(provider: &str, id: &str) -> io::Result<()> {
    let path = path(provider, id)?;
    File::create(&path)?;
    path.parent().into_iter().for_each(sync_directory);
    Ok(())
}

/// Returns whether a delivery was recorded, or may have been.
pub(crate) fn may_have_started(provider: &str, id: &str) -> bool {
    path(provider, id).and_then(|path| path.try_exists()).unwrap_or(true)
}

/// Removes the record.
pub(crate) fn end(provider: &str, id: &str) -> io::Result<()> {
    remove_optional(&path(provider, id)?)
}

/// Returns the path of a record. Two keys may share one: a delivery that did not start only delays a revocation.
fn path(provider: &str, id: &str) -> io::Result<PathBuf> {
    state_file(&format!("delivering/{}", file_name(provider, id)))
}
