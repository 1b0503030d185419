//! The credentials that an operation accepts.

use std::collections::BTreeSet;

use super::impact::Impact;
use super::operation::{Found, Pair};
use super::paths::Operation;
use crate::document::{Node, scheme_name};
use crate::problem::Problem;

impl Pair<'_, '_> {
    pub(super) fn credentials(&self, found: &mut Found<'_>) -> Result<(), Problem> {
        let (ours, theirs) = (security(self.ours)?, security(self.theirs)?);
        let describe = |credentials: &BTreeSet<String>| match credentials.len() {
            0 => "no credentials".to_owned(),
            _ => credentials.iter().map(String::as_str).collect::<Vec<_>>().join(" with "),
        };
        for (way, node) in ours.iter().filter(|(way, _)| !theirs.iter().any(|(other, _)| other == way)) {
            // Credentials are harmless if they are no longer required.
            let impact = if theirs.is_empty() { Impact::Compatible } else { Impact::Breaking };
            let message = format!("no longer {}", describe(way));
            self.report(found, "security", message, impact, (Some(node), None));
        }
        for (way, node) in theirs.iter().filter(|(way, _)| !ours.iter().any(|(own, _)| own == way)) {
            let impact =
                if ours.is_empty() && !way.is_empty() { Impact::Breaking } else { Impact::Compatible };
            let message = format!("also {}", describe(way));
            self.report(found, "security", message, impact, (None, Some(node)));
        }
        Ok(())
    }
}

/// The alternatives for authentication, each a set of credentials.
fn security<'d>(operation: &Operation<'d>) -> Result<Vec<(BTreeSet<String>, Node<'d>)>, Problem> {
    let root = operation.node.root();
    let Some(security) = operation.node.get("security").or_else(|| root.get("security")) else {
        return Ok(Vec::new());
    };
    let mut ways = Vec::new();
    for way in security.items()? {
        let mut credentials = BTreeSet::new();
        for (name, scopes) in way.entries()? {
            let schemes = root.get("components").and_then(|node| node.get("securitySchemes"));
            let scheme = schemes.and_then(|schemes| schemes.get(&scheme_name(name)));
            let Some(scheme) = scheme else {
                credentials.insert(format!("`{name}`, which is not declared"));
                continue;
            };
            let scheme = scheme.resolve()?;
            let text = |key| scheme.text_of(key).ok().flatten().unwrap_or_default();
            credentials.insert(match text("type") {
                "http" => format!("http {}", text("scheme").to_ascii_lowercase()),
                "apiKey" => match text("in") {
                    "header" => format!("header `{}`", text("name").to_ascii_lowercase()),
                    place => format!("{place} `{}`", text("name")),
                },
                other => format!("{other} {}", scopes.value()),
            });
        }
        ways.push((credentials, way));
    }
    Ok(ways)
}
