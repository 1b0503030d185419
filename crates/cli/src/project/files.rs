//! The files of a project.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use api_keys_plan::State;
use toml::de::{DeTable, DeValue};

use crate::config::{Line, state_file};
use crate::failure::Failure;
use crate::file::{read_optional, replace};

/// The state file.
#[derive(Debug, Clone)]
pub(crate) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file. One that does not exist is empty.
    pub(crate) fn read(&self) -> Result<State, Failure> {
        let failed = |cause: &dyn std::error::Error| {
            Failure::new(format!("failed to read the state file {}", self.path.display())).caused_by(cause)
        };
        match read_optional(&self.path).map_err(|error| failed(&error))? {
            Some(text) => State::parse(&text).map_err(|error| {
                failed(&error).help(
                    "resolve conflicts of a merge, or remove the file and run `api-keys adopt --by-name`",
                )
            }),
            None => Ok(State::default()),
        }
    }

    /// Replaces the content.
    pub(crate) fn write(&self, state: &State) -> io::Result<()> {
        replace(&self.path, &state.to_text())
    }
}

/// Returns a path in the state directory.
pub(super) fn state_path(name: &str) -> Result<PathBuf, Failure> {
    state_file(name).map_err(|error| Failure::new("no location for state").caused_by(&error))
}

/// Returns the name of this machine and user in marks, which is random.
pub(super) fn machine() -> Result<String, Failure> {
    let path = state_path("machine")?;
    let failed =
        |error: io::Error| Failure::new(format!("failed to access {}", path.display())).caused_by(&error);
    let valid = |name: &str| (8..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_hexdigit());
    let read = || Ok(read_optional(&path)?.map(|text| text.trim().to_owned()).filter(|name| valid(name)));
    if let Some(name) = read().map_err(failed)? {
        return Ok(name);
    }
    replace(&path, &format!("{:016x}\n", fastrand::u64(..))).map_err(failed)?;
    // Another process may have replaced it.
    read().map_err(failed)?.ok_or_else(|| failed(io::Error::other("the file was changed by another process")))
}

/// Returns the lines of the keys in a declaration.
pub(super) fn lines(path: &Path, text: &str) -> BTreeMap<String, Line> {
    let mut lines = BTreeMap::new();
    let Ok(document) = DeTable::parse(text) else { return lines };
    let breaks: Vec<_> = text.match_indices('\n').map(|(at, _)| at).collect();
    let keys = document.get_ref().iter().find(|(name, _)| name.get_ref() == "keys");
    if let Some(DeValue::Table(keys)) = keys.map(|(_, keys)| keys.get_ref()) {
        for (name, _) in keys {
            let number = breaks.partition_point(|at| *at < name.span().start) + 1;
            lines.insert(name.get_ref().to_string(), Line { file: path.to_owned(), number });
        }
    }
    lines
}
