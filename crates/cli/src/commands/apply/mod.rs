//! `api-keys apply`.

mod host;

use std::path::PathBuf;
use std::time::Duration;

use api_keys_plan::{Action as StepAction, Outcome, Plan, StepError, apply};
use clap::Args;
use tokio::time::sleep;

use super::act::{self, Action};
use crate::args::{BulkArgs, OutputArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::output::plan::{summary, text};
use crate::project::saved::SavedPlan;
use crate::project::{Project, ProjectArgs, Site};
use crate::status;
use host::ApplyHost;

/// Attempts to create keys that other machines are creating as well.
const ROUNDS: u32 = 5;

/// Make the changes that `plan` shows
///
/// Each secret is delivered to all of its destinations before another key is revoked. An interrupted run is resumed by the
/// same command. Keys that are not declared are revoked only with --prune, and keys that are not managed never.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// Saved plan; it is rejected if the vendors have changed since
    #[arg(value_name = "PLAN", conflicts_with_all = ["file", "env", "variables", "state", "prune"])]
    pub(crate) plan: Option<PathBuf>,

    /// Skip the confirmation prompt
    #[arg(long, short = 'y', visible_alias = "yes")]
    pub(crate) auto_approve: bool,

    /// Revoke managed keys that are no longer declared
    #[arg(long)]
    pub(crate) prune: bool,

    #[command(flatten)]
    pub(crate) bulk: BulkArgs,
    #[command(flatten)]
    pub(crate) project: ProjectArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(mut args: ApplyArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let saved = args.plan.as_deref().map(SavedPlan::read).transpose()?;
    let mut project = match &saved {
        Some(saved) => saved.project(&args.project)?,
        None => Project::load(&args.project)?,
    };
    args.prune |= saved.as_ref().is_some_and(|saved| saved.prune);
    project.lock()?;
    let site = project.read(args.prune, console).await?;
    let options = project.options(args.prune);
    let plan = project.plan(&site, &options);
    if let Some(saved) = &saved
        && !saved.plan.has_same_steps(&plan)
    {
        let cause = format!("planned: {}; now: {}", summary(&saved.plan), summary(&plan));
        return Err(Failure::new("the vendors have changed since the plan was made")
            .detail(cause)
            .help("make and review another plan")
            .status(status::FAILED));
    }
    if plan.is_empty() {
        act::finish(&[], args.output.format(), console)?;
        console.note(format_args!("{}: {}.", plan.scope, summary(&plan)));
        return Ok(site.verdict(status::OK, console));
    }
    if saved.is_none() && !args.auto_approve {
        console.note(text(&plan, &project.declaration, console.color()));
    }
    console.confirm(&format!("Make these changes ({})?", summary(&plan)), args.auto_approve)?;
    execute(&mut project, site, plan, &args, console).await
}

/// Executes a plan, and again if another machine creates the same keys.
pub(super) async fn execute(
    project: &mut Project,
    mut site: Site,
    mut plan: Plan,
    args: &ApplyArgs,
    console: &mut Console<'_>,
) -> Result<u8, Failure> {
    let mut actions = Vec::new();
    let mut interrupted = false;
    for round in 1.. {
        let options = project.options(args.prune);
        let host = ApplyHost::new(project, &site, &plan)?;
        let work = apply(
            &project.declaration,
            &plan,
            &site.inventories,
            site.content.clone(),
            &options,
            &host,
            args.bulk.concurrency.into(),
        );
        let outcomes = host.until_interrupted(work, console).await?;
        interrupted |= host.is_interrupted();
        drop(host);
        let is_contended = |outcome: &&Outcome| matches!(outcome.result, Err(StepError::Contended));
        let contended: Vec<_> =
            outcomes.iter().filter(is_contended).map(|outcome| outcome.step.key.clone()).collect();
        let again = !contended.is_empty() && round < ROUNDS && !interrupted;
        let final_one = |outcome: &Outcome| !again || !contended.contains(&outcome.step.key);
        actions.extend(outcomes.into_iter().filter(final_one).map(|outcome| action(outcome, &site)));
        if !again {
            break;
        }
        sleep(Duration::from_millis(fastrand::u64(200..2000))).await;
        let failures = std::mem::take(&mut site.failures);
        site = project.read(args.prune, console).await?;
        site.failures.extend(failures);
        plan = project.plan(&site, &project.options(args.prune));
        plan.steps.retain(|step| contended.contains(&step.key));
    }
    let done = act::finish(&actions, args.output.format(), console)?;
    let verdict = site.verdict(done, console);
    Ok(match (done, interrupted) {
        (status::ATTENTION, _) => status::ATTENTION,
        (_, true) => {
            console.note("Run the same command to resume.");
            status::INTERRUPTED
        }
        (status::OK, false) => verdict,
        (done, false) => done,
    })
}

/// Converts the result of a step.
fn action(outcome: Outcome, site: &Site) -> Action {
    let Outcome { step, result, .. } = outcome;
    let key = step.id.as_ref().and_then(|id| {
        let inventory = site.inventories.get(step.existing_provider())?;
        inventory.keys.iter().find(|key| key.id == *id)
    });
    let id = step.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let created = result.as_ref().ok().and_then(|new| new.as_ref().map(ToString::to_string));
    let mut action = Action {
        provider: step.provider.clone(),
        id: if id.is_empty() { created.clone().unwrap_or_default() } else { id },
        name: Some(key.and_then(|key| key.name.clone()).unwrap_or_else(|| step.key.clone())),
        action: step.action.as_str(),
        outcome: "done",
        detail: step.reason.as_deref().map(human::clean),
        new_id: created,
        error: None,
    };
    if let Err(error) = result {
        action.outcome = if matches!(error, StepError::Skipped) { "skipped" } else { "failed" };
        action.error =
            (action.outcome == "failed").then(|| failure(&step.key, step.action, &step.provider, &error));
    }
    action
}

fn failure(key: &str, action: StepAction, provider: &str, error: &StepError) -> Failure {
    let what = match action {
        StepAction::Blocked => format!("`{key}` is blocked"),
        action => format!("failed to {} `{key}`", action.as_str()),
    };
    match error {
        StepError::Api(error) => {
            let failure = Failure::from_api(what, provider, error);
            match failure.exit_status() {
                status::ATTENTION => failure.help("run the same command again: it finds out and resumes"),
                _ => failure,
            }
        }
        StepError::Unprepared(cause) => {
            Failure::new(what).caused_by(cause).help(cause.help()).status(status::FAILED)
        }
        StepError::Undelivered(undelivered) => {
            let failure = Failure::new(what).caused_by(undelivered).undelivered(true);
            failure.help(undelivered.help()).status(status::ATTENTION)
        }
        other => Failure::new(what).caused_by(other).status(status::FAILED),
    }
}
