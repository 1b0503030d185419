//! Locks of files.

pub(crate) mod process;

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use api_keys::Timestamp;
use fs4::{FileExt, TryLockError};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::status;
use process::Process;

const INTERVAL: Duration = Duration::from_millis(100);
const ATTEMPTS: u32 = 300;

/// An exclusive lock, released by the operating system when the process ends, however it ends. A file that a killed
/// process has left behind is therefore not locked.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// The holder of a lock, for messages.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    process: Process,
    since: Timestamp,
}

impl Lock {
    /// Waits for the lock of a file, at most half a minute. `kind` and `option` are the file and the option that names
    /// another one, for messages.
    pub(crate) fn acquire(file: &Path, kind: &str, option: &str) -> Result<Self, Failure> {
        let mut path = file.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let failed = |error: std::io::Error| {
            Failure::new(format!("failed to lock {}", path.display()))
                .caused_by(&error)
                .help(format!("pass {option} on a file system that supports locks"))
        };
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.map_err(failed)?;
        for attempt in 0.. {
            match FileExt::try_lock(&file) {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => sleep(INTERVAL),
                Err(TryLockError::WouldBlock) => {
                    let failure = Failure::new(format!("another command is changing keys with this {kind}"))
                        .help(format!("wait for it to end, or pass another {option}"))
                        .status(status::FAILED);
                    return Err(match holder(&mut file) {
                        Some(Holder { process, since }) => {
                            failure.detail(format!("{process} since {since:.0}"))
                        }
                        None => failure,
                    });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        let holder = Holder { process: Process::current(), since: Timestamp::now() };
        // For messages only: with a full disk, the lock is still held.
        let _ = serde_json::to_vec(&holder).map(|text| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(&text)
        });
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
