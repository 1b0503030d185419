//! Commands that receive secrets, recorded so that a later execution waits for those of a killed one.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use super::Subject;
use crate::config::state_directory;
use crate::file::{read_optional, replace};
use crate::lock::process::Process;

const INTERVAL: Duration = Duration::from_millis(100);
const ATTEMPTS: u32 = 300;

/// The record of the command that receives the secret of a key.
#[derive(Debug)]
pub(crate) struct Running {
    path: PathBuf,
}

impl Running {
    pub(crate) fn new(subject: &Subject<'_>, command: &str) -> io::Result<Self> {
        let directory = state_directory().ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, "neither XDG_STATE_HOME nor HOME is set")
        })?;
        let identity = format!("{}\n{command}", subject.logical.unwrap_or(subject.id));
        let name = format!("{:08x}.json", crc32fast::hash(identity.as_bytes()));
        Ok(Self { path: directory.join("running").join(name) })
    }

    /// Waits for the command of an interrupted execution.
    pub(crate) async fn wait(&self) -> io::Result<()> {
        let Some(text) = read_optional(&self.path)? else { return Ok(()) };
        let Ok(process) = serde_json::from_str::<Process>(&text) else { return Ok(()) };
        for _ in 0..ATTEMPTS {
            if !process.is_running() {
                return Ok(());
            }
            sleep(INTERVAL).await;
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
