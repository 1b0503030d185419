//! Calls TypeSpec's scenarios through generated clients, and compares the score with `SCORE.md`.
//!
//! The mock server of the scenarios checks every request, and its record decides which scenarios pass. A scenario must
//! also return what its documentation says.

mod scenarios;
mod score;
mod suite;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use api_keys_live_tests::spector::Packages;

use crate::score::Score;
use crate::suite::Suite;

/// The generated clients.
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    missing_docs,
    clippy::disallowed_names,
    clippy::large_enum_variant,
    clippy::too_many_arguments
)]
mod clients {
    include!(concat!(env!("OUT_DIR"), "/clients.rs"));
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let check = std::env::args().any(|argument| argument == "--check");
    let packages = Packages::install()?;
    let record = packages.documents().with_file_name("coverage.json");
    let server = packages.serve(&record)?;
    let base_url = server.ready()["base_url"].as_str().ok_or("the server printed no base URL")?;
    let mut suite = Suite::new(base_url, packages.assets());
    scenarios::run(&mut suite).await;
    drop(server);
    let score = Score::of(suite.results(), &std::fs::read(record)?)?;
    print!("{score}");
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("SCORE.md");
    if !check {
        std::fs::write(table, score.table())?;
    } else if std::fs::read_to_string(table)? != score.table() {
        eprintln!("SCORE.md is out of date: run `cargo xtask spector`");
        return Ok(ExitCode::FAILURE);
    }
    Ok(if score.is_as_expected() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
