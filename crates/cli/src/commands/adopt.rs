//! `api-keys adopt`.

use api_keys::KeyId;
use api_keys_plan::{Action, Plan};
use clap::Args;

use super::apply::{ApplyArgs, execute};
use crate::args::{BulkArgs, ConfirmArgs, OutputArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::human::clean;
use crate::output::plan::text;
use crate::project::{Project, ProjectArgs, Site};
use crate::status;

/// Manage existing keys as declared ones
///
/// The keys are marked at the vendor or in the state file. They are not replaced, and their secrets are not delivered.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// Logical name of the declared key
    #[arg(required_unless_present = "by_name", requires = "id")]
    pub(crate) key: Option<String>,

    /// ID of the existing key
    pub(crate) id: Option<KeyId>,

    /// Adopt all declared keys that do not exist, by the names of existing ones, for example after the loss of the state
    /// file. Names of several keys are omitted
    #[arg(long, conflicts_with = "key")]
    pub(crate) by_name: bool,

    #[command(flatten)]
    pub(crate) bulk: BulkArgs,
    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) project: ProjectArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: AdoptArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let mut project = Project::load(&args.project)?;
    project.lock()?;
    if let Some(key) = &args.key
        && !project.declaration.keys.contains_key(key)
    {
        return Err(Failure::new(format!("`{}` is not declared", clean(key)))
            .detail(format!("in {}", args.project.file.display())));
    }
    project.declaration.keys.retain(|name, _| args.by_name || args.key.as_ref() == Some(name));
    let site = project.read(false, console).await?;
    match (&args.key, &args.id) {
        (Some(key), Some(id)) => {
            if let Some(declared) = project.declaration.keys.get_mut(key) {
                declared.adopt = Some(id.clone());
            }
        }
        _ => choose_by_name(&mut project, &site),
    }
    let mut plan = project.plan(&site, &project.options(false));
    plan.steps.retain(|step| step.action == Action::Adopt || !args.by_name);
    if let Some(reason) = not_adoptable(&plan) {
        return Err(Failure::new("the key cannot be adopted").detail(clean(&reason)).status(status::FAILED));
    }
    // Its changes are made by `apply`.
    plan.steps.retain(|step| step.action == Action::Adopt);
    if plan.is_empty() {
        console.note("No keys to adopt.");
        return Ok(site.verdict(status::OK, console));
    }
    if args.confirm.dry_run {
        console.print(&text(&plan, &project.declaration, console.color()))?;
        return Ok(site.verdict(status::OK, console));
    }
    if !args.confirm.yes {
        console.note(text(&plan, &project.declaration, console.color()));
    }
    console.confirm(&format!("Adopt {} keys?", plan.steps.len()), args.confirm.yes)?;
    let args = ApplyArgs {
        plan: None,
        auto_approve: true,
        prune: false,
        bulk: args.bulk,
        project: args.project,
        output: args.output,
    };
    execute(&mut project, site, plan, &args, console).await
}

/// Returns the reason if the plan of one key does not adopt it.
fn not_adoptable(plan: &Plan) -> Option<String> {
    if plan.count(Action::Adopt) > 0 {
        return None;
    }
    match &plan.steps[..] {
        [] => (plan.unchanged > 0).then(|| "another key is managed already".to_owned()),
        [step, ..] => {
            Some(step.reason.clone().unwrap_or_else(|| "another key is managed already".to_owned()))
        }
    }
}

/// Sets the keys to adopt to those with the declared names, if there is exactly one.
fn choose_by_name(project: &mut Project, site: &Site) {
    let plan = project.plan(site, &project.options(false));
    for (logical, declared) in &mut project.declaration.keys {
        let name = declared.name.as_ref().unwrap_or(logical);
        let mut namesakes = plan
            .unmanaged
            .iter()
            .filter(|found| found.provider == declared.provider && found.name.as_ref() == Some(name));
        if let (Some(found), None) = (namesakes.next(), namesakes.next()) {
            declared.adopt = Some(found.id.clone());
        }
    }
}
