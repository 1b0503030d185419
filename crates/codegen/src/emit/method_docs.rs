//! Documentation of methods.

use super::docs::{markdown, relevant_notes};
use crate::model::{Class, Docs, Operation, Status, Success};

/// Returns the docs of a method: description, request, arguments, responses and errors.
pub(super) fn method_docs(operation: &Operation) -> String {
    let class = match operation.class {
        Class::Safe => "Safe",
        Class::Idempotent => "Idempotent",
        Class::Unsafe => "Not idempotent: retried only if the request cannot have been processed",
    };
    let mut sections = vec![markdown(&operation.docs.text)];
    let server = operation.server.as_ref().map(|server| format!(" at `{server}`")).unwrap_or_default();
    let security = operation.security.as_ref().map(|alternatives| format!(" {}", credentials(alternatives)));
    let security = security.unwrap_or_default();
    sections.push(format!("`{} {}`{server}. {class}.{security}", operation.method, operation.path));
    sections.extend(operation.docs.notes.iter().cloned());

    let arguments = operation.arguments.iter().map(|argument| (argument.name.as_str(), &argument.docs));
    let body = operation.body.iter().map(|body| ("body", &body.docs));
    let described = arguments.chain(body).filter(|(_, docs)| !docs.text.is_empty() || !docs.notes.is_empty());
    sections.push(list("# Arguments", described.map(|(name, docs)| item(&format!("`{name}`"), docs))));

    sections.push(match &operation.success {
        Success::ByStatus(by_status) => {
            format!("# Returns\n\nA variant of [`{}`] by status.", by_status.name)
        }
        _ => {
            let docs = |text: &String| Docs { text: text.clone(), notes: Vec::new() };
            list("# Returns", operation.returns.iter().map(|(code, text)| item(&status(*code), &docs(text))))
        }
    });
    sections.push(match &operation.error {
        Some(error) => format!("# Errors\n\nThe documented errors are in [`{}`].", error.name),
        None => "# Errors\n\nErrors are not documented.".to_owned(),
    });

    sections.retain(|section| !section.is_empty());
    sections.join("\n\n")
}

fn credentials(alternatives: &[Vec<String>]) -> String {
    let together = |schemes: &Vec<String>| {
        let schemes: Vec<_> = schemes.iter().map(|scheme| format!("`{scheme}`")).collect();
        schemes.join(" and ")
    };
    let some: Vec<_> = alternatives.iter().filter(|schemes| !schemes.is_empty()).map(together).collect();
    let may_be_none = some.len() < alternatives.len();
    match (some.join(", or "), may_be_none) {
        (some, _) if some.is_empty() => "Requires no credential.".to_owned(),
        (some, true) => format!("Accepts {some}, or no credential."),
        (some, false) => format!("Requires {some}."),
    }
}

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

fn item(head: &str, docs: &Docs) -> String {
    let text = markdown(&docs.text);
    let words: Vec<_> = text.split_whitespace().chain(relevant_notes(docs)).collect();
    if words.is_empty() { format!("- {head}") } else { format!("- {head}: {}", words.join(" ")) }
}
