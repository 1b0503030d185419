//! Commands that receive secrets, recorded so that a later execution waits for those of a killed one.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::{Subject, file_name};
use crate::config::state_file;
use crate::file::{read_optional, replace};
use crate::lock::process::Process;

/// The record of the command that receives the secret of a key.
#[derive(Debug)]
pub(crate) struct Running {
    path: PathBuf,
}

impl Running {
    pub(crate) fn new(subject: &Subject<'_>, command: &str) -> io::Result<Self> {
        let name = file_name(subject.logical.unwrap_or(subject.id), command);
        Ok(Self { path: state_file(&format!("running/{name}.json"))? })
    }

    /// Waits for the command of an interrupted execution.
    pub(crate) async fn wait(&self) -> io::Result<()> {
        let Some(text) = read_optional(&self.path)? else { return Ok(()) };
        let Ok(process) = serde_json::from_str::<Process>(&text) else { return Ok(()) };
        if process.wait().await {
            return Ok(());
        }
        Err(io::Error::other(format!("the command of an interrupted execution is still running: {process}")))
    }

    pub(crate) fn started(&self, pid: u32) -> io::Result<()> {
        replace(&self.path, &serde_json::to_string(&Process::new(pid))?)
    }

    pub(crate) fn ended(&self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}
