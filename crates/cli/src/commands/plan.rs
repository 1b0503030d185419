//! `api-keys plan`.

use std::path::PathBuf;

use api_keys::Timestamp;
use clap::{Args, ValueEnum};

use crate::audit::Finding;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::plan::{document, findings, markdown, text};
use crate::output::{prometheus, sarif};
use crate::project::saved::SavedPlan;
use crate::project::{Project, ProjectArgs};
use crate::status;

const EXIT_STATUS: &str = "\
Exit status:
  0  the keys are as declared
  1  the plan could not be made
  2  there are changes
  3  some providers could not be read; the plan contains the others";

/// Show the changes that `apply` would make
///
/// Compares the declared keys with those of the vendors. Nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct PlanArgs {
    /// Save the plan to a file; `apply FILE` makes exactly these changes
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Revoke managed keys that are no longer declared
    #[arg(long)]
    pub(crate) prune: bool,

    /// Print nothing if there are no changes, for cron and CI
    #[arg(long)]
    pub(crate) check: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) output: PlanFormat,

    #[command(flatten)]
    pub(crate) project: ProjectArgs,
}

/// Output formats of `plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// Differences, with colors on a terminal
    Text,
    /// One JSON document
    Json,
    /// GitHub Flavored Markdown, for pull requests
    Markdown,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Metrics, for the textfile collector of node_exporter
    Prometheus,
}

pub(crate) async fn run(args: PlanArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    // Status 2 means that there are changes.
    plan(args, console).await.map_err(|failure| failure.status(status::FAILED))
}

async fn plan(args: PlanArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let mut project = Project::load(&args.project)?;
    let site = project.read(args.prune, console).await?;
    let plan = project.plan(&site, &project.options(args.prune));
    let result = if plan.is_empty() { status::OK } else { status::CHANGES };
    let output = match args.output {
        PlanFormat::Text => text(&plan, &project.declaration, console.color()),
        PlanFormat::Json => document(&plan, &site.failures),
        PlanFormat::Markdown => markdown(&plan, &project.declaration, &site.failures),
        PlanFormat::Sarif => {
            let line = |finding: &Finding| project.lines.get(finding.key_name.as_ref()?);
            sarif::document("plan", &findings(&plan), &site.failures, line)
        }
        PlanFormat::Prometheus => {
            let providers: Vec<_> = site.inventories.keys().map(String::as_str).collect();
            prometheus::plan(&plan, &providers, &site.failures, Timestamp::now())
        }
    };
    let silent = args.check && plan.is_empty() && args.output == PlanFormat::Text;
    if !silent {
        console.print(&output)?;
    }
    if let Some(out) = &args.out {
        SavedPlan::new(&project, plan, args.prune).write(out)?;
    }
    Ok(site.verdict(result, console))
}
