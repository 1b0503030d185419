//! `api-keys demo`: is every provider as its capabilities say?

mod json;
mod ledger;
mod lifecycle;
mod report;
mod table;
mod target;

use std::io::{ErrorKind, Write};

use futures_util::future::join_all;

use crate::cli::DemoArgs;
use crate::failure::Failure;
use crate::status;
use target::Target;

/// Runs the lifecycle on all targets at the same time and tells what came of it. Returns the exit status.
pub(crate) async fn run(args: DemoArgs, stdout: &mut dyn Write, color: bool) -> Result<u8, Failure> {
    let json = args.json;
    let targets = match args.provider {
        None => Target::all().await?,
        Some(vendor) => vec![Target::server(vendor, args)?],
    };
    let reports = join_all(targets.iter().map(lifecycle::run)).await;

    let text = if json { json::document(&reports) } else { table::text(&reports, color) };
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // A reader that has seen enough, such as `head`, does not change the verdict.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            return Err(Failure::new("the result cannot be written").caused_by(&error));
        }
        _ => {}
    }
    Ok(if reports.iter().any(|report| report.interrupted) {
        status::INTERRUPTED
    } else if reports.iter().all(report::Report::is_ok) {
        status::OK
    } else {
        status::FAILED
    })
}
