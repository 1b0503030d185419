//! A server process.

use std::io::{self, BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The timeout for startup.
const START: Duration = Duration::from_secs(60);
/// The timeout for shutdown.
const STOP: Duration = Duration::from_secs(2);

/// A server that prints one line of JSON to standard output when it is ready, and exits when its standard input is
/// closed. Dropping this stops it.
///
/// Its standard error is captured, and printed if the test that drops it fails.
#[derive(Debug)]
pub struct Process {
    child: Child,
    ready: Value,
    log: Log,
}

impl Process {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    /// Returns an error, with its standard error, if it cannot be started, exits, or does not become ready in time.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut log = Log::of(child.stderr.take());
        match first_line(&mut child).and_then(|line| Ok(serde_json::from_str(&line)?)) {
            Ok(ready) => Ok(Self { child, ready, log }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(io::Error::new(error.kind(), format!("{error}; its standard error:\n{}", log.finish())))
            }
        }
    }

    /// Returns the printed line.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    fn stop(&mut self) {
        drop(self.child.stdin.take());
        let patience = Instant::now() + STOP;
        while Instant::now() < patience {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
        if thread::panicking() {
            eprintln!("--- standard error of the server:\n{}---", self.log.finish());
        }
    }
}

/// The stderr of a process, read continuously: a full pipe would block the process.
#[derive(Debug)]
struct Log {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Log {
    fn of(pipe: Option<impl Read + Send + 'static>) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&text);
        let reader = pipe.map(|pipe| {
            thread::spawn(move || {
                for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                    let mut text = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    text.push_str(&String::from_utf8_lossy(&line));
                    text.push('\n');
                }
            })
        });
        Self { text, reader }
    }

    /// Returns all output. The process must have exited.
    fn finish(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn first_line(child: &mut Child) -> io::Result<String> {
    let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no standard output"))?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines();
        let _ = sender.send(lines.next());
        // The pipe remains open, so that a server that continues printing is not blocked.
        lines.for_each(drop);
    });
    match receiver.recv_timeout(START) {
        Ok(Some(line)) => line,
        Ok(None) => Err(io::Error::other("exited immediately")),
        Err(_) => {
            Err(io::Error::new(io::ErrorKind::TimedOut, "timed out waiting for the server to become ready"))
        }
    }
}
