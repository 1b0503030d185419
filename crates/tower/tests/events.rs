//! Events. In a process of its own: another test could disable an event while it is registered.

#[path = "it/support.rs"]
mod support;

use std::io;
use std::sync::{Arc, Mutex};

use support::requests;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn events_contain_no_key() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let texts = requests().await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    for expected in ["reason=\"not_found\"", "reason=\"malformed\"", "API key not verified"] {
        assert!(log.contains(expected), "{log}");
    }
    for text in texts {
        assert!(!log.contains(&text), "{log}");
    }
}
