//! `api-keys emulate`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, IssuedKey, NewApiKey, RevokeOptions, Timestamp, UpdateApiKey};
use api_keys_emulator::{Emulator, Vendor};
use clap::Args;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::quoted;
use crate::args::{Format, OutputArgs, value};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::interrupt::Interrupts;
use crate::output::json;
use crate::status;

/// One key of the seed file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    name: String,
    description: Option<String>,
    owner: Option<String>,
    scopes: Option<Vec<String>>,
    /// Like the option of `create`, relative to the creation.
    expires: Option<String>,
    metadata: Option<Value>,
    /// Duration since the creation.
    #[serde(default, deserialize_with = "duration")]
    age: Duration,
    /// Duration since the last use.
    #[serde(default, deserialize_with = "optional_duration")]
    used: Option<Duration>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    revoked: bool,
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    value::duration(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn optional_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

/// A key of the emulator. Its secret protects nothing.
#[derive(Serialize)]
struct Seeded {
    id: String,
    name: String,
    secret: String,
}

/// Run an emulator of a vendor on loopback until Ctrl-C
#[derive(Debug, Args)]
pub(crate) struct EmulateArgs {
    /// Vendor to emulate
    #[arg(value_parser = value::vendor())]
    pub(crate) vendor: Vendor,

    /// Port; 0 selects a free port
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Initial keys: a JSON array of objects with `name` and, optionally, `description`, `owner`, `scopes`, `expires`,
    /// `metadata`, `age`, `used`, `disabled`, `revoked`
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: EmulateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let seeds = args.seed.as_deref().map(read).transpose()?.unwrap_or_default();
    // Before the address is printed: its reader may send a signal immediately.
    let mut interrupts = Interrupts::install()?;
    // Seconds by which the clock is behind, so that keys get creation times in the past.
    let behind = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&behind);
    let emulator = Emulator::builder(args.vendor)
        .port(args.port)
        .clock(move || before(Duration::from_secs(clock.load(Ordering::SeqCst))))
        .start()
        .await
        .map_err(|error| {
            Failure::new(format!("failed to start the {} emulator on 127.0.0.1:{}", args.vendor, args.port))
                .caused_by(&error)
                .help("pass --port 0 for a free port")
        })?;
    let mut keys = Vec::new();
    for seed in seeds {
        let name = seed.name.clone();
        let issued = plant(&emulator, seed, &behind).await.map_err(|error| {
            Failure::new(format!("failed to create key {} of the seed file", human::clean(&name)))
                .caused_by(&*error)
        })?;
        let (key, secret) = issued.into_parts();
        keys.push(Seeded { id: key.id.into(), name, secret: secret.expose().to_owned() });
    }
    behind.store(0, Ordering::SeqCst);

    console.print(&text(&emulator, &keys, args.output.format()))?;
    console.note("Press Ctrl-C to stop.");
    interrupts.next().await;
    emulator.stop().await;
    Ok(status::OK)
}

fn before(duration: Duration) -> Timestamp {
    Timestamp::now().checked_sub(duration).unwrap_or(Timestamp::MIN)
}

fn read(path: &Path) -> Result<Vec<Seed>, Failure> {
    let failure = || Failure::new(format!("failed to read seed file {}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| failure().caused_by(&error))?;
    serde_json::from_str(&text).map_err(|error| failure().caused_by(&error))
}

async fn plant(
    emulator: &Emulator,
    seed: Seed,
    behind: &AtomicU64,
) -> Result<IssuedKey, Box<dyn std::error::Error>> {
    let store = emulator.store();
    behind.store(seed.age.as_secs(), Ordering::SeqCst);
    let mut new = NewApiKey::new(seed.name);
    new.description = seed.description;
    new.owner = seed.owner;
    new.scopes = seed.scopes;
    new.metadata = seed.metadata;
    if let Some(expires) = &seed.expires {
        new.expiry = value::expiry(expires)?;
    }
    let issued = store.create(new).await?;
    if let Some(used) = seed.used {
        behind.store(used.as_secs(), Ordering::SeqCst);
        let _verified = store.verify(&issued.secret).await?;
    }
    behind.store(0, Ordering::SeqCst);
    if seed.disabled {
        store.update(&issued.key.id, UpdateApiKey::new().enabled(false)).await?;
    }
    if seed.revoked {
        store.revoke(&issued.key.id, RevokeOptions::new()).await?;
    }
    Ok(issued)
}

/// Returns the connection settings, as environment variables that this command reads.
fn text(emulator: &Emulator, keys: &[Seeded], format: Format) -> String {
    let (vendor, base_url) = (emulator.vendor().as_str(), emulator.base_url());
    let token = emulator.token().expose();
    match format {
        Format::Table | Format::Csv | Format::RawCsv => {
            let mut text = format!(
                "export API_KEYS_VENDOR={vendor}\nexport API_KEYS_BASE_URL={}\nexport API_KEYS_TOKEN={}\n",
                quoted(base_url),
                quoted(token)
            );
            for key in keys {
                text.push_str(&format!("# {} {}\n", human::clean(&key.id), human::clean(&key.name)));
            }
            text
        }
        Format::Json | Format::Jsonl => {
            let content = json!({ "vendor": vendor, "base_url": base_url, "token": token, "keys": keys });
            if format == Format::Json { json::document(content) } else { json::line(content) }
        }
    }
}
