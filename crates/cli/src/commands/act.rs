//! Actions on several keys, with one result per key.

use api_keys::{ApiKey, ApiKeyProvider as _, KeyId, RecordState, Revocation, RevokeOptions, Timestamp};
use serde::Serialize;

use crate::args::{ConfirmArgs, Format};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::output::{csv, json};
use crate::status;

/// The action on one key, with its result.
#[derive(Debug, Serialize)]
pub(super) struct Action {
    pub(super) provider: String,
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// `revoke`, `delete`, `enable`, `disable`, `rotate`, `finish`, `abort`.
    pub(super) action: &'static str,
    /// `done`, `planned` or `failed`.
    pub(super) outcome: &'static str,
    /// A remark on the result.
    pub(super) detail: Option<String>,
    /// The id of the key with the new secret, after a rotation.
    pub(super) new_id: Option<String>,
    pub(super) error: Option<Failure>,
}

impl Action {
    pub(super) fn planned(provider: &Provider, key: &ApiKey, action: &'static str) -> Self {
        Self {
            provider: provider.name.clone(),
            id: key.id.to_string(),
            name: key.name.clone(),
            action,
            outcome: "planned",
            detail: None,
            new_id: None,
            error: None,
        }
    }

    pub(super) fn completed(mut self, result: Result<Done, Failure>) -> Self {
        match result {
            Ok(Done { detail, new_id }) => {
                (self.outcome, self.detail, self.new_id) = ("done", detail, new_id)
            }
            Err(failure) => (self.outcome, self.error) = ("failed", Some(failure)),
        }
        self
    }
}

/// The result of an action.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) detail: Option<String>,
    pub(super) new_id: Option<String>,
}

impl From<String> for Done {
    fn from(detail: String) -> Self {
        Self { detail: Some(detail), new_id: None }
    }
}

/// Reads a key before an action.
pub(super) async fn subject_of(provider: &Provider, id: &KeyId) -> Result<ApiKey, Failure> {
    provider.api.get(id).await.map_err(|error| {
        let what = format!("failed to read key {}; nothing was changed", human::clean(id.as_str()));
        Failure::from_api(what, &provider.name, &error)
    })
}

/// Formats a key for a question.
pub(super) fn describe(key: &ApiKey) -> String {
    let name = key.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    let used = key.last_used_at.map(|time| format!(", last used {}", human::age(time, Timestamp::now())));
    human::clean(&format!("{}{name}{}", key.id, used.unwrap_or_default()))
}

/// Asks for confirmation of an action on several keys, except in a dry run.
pub(super) fn confirm(
    provider: &Provider,
    keys: &[ApiKey],
    question: &str,
    args: &ConfirmArgs,
    console: &Console<'_>,
) -> Result<(), Failure> {
    if args.dry_run {
        return Ok(());
    }
    let named: Vec<_> = keys.iter().map(describe).collect();
    console.confirm(&format!("{question} {} on {}?", named.join("; "), provider.name), args.yes)
}

pub(super) fn revoke_options(reason: Option<String>) -> RevokeOptions {
    match reason {
        Some(reason) => RevokeOptions::new().reason(reason),
        None => RevokeOptions::new(),
    }
}

/// Revokes a key. Returns a remark on the state of its record.
pub(super) async fn revoke_key(
    provider: &Provider,
    id: &KeyId,
    options: RevokeOptions,
) -> Result<Done, Failure> {
    match provider.api.revoke(id, options).await {
        Ok(revocation) => Ok(record_state(revocation).to_owned().into()),
        Err(error) => {
            let what = format!("failed to revoke key {}", human::clean(id.as_str()));
            Err(Failure::from_api(what, &provider.name, &error))
        }
    }
}

fn record_state(revocation: Revocation) -> &'static str {
    match (revocation.record, revocation.reversible) {
        (RecordState::Removed, _) => "its record was removed",
        (RecordState::Retained, true) => "its record remains; `enable` reverses this",
        (RecordState::Retained, false) => "its record remains",
    }
}

/// Prints the results and returns the exit status.
pub(super) fn finish(actions: &[Action], format: Format, console: &mut Console<'_>) -> Result<u8, Failure> {
    let text = match format {
        Format::Table => actions.iter().filter(|action| action.error.is_none()).map(line).collect(),
        Format::Json => {
            #[derive(Serialize)]
            struct Content<'a> {
                actions: &'a [Action],
            }
            json::document(Content { actions })
        }
        Format::Jsonl => actions.iter().map(json::line).collect(),
        Format::Csv | Format::RawCsv => csv::document(
            &["provider", "id", "name", "action", "outcome", "detail", "error", "new_id"],
            actions.iter().map(fields),
            format == Format::RawCsv,
        ),
    };
    console.print(&text)?;
    let mut failures = actions.iter().filter_map(|action| action.error.as_ref());
    failures.clone().for_each(|failure| console.note(failure));
    let worst = failures.clone().map(Failure::exit_status).max_by_key(|&status| status == status::ATTENTION);
    Ok(match worst {
        None => status::OK,
        Some(status) if status == status::ATTENTION || failures.by_ref().count() == actions.len() => status,
        Some(_) => status::PARTIAL,
    })
}

fn line(action: &Action) -> String {
    let Action { provider, id, name, action: verb, outcome, detail, .. } = action;
    let name = name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    let verb = match (*outcome, *verb) {
        ("planned", verb) => format!("would {verb}"),
        ("skipped", verb) => format!("did not {verb}"),
        (_, "adopt" | "deliver") => format!("{verb}ed"),
        (_, "finish" | "abort") => format!("{verb}ed"),
        (_, verb) => format!("{verb}d"),
    };
    let detail = detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}\n", human::clean(&format!("{verb} {id}{name} on {provider}{detail}")))
}

fn fields(action: &Action) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![
        action.provider.clone(),
        action.id.clone(),
        text(&action.name),
        action.action.to_owned(),
        action.outcome.to_owned(),
        text(&action.detail),
        action.error.as_ref().map(Failure::summary).unwrap_or_default(),
        text(&action.new_id),
    ]
}
