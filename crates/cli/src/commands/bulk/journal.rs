//! A journal of processed keys, with which an interrupted command resumes.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use api_keys::Timestamp;
use serde::{Deserialize, Serialize};

use crate::args::BulkArgs;
use crate::config::state_directory;
use crate::failure::Failure;

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    at: Timestamp,
    provider: String,
    id: String,
    action: String,
    /// `begun` or `done`.
    state: String,
}

/// An append-only file. Each line is synced to disk.
#[derive(Debug)]
pub(super) struct Journal {
    action: &'static str,
    /// The last time of the action, by provider and key.
    done: HashMap<(String, String), Timestamp>,
    file: Mutex<File>,
}

impl Journal {
    /// Reads the journal and opens it for appending.
    pub(super) fn open(args: &BulkArgs, action: &'static str) -> Result<Self, Failure> {
        let path = match &args.journal {
            Some(path) => path.clone(),
            None => default_path().ok_or_else(|| {
                Failure::new("no location for the journal")
                    .detail("neither XDG_STATE_HOME nor HOME is set")
                    .help("pass --journal FILE")
            })?,
        };
        open(&path, action).map_err(|error| {
            Failure::new(format!("failed to open journal {}", path.display()))
                .caused_by(&error)
                .help("pass --journal FILE")
        })
    }

    /// Returns the last time of the action on this key.
    pub(super) fn done(&self, provider: &str, id: &str) -> Option<Timestamp> {
        self.done.get(&(provider.to_owned(), id.to_owned())).copied()
    }

    pub(super) fn note(&self, provider: &str, id: &str, state: &str) -> io::Result<()> {
        let entry = Entry {
            at: Timestamp::now(),
            provider: provider.to_owned(),
            id: id.to_owned(),
            action: self.action.to_owned(),
            state: state.to_owned(),
        };
        let mut line = serde_json::to_string(&entry)?;
        line.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())?;
        file.sync_data()
    }
}

fn default_path() -> Option<PathBuf> {
    Some(state_directory()?.join("journal.jsonl"))
}

fn open(path: &Path, action: &'static str) -> io::Result<Journal> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut done = HashMap::new();
    let mut complete = true;
    for line in BufReader::new(&file).split(b'\n') {
        let line = line?;
        // A crash can leave an incomplete line. Its action is repeated.
        let Ok(entry) = serde_json::from_slice::<Entry>(&line) else {
            complete = false;
            continue;
        };
        complete = true;
        if entry.action == action && entry.state == "done" {
            done.insert((entry.provider, entry.id), entry.at);
        }
    }
    if !complete {
        file.write_all(b"\n")?;
    }
    Ok(Journal { action, done, file: Mutex::new(file) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_survives_an_incomplete_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state/journal.jsonl");
        let journal = open(&path, "rotate").unwrap();
        journal.note("prod", "a", "begun").unwrap();
        journal.note("prod", "a", "done").unwrap();
        journal.note("prod", "b", "begun").unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"at\":\"20").unwrap();

        let next = open(&path, "rotate").unwrap();
        assert!(next.done("prod", "a").is_some());
        assert!(next.done("prod", "b").is_none() && next.done("other", "a").is_none());
        next.note("prod", "b", "done").unwrap();
        assert!(open(&path, "rotate").unwrap().done("prod", "b").is_some());
        assert!(open(&path, "revoke").unwrap().done("prod", "a").is_none());
    }
}
