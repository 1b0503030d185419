//! Processes of this and other machines.

use std::fmt;
use std::fs;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::sleep;

const INTERVAL: Duration = Duration::from_millis(100);
const ATTEMPTS: u32 = 300;

/// A process, recognized after its number has been reused where the system reports when processes were started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    pid: u32,
    host: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<String>,
}

impl Process {
    pub(crate) fn new(pid: u32) -> Self {
        Self { pid, host: host(), started: started(pid) }
    }

    pub(crate) fn current() -> Self {
        Self::new(std::process::id())
    }

    /// Waits for the end of the process, at most half a minute. Returns whether it has ended.
    pub(crate) async fn wait(&self) -> bool {
        for _ in 0..ATTEMPTS {
            if !self.is_running() {
                return true;
            }
            sleep(INTERVAL).await;
        }
        false
    }

    /// Returns whether the process runs on this machine.
    fn is_running(&self) -> bool {
        self.host == host() && exists(self.pid) && started(self.pid) == self.started
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on {}", self.pid, self.host)
    }
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

#[cfg(unix)]
fn exists(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn exists(_pid: u32) -> bool {
    false
}

/// Returns the start time of a process, in the unit of the system.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may contain spaces.
    let (_, fields) = stat.rsplit_once(") ")?;
    // Field 22; a zombie has ended.
    let mut fields = fields.split(' ');
    match fields.next()? {
        "Z" | "X" => None,
        _ => fields.nth(18).map(str::to_owned),
    }
}
