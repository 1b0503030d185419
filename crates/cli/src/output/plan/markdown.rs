//! Plans for pull requests.

use std::fmt::Write as _;

use api_keys_plan::{Declaration, Plan};

use super::{remarks, summary, value};
use crate::output::ProviderFailure;

/// Formats a plan in GitHub Flavored Markdown.
pub(crate) fn markdown(plan: &Plan, declaration: &Declaration, failures: &[ProviderFailure]) -> String {
    let mut text = format!("### API keys of {}\n\n{}.\n", code(&plan.scope), summary(plan));
    if !plan.steps.is_empty() {
        text.push_str("\n| action | key | provider | details |\n|---|---|---|---|\n");
    }
    for step in &plan.steps {
        let mut details: Vec<_> = remarks(step).iter().map(|remark| escaped(remark)).collect();
        details.extend(step.changes.iter().map(|change| match change.before.is_null() {
            true => format!("{}: {}", code(&change.field), code(&value(&change.after))),
            false => format!(
                "{}: {} → {}",
                code(&change.field),
                code(&value(&change.before)),
                code(&value(&change.after))
            ),
        }));
        let destinations = declaration.keys.get(&step.key).into_iter().flat_map(|key| &key.destinations);
        if step.delivers() {
            details.extend(destinations.map(|destination| format!("→ {}", code(&destination.to_string()))));
        }
        let id = step.id.as_ref().map(|id| format!("<br>{}", code(id.as_str()))).unwrap_or_default();
        let provider = match &step.from {
            Some(from) => format!("{} → {}", code(from), code(&step.provider)),
            None => code(&step.provider),
        };
        let _ = writeln!(
            text,
            "| **{}** | {}{id} | {provider} | {} |",
            step.action.as_str(),
            code(&step.key),
            details.join("<br>")
        );
    }
    let mut list = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            let _ = write!(text, "\n<details><summary>{title}: {}</summary>\n\n", items.len());
            items.iter().for_each(|item| {
                let _ = writeln!(text, "- {item}");
            });
            text.push_str("\n</details>\n");
        }
    };
    let undeclared = plan.undeclared.iter();
    list(
        "Managed, but not declared",
        undeclared
            .map(|found| {
                let key = found.key.as_deref().unwrap_or_default();
                format!("{} {} on {}", code(key), code(found.id.as_str()), code(&found.provider))
            })
            .collect(),
    );
    let unmanaged = plan.unmanaged.iter();
    list(
        "Not managed",
        unmanaged
            .map(|found| {
                let name = found.name.as_ref().map(|name| format!(" ({})", code(name))).unwrap_or_default();
                format!("{}{name} on {}", code(found.id.as_str()), code(&found.provider))
            })
            .collect(),
    );
    list(
        "Providers that could not be read",
        failures
            .iter()
            .map(|failure| format!("{}: {}", code(&failure.provider), escaped(&failure.failure.summary())))
            .collect(),
    );
    text
}

/// Formats text as code that no character can end.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Escapes the characters with a meaning in Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in crate::human::clean(text).chars() {
        if c.is_ascii_punctuation() && !"-.,:;/()=+'\"%?".contains(c) {
            let _ = write!(escaped, "&#{};", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_escaped() {
        let text = code("a|b`c</code><img src=x>@team [x](http://y) **z**\n# h");
        for hostile in ["|", "`", "<img", "@team", "[x]", "**", "\n"] {
            assert!(!text.contains(hostile), "{hostile:?} in {text}");
        }
    }
}
