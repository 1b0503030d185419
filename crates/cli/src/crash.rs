//! Points at which tests kill the process.

/// Kills the process if the variable `API_KEYS_CRASH_POINT` names this point.
#[cfg(all(feature = "crash-points", unix))]
pub(crate) fn point(name: &str) {
    if std::env::var_os("API_KEYS_CRASH_POINT").is_some_and(|point| point == name) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Does nothing.
#[cfg(not(all(feature = "crash-points", unix)))]
pub(crate) fn point(_name: &str) {}
