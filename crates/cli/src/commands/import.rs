//! `api-keys import`.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::args::TargetArgs;
use crate::config::Config;
use crate::console::Console;
use crate::failure::Failure;
use crate::status;

/// Import a key file of the vendor `memory` into a database
///
/// Development versions of the vendor `memory` stored keys in a JSON file. The secrets of the keys remain valid. Keys with an
/// ID that already exists are skipped, so the command can be repeated.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Key file
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

pub(crate) async fn run(args: ImportArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let entry = Config::load(args.target.config.as_deref(), console)?.one(args.target.provider.as_deref())?;
    let name = entry.name().to_owned();
    let keys = entry.build_sql()?;
    let file = fs::read(&args.file).map_err(|error| {
        Failure::new(format!("failed to read the key file {}", args.file.display())).caused_by(&error)
    })?;
    let import = keys.import(&file).await;
    let import = import.map_err(|error| Failure::from_api("failed to import the keys", &name, &error))?;
    console.print(&format!("imported {} keys, skipped {} that exist\n", import.imported, import.skipped))?;
    Ok(status::OK)
}
