//! Formatting.

use std::io::{self, Write};
use std::num::NonZero;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Formats the texts of files, several at a time.
pub(crate) fn format_all(files: &mut [(String, String)]) -> io::Result<()> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let remaining = Mutex::new(files.iter_mut());
    let next = || remaining.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        let format = || {
            while let Some((_, text)) = next() {
                *text = rustfmt(text)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(format)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
        })
    })
}

/// Formats Rust source text with the rustfmt settings that apply in the current directory.
///
/// # Errors
/// Returns an error if rustfmt is not installed, or rejects the text.
pub fn rustfmt(text: &str) -> io::Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                io::Error::new(error.kind(), "rustfmt is not installed: run `rustup component add rustfmt`")
            }
            _ => error,
        })?;
    // rustfmt reads all input before it writes, thus neither side blocks.
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("rustfmt rejected the code: {message}")));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
