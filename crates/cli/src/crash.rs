//! Points at which tests kill the process.

/// Kills the process if the variable `API_KEYS_CRASH_POINT` names this point, or is the number of points before it.
#[cfg(all(feature = "crash-points", unix))]
pub(crate) fn point(name: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static POINTS: AtomicUsize = AtomicUsize::new(0);
    let number = POINTS.fetch_add(1, Ordering::Relaxed).to_string();
    if std::env::var_os("API_KEYS_CRASH_POINT").is_some_and(|point| point == name || point == *number) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Does nothing.
#[cfg(not(all(feature = "crash-points", unix)))]
pub(crate) fn point(_name: &str) {}
