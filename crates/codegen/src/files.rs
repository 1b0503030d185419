//! Generated files: writing and checking them.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// The treatment of files that are out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write them.
    Write,
    /// Only report them.
    Check,
}

/// A file that is, or was, out of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path.
    pub path: String,
    /// The difference as a unified diff.
    pub diff: String,
}

/// Writes files to a directory and removes all other files there, or reports the differences. Each file has a path below
/// the directory, separated by `/`.
///
/// # Errors
/// Returns an error if a file cannot be read, written or removed.
pub fn ensure<P: AsRef<str>>(directory: &Path, files: &[(P, String)], mode: Mode) -> io::Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut paths = HashSet::new();
    for (path, text) in files {
        let path = directory.join(path.as_ref());
        changes.extend(ensure_file(&path, text, mode)?);
        paths.insert(path);
    }
    for path in listed(directory)?.into_iter().filter(|path| !paths.contains(path)) {
        changes.push(change(&path, &read(&path)?.unwrap_or_default(), ""));
        if mode == Mode::Write {
            fs::remove_file(&path)?;
            remove_empty(path.parent(), directory);
        }
    }
    Ok(changes)
}

/// Removes a directory and those around it that are empty, up to another one.
fn remove_empty(mut directory: Option<&Path>, end: &Path) {
    while let Some(empty) = directory.filter(|directory| *directory != end) {
        if fs::remove_dir(empty).is_err() {
            return;
        }
        directory = empty.parent();
    }
}

/// Writes a file, or reports the difference.
///
/// # Errors
/// Returns an error if the file cannot be read or written.
pub fn ensure_file(path: &Path, text: &str, mode: Mode) -> io::Result<Option<Change>> {
    let current = read(path)?;
    if current.as_deref() == Some(text) {
        return Ok(None);
    }
    if mode == Mode::Write {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(path, text)?;
    }
    Ok(Some(change(path, &current.unwrap_or_default(), text)))
}

/// Returns the text of a file with `\n` line endings, or `None` if the file does not exist.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.replace("\r\n", "\n"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the files in a directory and those below it, sorted; none if it does not exist.
pub(crate) fn listed(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            paths.extend(listed(&path)?);
        } else if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn change(path: &Path, current: &str, wanted: &str) -> Change {
    let path = path.display().to_string();
    let diff = TextDiff::from_lines(current, wanted);
    let diff =
        diff.unified_diff().context_radius(3).header(&path, &format!("{path} (generated)")).to_string();
    Change { path, diff }
}
