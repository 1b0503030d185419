//! Files that are replaced as a whole.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::crash;
use crate::secret::new_file::NewFile;

/// Reads a file, or returns `None` if it does not exist.
pub(crate) fn read_optional(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the content of a file, or creates it with its directory. Only its owner can read it. A crash leaves either the
/// old or the new content, and possibly a temporary file. A symbolic link is followed.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = target(path)?;
    if target.exists() && !target.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    create_directory(directory(&target))?;
    remove_temporary(&target)?;
    let temporary = temporary(&target);
    NewFile::create(&temporary)?.fill(text)?;
    crash::point("not renamed");
    fs::rename(&temporary, &target)?;
    sync_directory(directory(&target));
    Ok(())
}

/// Removes the temporary file that an interrupted [`replace`] has left behind.
pub(crate) fn remove_temporary(path: &Path) -> io::Result<()> {
    remove_optional(&temporary(&target(path)?))
}

/// Removes a file that may not exist.
pub(crate) fn remove_optional(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns the path without symbolic links, if the file exists.
fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.to_owned()),
        target => target,
    }
}

fn temporary(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    directory(target).join(format!(".{name}.api-keys"))
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Syncs a directory to disk, where the file system can.
pub(crate) fn sync_directory(path: &Path) {
    if cfg!(unix) {
        let _ = fs::File::open(path).and_then(|directory| directory.sync_all());
    }
}

/// Creates a directory and those above it, which only their owner can read.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}
