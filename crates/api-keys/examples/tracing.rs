//! Tracing: the spans and events of calls, without secrets.
//!
//! `cargo run -p api-keys --example tracing` uses a local emulator.
//!
//! Every call is a span `api_keys.call`, and every attempt a child span `api_keys.attempt`, both at level INFO and with
//! OpenTelemetry's names for HTTP. A retry is an event at level DEBUG. Spans contain the template of the path, never
//! the URL, which contains ids, and neither headers nor bodies.

use std::fs;
use std::sync::Arc;

use api_keys::clerk::ClerkConfig;
use api_keys::{ApiKeyProvider as _, ListQuery, NewApiKey, RevokeOptions};
use api_keys_emulator::{Emulator, Vendor};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // An application writes to standard error or to a collector; this example searches its log.
    let log = tempfile::NamedTempFile::new()?;
    tracing_subscriber::registry()
        .with(
            tracing_subscriber::fmt::layer()
                .with_span_events(FmtSpan::CLOSE)
                .with_ansi(false)
                .without_time()
                .with_writer(Arc::new(log.reopen()?)),
        )
        .with(Targets::new().with_target("api_keys_runtime", LevelFilter::DEBUG))
        .init();
    let mut shown = 0;
    let mut show = |title: &str| -> std::io::Result<()> {
        let text = fs::read_to_string(log.path())?;
        println!("== {title}\n{}", &text[shown..]);
        shown = text.len();
        Ok(())
    };

    let emulator = Emulator::start(Vendor::Clerk).await?;
    let config = ClerkConfig::new(emulator.token().clone()).base_url(emulator.base_url());
    let clerk = config.build()?;
    let issued = clerk.create(NewApiKey::new("example").owner("user_2abcdefghijklmnopqrstuvwxyz")).await?;
    clerk.revoke(&issued.key.id, RevokeOptions::new()).await?;
    show("a create and a revoke")?;

    // An invalid credential.
    let invalid = ClerkConfig::new("sk_test_invalid").base_url(emulator.base_url()).build()?;
    let rejected = invalid.get(&issued.key.id).await;
    show("an invalid credential")?;

    // A failed connect is retried for any operation.
    let unreachable = ClerkConfig::new(emulator.token().clone()).base_url("http://127.0.0.1:9").build()?;
    let no_connection = unreachable.list(ListQuery::new().owner("user_2abcdefghijklmnopqrstuvwxyz")).await;
    show("an unreachable server")?;

    // Errors are as safe to log as spans.
    let (Err(rejected), Err(no_connection)) = (rejected, no_connection) else {
        return Err("both fail".into());
    };
    println!("== errors\n{rejected}\n{no_connection}\n");

    let log = fs::read_to_string(log.path())?;
    let everything = format!("{log}{rejected:?}{no_connection:?}{clerk:?}{issued:?}");
    for secret in [issued.secret.expose(), emulator.token().expose(), "sk_test_invalid"] {
        assert!(!everything.contains(secret), "a secret was printed");
    }
    println!("{} lines, no secret", log.lines().count());
    Ok(())
}
