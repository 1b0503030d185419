//! Servers of Debian's packages.

use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that is stopped when this is dropped, or this process ends.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Server {
    /// Starts a program. `signal` stops it at once.
    ///
    /// # Panics
    /// Panics if it cannot be started.
    pub(crate) fn start(program: &Path, signal: &str, configure: impl FnOnce(&mut Command)) -> Self {
        let script = r#"exec 3<&0
            signal=$1; shift
            "$@" & pid=$!
            (cat > /dev/null; kill -$signal $pid; kill -CONT $pid) <&3 &
            wait $pid"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh", signal]).arg(program);
        configure(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("a shell");
        let stdin = child.stdin.take();
        Self { child, stdin }
    }

    /// Waits until the server is ready. Returns `false` if it exits.
    pub(crate) fn wait_until(&mut self, is_ready: impl Fn() -> bool) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            if is_ready() {
                return true;
            }
            if self.child.try_wait().is_ok_and(|exit| exit.is_some()) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// Returns a program that a test needs, or prints a message if it is not installed.
///
/// # Panics
/// Panics if it is missing and the variable `CI` is set.
pub(crate) fn installed(name: &str, program: Option<PathBuf>) -> Option<PathBuf> {
    if program.is_none() {
        assert!(env::var_os("CI").is_none(), "{name} is missing, and CI must not skip tests");
        eprintln!("skipped: {name} is not installed");
    }
    program
}

pub(crate) fn free_port() -> u16 {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).expect("a free port")
}
