//! `api-keys man`.

use std::path::PathBuf;

use clap::Args;
use clap_mangen::Man;

use crate::console::Console;
use crate::failure::Failure;
use crate::status;

/// Print the manual page
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Directory for the pages of all commands
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
}

pub(crate) fn run(args: ManArgs, command: clap::Command, console: &mut Console<'_>) -> Result<u8, Failure> {
    if let Some(directory) = args.directory {
        clap_mangen::generate_to(command, &directory).map_err(|error| {
            Failure::new(format!("failed to write the pages to {}", directory.display()))
                .caused_by(&error)
                .help("pass an existing directory")
        })?;
        return Ok(status::OK);
    }
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = Man::new(command).render(&mut page);
    console.print(&String::from_utf8_lossy(&page))?;
    Ok(status::OK)
}
