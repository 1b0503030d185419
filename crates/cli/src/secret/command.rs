//! Commands that receive secrets.

use std::io::{self, Read, Write as _, pipe};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use api_keys::SecretKey;

use super::Subject;
use crate::shell;

/// The duration after which a command is killed.
const TIMEOUT: Duration = Duration::from_secs(600);
/// The duration for which output is awaited after the end of a command.
const OUTPUT_TIMEOUT: Duration = Duration::from_millis(500);
const INTERVAL: Duration = Duration::from_millis(10);

/// The size that a pipe accepts at once on every system.
const PIPE_SIZE: usize = 4096;

/// Passes the secret and a line break to the standard input of a command, calls `on_start` with its process id, and waits
/// for it. Its output appears on standard error, without the secret.
pub(crate) fn deliver(
    line: &str,
    directory: Option<&Path>,
    subject: &Subject<'_>,
    secret: &SecretKey,
    on_start: impl FnOnce(u32) -> io::Result<()>,
) -> io::Result<()> {
    let text = format!("{}\n", secret.expose());
    let (stdin, mut writer) = pipe()?;
    // Written before the command starts, which therefore never sees an incomplete secret.
    let rest = match text.len() <= PIPE_SIZE {
        true => writer.write_all(text.as_bytes()).map(|()| None)?,
        false => Some(text),
    };
    let mut writer = Some(writer).filter(|_| rest.is_some());
    let mut child = prepared(line, directory, subject)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|out| Box::new(out) as _),
        child.stderr.take().map(|out| Box::new(out) as _),
    ];
    let (done, copied) = mpsc::channel::<()>();
    for stream in streams.into_iter().flatten() {
        let (secret, done) = (secret.clone(), done.clone());
        thread::spawn(move || {
            let _done = done;
            copy_redacted(stream, secret.expose().as_bytes(), io::stderr())
        });
    }
    drop(done);
    let started = on_start(child.id());
    let written = match (writer.as_mut(), &rest) {
        (Some(writer), Some(text)) => writer.write_all(text.as_bytes()),
        _ => Ok(()),
    };
    drop(writer);
    let status = wait(&mut child)?;
    // A process that the command leaves in the background may hold the streams open.
    let _ = copied.recv_timeout(OUTPUT_TIMEOUT);
    if !status.success() {
        return Err(io::Error::other(format!("the command failed with {status}")));
    }
    started.and(written)
}

/// Returns the output of a command without trailing line breaks, or `None` if it fails.
pub(crate) async fn output(
    line: &str,
    directory: &Path,
    subject: &Subject<'_>,
) -> io::Result<Option<String>> {
    let mut command = tokio::process::Command::from(prepared(line, Some(directory), subject));
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).output();
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the command that prints the secret did not end");
    let output = tokio::time::timeout(TIMEOUT, output).await.map_err(late)??;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success());
    Ok(text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Creates a command with the variables that name the key.
fn prepared(line: &str, directory: Option<&Path>, subject: &Subject<'_>) -> Command {
    let mut command = shell::command(line);
    command
        .env("API_KEYS_PROVIDER", subject.provider)
        .env("API_KEYS_KEY_ID", subject.id)
        .env("API_KEYS_KEY_NAME", subject.name.unwrap_or_default());
    if let Some(logical) = subject.logical {
        command.env("API_KEYS_KEY", logical);
    }
    if let Some(directory) = directory {
        command.current_dir(directory);
    }
    command
}

fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < TIMEOUT {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(INTERVAL);
    }
    child.kill()?;
    child.wait()?;
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        format!("the command did not end within {} s", TIMEOUT.as_secs()),
    ))
}

/// Copies a stream without the secret. The end of what has been read is held back while it may be its beginning.
fn copy_redacted(mut from: impl Read, secret: &[u8], mut to: impl io::Write) -> io::Result<()> {
    let mut pending = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = from.read(&mut chunk)?;
        pending.extend_from_slice(&chunk[..count]);
        while let Some(at) = pending.windows(secret.len()).position(|window| window == secret) {
            to.write_all(&pending[..at])?;
            to.write_all(b"[secret]")?;
            pending.drain(..at + secret.len());
        }
        let held = match count {
            0 => 0,
            _ => (0..secret.len().min(pending.len() + 1))
                .rev()
                .find(|&held| pending.ends_with(&secret[..held]))
                .unwrap_or(0),
        };
        let ready = pending.len() - held;
        to.write_all(&pending[..ready])?;
        to.flush()?;
        pending.drain(..ready);
        if count == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn output_is_redacted_across_reads() {
        let text = b"a sec secrsecret b secret\nsecre";
        for expected in [&b"a sec secr[secret] b [secret]\nsecre"[..]] {
            for slow in [true, false] {
                let mut copied = Vec::new();
                let reader: Box<dyn Read> = if slow { Box::new(Slow(text)) } else { Box::new(&text[..]) };
                copy_redacted(reader, b"secret", &mut copied).unwrap();
                assert_eq!(copied, expected);
            }
        }
    }
}
