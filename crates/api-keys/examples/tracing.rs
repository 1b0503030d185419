//! Tracing: which spans and events there are, and that no secret is among them.
//!
//! `cargo run -p api-keys --example tracing` runs against an emulator on this machine.
//!
//! Every call is a span `api_keys.call`, and every attempt a span `api_keys.attempt` below it, both at level INFO and
//! with OpenTelemetry's names for HTTP. A request that is sent again is an event at level DEBUG. Spans hold the
//! template of the path, never the URL, since ids stand in it, and neither headers nor bodies.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use api_keys::clerk::ClerkConfig;
use api_keys::{ApiKeyProvider as _, ListQuery, NewApiKey, RevokeOptions};
use api_keys_emulator::{Emulator, Vendor};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::registry()
        // An application writes to standard error or to a collector; here the log is kept, to be searched.
        .with(
            tracing_subscriber::fmt::layer()
                .with_span_events(FmtSpan::CLOSE)
                .with_ansi(false)
                .without_time()
                .with_writer(move || writer.clone()),
        )
        .with(Targets::new().with_target("api_keys_runtime", LevelFilter::DEBUG))
        .init();

    let emulator = Emulator::start(Vendor::Clerk).await?;
    let config = ClerkConfig::new(emulator.token().clone()).base_url(emulator.base_url());
    let clerk = config.build()?;
    let issued = clerk.create(NewApiKey::new("example").owner("user_2abcdefghijklmnopqrstuvwxyz")).await?;
    clerk.revoke(&issued.key.id, RevokeOptions::new()).await?;
    log.show("a create and a revoke");

    // The right address and a wrong credential.
    let wrong = ClerkConfig::new("sk_test_wrong").base_url(emulator.base_url()).build()?;
    let refused = wrong.get(&issued.key.id).await;
    log.show("a wrong credential");

    // Nobody listens there: the request is sent again, which is safe for any operation.
    let nobody = ClerkConfig::new(emulator.token().clone()).base_url("http://127.0.0.1:9").build()?;
    let unreachable = nobody.list(ListQuery::new().owner("user_2abcdefghijklmnopqrstuvwxyz")).await;
    log.show("a server that is not there");

    // Errors are as safe to log as spans.
    let (Err(refused), Err(unreachable)) = (refused, unreachable) else { return Err("both fail".into()) };
    println!("== errors\n{refused}\n{unreachable}\n");

    let everything = format!("{}{refused:?}{unreachable:?}{clerk:?}{issued:?}", log.text());
    for secret in [issued.secret.expose(), emulator.token().expose(), "sk_test_wrong"] {
        assert!(!everything.contains(secret), "a secret was printed");
    }
    println!("{} lines, no secret", log.text().lines().count());
    Ok(())
}

/// What was logged, and how much of it was shown.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<(Vec<u8>, usize)>>);

impl Log {
    fn text(&self) -> String {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log.0).into_owned()
    }

    fn show(&self, title: &str) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        println!("== {title}\n{}", String::from_utf8_lossy(&log.0[log.1..]));
        log.1 = log.0.len();
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
