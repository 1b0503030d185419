//! Servers.

use crate::document::Node;
use crate::lower::names;
use crate::model::{Docs, Server};
use crate::problem::{Problem, Topic};

/// Returns the first server, if it is public. Many documents list servers for development.
pub(crate) fn base_url(root: &Node<'_>) -> Result<Option<Server>, Problem> {
    let servers = root.items_of("servers")?;
    let Some(server) = servers.first() else { return Ok(None) };
    let url = url_of(server)?;
    if !url.starts_with("https://") {
        if server.is_lenient() {
            server.note(
                Topic::Servers,
                format!("`{url}` is not a public URL"),
                "no `DEFAULT_BASE_URL`; base URLs must end with the same path",
            );
        }
        return Ok(None);
    }
    let mut notes = Vec::new();
    if server.is_lenient() {
        let template = server.require("url")?.text()?;
        if template.contains('{') {
            notes.push(format!("Template: `{template}`."));
        }
        for (name, variable) in server.entries_of("variables")? {
            let values = variable.items_of("enum")?;
            let values: Vec<_> =
                values.iter().filter_map(|value| Some(format!("`{}`", value.text().ok()?))).collect();
            if !values.is_empty() {
                notes.push(format!("`{name}` is one of {}.", values.join(", ")));
            }
        }
        let others: Vec<_> = servers[1..].iter().filter_map(|other| url_of(other).ok()).collect();
        let others: Vec<_> =
            others.iter().filter(|other| **other != url).map(|other| format!("`{other}`")).collect();
        if !others.is_empty() {
            notes.push(format!("Other servers: {}.", others.join(", ")));
        }
    }
    let docs = Docs { text: String::new(), notes };
    Ok(Some(Server { name: "DEFAULT_BASE_URL".to_owned(), url, docs }))
}

/// Servers of single operations.
#[derive(Debug, Default)]
pub(super) struct OperationServers(pub(super) Vec<Server>);

impl OperationServers {
    /// Returns the server of an operation, if it is not the one of the document.
    pub(super) fn of(&mut self, operation: &Node<'_>, path: &Node<'_>) -> Result<Option<String>, Problem> {
        let mut own = operation.items_of("servers")?;
        if own.is_empty() {
            own = path.items_of("servers")?;
        }
        let Some(server) = own.first() else { return Ok(None) };
        let problem =
            server.problem("`servers` of an operation is not supported", "declare servers for the document");
        let url = url_of(server)?;
        if url.is_empty() {
            return Ok(None);
        }
        let of_document = operation.root().items_of("servers")?;
        if of_document.first().map(url_of).transpose()?.as_ref() == Some(&url) {
            return Ok(None);
        }
        server.pass_over(
            problem.about(Topic::Servers),
            &format!("sent to `{url}`, which clients with another base URL must configure"),
        )?;
        if url.contains("://") && !self.0.iter().any(|known| known.url == url) {
            let name = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            let name = format!("{}_SERVER", names::constant_name(name));
            self.0.push(Server { name, url: url.clone(), docs: Docs::default() });
        }
        Ok(Some(url))
    }
}

/// Returns a URL with the default of each variable.
fn url_of(server: &Node<'_>) -> Result<String, Problem> {
    let node = server.require("url")?;
    let mut url = node.text()?.trim().to_owned();
    for (name, variable) in server.entries_of("variables")? {
        let default = match variable.get("default") {
            Some(default) => Some(default),
            None => variable.items_of("enum")?.into_iter().next(),
        };
        let value = default.map(|default| match default.value() {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        if let Some(value) = value {
            url = url.replace(&format!("{{{name}}}"), &value);
        }
    }
    let is_complete = !url.contains('{');
    Ok(if is_complete && url.len() > 1 { url.trim_end_matches('/').to_owned() } else { url })
}
