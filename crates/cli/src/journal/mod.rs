//! The journal of changes: an append-only file with which interrupted commands resume.
//!
//! Each line is synced to disk before the next step. A command that writes it holds a lock for as long as it runs.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use api_keys::{KeyId, Rotation, RotationState, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::state_directory;
use crate::failure::Failure;
use crate::lock::Lock;
use crate::lock::process::Process;

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    provider: String,
    id: String,
    action: String,
    /// The state of the rotation, or `delivering`.
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotation: Option<Rotation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    process: Option<Process>,
}

/// The last state of a rotation.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) provider: String,
    pub(crate) rotation: Rotation,
    /// The destination of the secret.
    pub(crate) destination: Option<String>,
    /// The command to which the secret was passed.
    pub(crate) delivery: Option<Process>,
}

/// Rotations by provider and old key.
type Entries = BTreeMap<(String, String), Entry>;

/// A journal, locked for writing.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    state: Mutex<State>,
    _lock: Lock,
}

#[derive(Debug)]
struct State {
    file: File,
    entries: Entries,
}

impl Journal {
    /// Locks the journal, reads it, and opens it for appending.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let path = location(path)?;
        let failed = |error: io::Error| {
            Failure::new(format!("failed to open journal {}", path.display()))
                .caused_by(&error)
                .help("pass --journal FILE")
        };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed)?;
        }
        let lock = Lock::acquire(&path, "journal", "--journal FILE")?;
        let state = open(&path).map_err(failed)?;
        Ok(Self { path, state: Mutex::new(state), _lock: lock })
    }

    /// Reads the rotations of a journal. One that does not exist contains none.
    pub(crate) fn read(path: Option<&Path>) -> Result<Vec<Entry>, Failure> {
        let Some(path) = path.map(Path::to_owned).or_else(default_path) else { return Ok(Vec::new()) };
        let entries = match File::open(&path) {
            Ok(file) => parse(&file).map(|(entries, _)| entries),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Entries::new()),
            Err(error) => Err(error),
        };
        let entries = entries.map_err(|error| {
            Failure::new(format!("failed to read journal {}", path.display())).caused_by(&error)
        })?;
        Ok(entries.into_values().collect())
    }

    /// Returns the rotation of a key.
    pub(crate) fn rotation(&self, provider: &str, id: &KeyId) -> Option<Entry> {
        self.state().entries.get(&(provider.to_owned(), id.to_string())).cloned()
    }

    /// Returns all rotations.
    pub(crate) fn rotations(&self) -> Vec<Entry> {
        self.state().entries.values().cloned().collect()
    }

    /// Returns the pending rotation of which a key is the successor.
    pub(crate) fn pending_successor(&self, provider: &str, id: &KeyId) -> Option<Entry> {
        let ours = |entry: &&Entry| {
            let rotation = &entry.rotation;
            entry.provider == provider
                && rotation.is_pending()
                && rotation.key.id != *id
                && (rotation.new_id() == Some(id) || rotation.superseded.contains(id))
        };
        self.state().entries.values().find(ours).cloned()
    }

    /// Returns the successors of all rotations at a provider.
    pub(crate) fn successors(&self, provider: &str) -> Vec<KeyId> {
        let state = self.state();
        let ours = state.entries.values().filter(|entry| entry.provider == provider);
        ours.flat_map(|entry| entry.rotation.superseded.iter().chain(entry.rotation.new_id()))
            .cloned()
            .collect()
    }

    /// Returns the time at which the current secret of a key was delivered by a rotation.
    pub(crate) fn rotated_at(&self, provider: &str, id: &KeyId) -> Option<Timestamp> {
        let state = self.state();
        let ours = state.entries.values().filter(|entry| entry.provider == provider);
        ours.filter(|entry| entry.rotation.new_id() == Some(id))
            .filter_map(|entry| match entry.rotation.state {
                RotationState::Delivered { at, .. } | RotationState::Completed { at, .. } => Some(at),
                _ => None,
            })
            .max()
    }

    /// Writes the state of a rotation.
    pub(crate) fn record(&self, entry: &Entry) -> io::Result<()> {
        let id = entry.rotation.key.id.as_str();
        let mut written = line(&entry.provider, id, entry.rotation.state.as_str());
        written.rotation = Some(entry.rotation.clone());
        written.destination.clone_from(&entry.destination);
        let mut state = self.state();
        self.append(&mut state, &written)?;
        state.entries.insert((entry.provider.clone(), id.to_owned()), entry.clone());
        Ok(())
    }

    /// Writes that the secret of a rotation is passed to a process.
    pub(crate) fn delivering(&self, provider: &str, id: &KeyId, process: Process) -> io::Result<()> {
        let mut written = line(provider, id.as_str(), "delivering");
        written.process = Some(process);
        self.append(&mut self.state(), &written)
    }

    /// Appends a line. After an error the journal is as before.
    fn append(&self, state: &mut State, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        let length = state.file.metadata()?.len();
        let written = state.file.write_all(text.as_bytes()).and_then(|()| state.file.sync_data());
        if written.is_err() {
            // A partial line would be joined with the next one.
            let _ = state.file.set_len(length);
        }
        written
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line(provider: &str, id: &str, state: &str) -> Line {
    Line {
        at: Timestamp::now(),
        provider: provider.to_owned(),
        id: id.to_owned(),
        action: "rotate".to_owned(),
        state: state.to_owned(),
        rotation: None,
        destination: None,
        process: None,
    }
}

fn location(path: Option<&Path>) -> Result<PathBuf, Failure> {
    path.map(Path::to_owned).or_else(default_path).ok_or_else(|| {
        Failure::new("no location for the journal")
            .detail("neither XDG_STATE_HOME nor HOME is set")
            .help("pass --journal FILE")
    })
}

fn default_path() -> Option<PathBuf> {
    Some(state_directory()?.join("journal.jsonl"))
}

fn open(path: &Path) -> io::Result<State> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    let (entries, complete) = parse(&file)?;
    if !complete {
        file.write_all(b"\n")?;
    }
    Ok(State { file, entries })
}

/// Returns the rotations, and whether the last line is complete. A crash can leave an incomplete line: its step is
/// repeated.
fn parse(file: &File) -> io::Result<(Entries, bool)> {
    let mut entries = Entries::new();
    let mut reader = BufReader::new(file);
    let mut text = Vec::new();
    let mut complete = true;
    while reader.read_until(b'\n', &mut text)? > 0 {
        complete = text.ends_with(b"\n");
        if let Ok(line) = serde_json::from_slice::<Line>(&text) {
            let key = (line.provider.clone(), line.id);
            match (line.rotation, line.process) {
                (Some(rotation), _) => {
                    // A process of an earlier step may still be running.
                    let delivery = entries.get(&key).and_then(|entry| entry.delivery.clone());
                    let entry =
                        Entry { provider: line.provider, rotation, destination: line.destination, delivery };
                    entries.insert(key, entry);
                }
                (None, Some(process)) => {
                    if let Some(entry) = entries.get_mut(&key) {
                        entry.delivery = Some(process);
                    }
                }
                (None, None) => {}
            }
        }
        text.clear();
    }
    Ok((entries, complete))
}
