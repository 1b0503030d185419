//! The docs of an operation.

use super::docs::markdown;
use crate::model::{Class, Docs, Operation, ResponseDoc, Status, StatusEnum, Success};

/// What an operation does and how it is called, what it needs, returns and fails with.
pub(super) fn method_docs(operation: &Operation) -> String {
    let class = match operation.class {
        Class::Safe => "safe: it only reads",
        Class::Idempotent => "idempotent: twice is as good as once",
        Class::Unsafe => "unsafe: it is sent again only where it surely had no effect",
    };
    let mut sections = vec![markdown(&operation.docs.text)];
    let server = operation.server.as_ref().map(|server| format!(" at `{server}`")).unwrap_or_default();
    let security = operation.security.as_ref().map(|alternatives| format!(" {}", credentials(alternatives)));
    let security = security.unwrap_or_default();
    sections.push(format!("`{} {}`{server}, {class}.{security}", operation.method, operation.path));
    sections.extend(operation.docs.notes.iter().cloned());

    let arguments = operation.arguments.iter().map(|argument| (argument.name.as_str(), &argument.docs));
    let body = operation.body.iter().map(|body| ("body", &body.docs));
    let described = arguments.chain(body).filter(|(_, docs)| !docs.text.is_empty() || !docs.notes.is_empty());
    sections.push(list("# Arguments", described.map(|(name, docs)| item(&format!("`{name}`"), docs))));

    let (successes, failures): (Vec<_>, Vec<_>) =
        operation.response_docs.iter().partition(|answer| is_success(answer.status));
    let success = match &operation.success {
        Success::ByStatus(answers) => Some(answers),
        _ => None,
    };
    sections.push(list("# Returns", successes.into_iter().map(|answer| answered(answer, success))));
    let errors =
        list("# Errors", failures.into_iter().map(|answer| answered(answer, operation.error.as_ref())));
    sections.push(if errors.is_empty() {
        "# Errors\n\nThe document describes none.".to_owned()
    } else {
        errors
    });

    sections.retain(|section| !section.is_empty());
    sections.join("\n\n")
}

/// Which credentials an operation takes, as a sentence.
fn credentials(alternatives: &[Vec<String>]) -> String {
    let together = |schemes: &Vec<String>| {
        let schemes: Vec<_> = schemes.iter().map(|scheme| format!("`{scheme}`")).collect();
        schemes.join(" and ")
    };
    let some: Vec<_> = alternatives.iter().filter(|schemes| !schemes.is_empty()).map(together).collect();
    let may_be_none = some.len() < alternatives.len();
    match (some.join(", or "), may_be_none) {
        (some, _) if some.is_empty() => "Takes no credential.".to_owned(),
        (some, true) => format!("Takes {some}, or no credential."),
        (some, false) => format!("Takes {some}."),
    }
}

fn is_success(status: Status) -> bool {
    matches!(status, Status::Code(200..=299) | Status::Range(2))
}

/// A status as the document writes it.
pub(super) fn status(status: Status) -> String {
    match status {
        Status::Code(code) => format!("`{code}`"),
        Status::Range(class) => format!("`{class}XX`"),
        Status::Default => "Any other status".to_owned(),
    }
}

fn list(heading: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() { String::new() } else { format!("{heading}\n\n{}", items.join("\n")) }
}

/// An answer, with a link to its variant if it is one of an enum.
fn answered(answer: &ResponseDoc, answers: Option<&StatusEnum>) -> String {
    let status = status(answer.status);
    let head = match (answers, &answer.variant) {
        (Some(answers), Some(variant)) => format!("{status}, [`{variant}`]({}::{variant})", answers.name),
        _ => status,
    };
    item(&head, &Docs { text: answer.text.clone(), notes: Vec::new() })
}

/// An item of a list, on one line whatever the description looks like.
fn item(head: &str, docs: &Docs) -> String {
    let text = markdown(&docs.text);
    let words: Vec<_> = text.split_whitespace().chain(docs.notes.iter().map(String::as_str)).collect();
    if words.is_empty() { format!("- {head}") } else { format!("- {head}: {}", words.join(" ")) }
}
