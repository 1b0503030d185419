//! `api-keys man`.

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::cli::{Cli, ManArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::status;

pub(crate) fn run(args: ManArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    if let Some(directory) = args.directory {
        clap_mangen::generate_to(Cli::command(), &directory).map_err(|error| {
            Failure::new(format!("failed to write the pages to {}", directory.display()))
                .caused_by(&error)
                .help("pass an existing directory")
        })?;
        return Ok(status::OK);
    }
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = Man::new(Cli::command()).render(&mut page);
    console.print(&String::from_utf8_lossy(&page))?;
    Ok(status::OK)
}
