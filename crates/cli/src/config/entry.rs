//! One provider: its settings, and the connection that comes of them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};

use api_keys::runtime::HttpConfig;
use api_keys::{ApiKeyProvider, ListQuery, ProviderConfig};
use serde_json::{Map, Value};

use super::document::{Line, Place};
use super::near;
use crate::failure::Failure;
use crate::shell;

/// Setting up TLS once does for all providers.
static HTTP: LazyLock<HttpConfig> = LazyLock::new(HttpConfig::new);

/// What may hold a credential.
const TOKENS: [&str; 2] = ["token", "secret_key"];

/// The settings of one provider, not looked at yet.
#[derive(Debug)]
pub(crate) struct Entry {
    name: String,
    owners: Vec<String>,
    settings: Map<String, Value>,
    /// `None` for the environment.
    place: Option<Place>,
}

/// A provider that can be called.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) name: String,
    /// Whose keys, unless said otherwise; any without one.
    pub(crate) owners: Vec<String>,
    /// Where it is set up; `None` for the environment.
    pub(crate) line: Option<Line>,
    pub(crate) api: Arc<dyn ApiKeyProvider>,
}

/// The settings that are paths.
pub(super) fn files(settings: &mut Map<String, Value>) -> impl Iterator<Item = &mut String> {
    settings.iter_mut().filter_map(|(name, value)| match value {
        Value::String(file) if name == "file" => Some(file),
        Value::Object(token) if TOKENS.contains(&name.as_str()) => match token.get_mut("file") {
            Some(Value::String(file)) => Some(file),
            _ => None,
        },
        _ => None,
    })
}

impl Entry {
    pub(super) fn new(
        name: String,
        mut settings: Map<String, Value>,
        place: Option<Place>,
    ) -> Result<Self, Failure> {
        let owners = match settings.remove("owner") {
            None => Some(Vec::new()),
            Some(Value::String(owner)) => Some(vec![owner]),
            Some(Value::Array(owners)) => {
                owners.into_iter().map(|owner| owner.as_str().map(str::to_owned)).collect()
            }
            Some(_) => None,
        };
        match owners {
            Some(owners) => Ok(Self { name, owners, settings, place }),
            None => Err(Failure::new(format!("the owner of the provider {name} is not a text"))
                .why(place.map_or_else(|| "API_KEYS_OWNER".to_owned(), |place| place.of(Some("owner"))))
                .advice("write owner = \"…\", or a list of them")),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The vendor as it is written, which may be none that there is.
    pub(crate) fn vendor(&self) -> Option<&str> {
        self.settings.get("vendor")?.as_str()
    }

    /// Whether the file itself holds a credential.
    pub(super) fn has_literal_token(&self) -> bool {
        TOKENS.iter().any(|name| self.settings.get(*name).is_some_and(Value::is_string))
    }

    /// The files that hold its credentials.
    pub(super) fn token_files(&self) -> impl Iterator<Item = &Path> {
        TOKENS.iter().filter_map(|name| self.settings.get(*name)?.get("file")?.as_str().map(Path::new))
    }

    /// Makes the provider. Nothing is sent.
    pub(crate) fn build(mut self) -> Result<Provider, Failure> {
        for token in TOKENS {
            if let Some(command) = self.settings.get(token).and_then(|token| token.get("command")) {
                let secret = run(command).map_err(|why| {
                    Failure::new(format!("the token of the provider {} cannot be read", self.name))
                        .why(format!("{}: {why}", self.whereabouts(Some(token))))
                        .advice("run the command by hand; it must print the token and nothing else")
                })?;
                self.settings.insert(token.to_owned(), secret.into());
            }
        }
        let config = ProviderConfig::from_value(Value::Object(self.settings.clone()));
        let config = config.map_err(|error| self.explain(&error))?;
        let api = config.share_http(&HTTP).build().map_err(|error| {
            Failure::of(format!("the provider {} cannot be set up", self.name), &self.name, &error)
                .advice(format!("correct {}", self.whereabouts(None)))
        })?;
        let line = self.place.as_ref().map(Place::line);
        Ok(Provider { name: self.name, owners: self.owners, line, api })
    }

    /// What is wrong with the settings, where, and what was probably meant. Values are left out.
    fn explain(&self, error: &api_keys::Error) -> Failure {
        let message = error.message().unwrap_or_default();
        let what = Failure::new(format!("the provider {} is not set up rightly", self.name));
        let mut quoted = message.split('`').skip(1).step_by(2);
        let first = quoted.next().unwrap_or_default();
        if message.starts_with("unknown field") {
            let place = self.whereabouts(Some(first));
            let what = what.why(format!("{place}: there is no setting `{first}`"));
            let known: Vec<_> = quoted.chain(["owner"]).collect();
            return match near(first, known.iter().copied()) {
                Some(near) => what.advice(format!("did you mean `{near}`?")),
                None => what.advice(format!("there are: {}", known.join(", "))),
            };
        }
        if message.starts_with("unknown variant") {
            let vendors: Vec<_> = quoted.collect();
            let of_vendor = self.vendor() == Some(first);
            let setting = if of_vendor { Some("vendor") } else { self.setting_of(first) };
            let place = self.whereabouts(setting);
            let what = what.why(format!("{place}: not one of: {}", vendors.join(", ")));
            return match near(first, vendors) {
                Some(near) => what.advice(format!("did you mean `{near}`?")),
                None => what.advice(format!("correct {}", setting.unwrap_or("it"))),
            };
        }
        if message == "missing field `token`" {
            let advice = match &self.place {
                Some(_) => {
                    "write token = { env = \"NAME\" }, { file = \"PATH\" } or { command = \"COMMAND\" }"
                }
                None => "set API_KEYS_TOKEN, API_KEYS_TOKEN_FILE or API_KEYS_TOKEN_COMMAND",
            };
            return what.why(format!("{}: there is no token", self.whereabouts(None))).advice(advice);
        }
        if message.contains("SecretSource") {
            let advice = "write token = { env = \"NAME\" }, { file = \"PATH\" } or { command = \"COMMAND\" }";
            let place = self.whereabouts(Some("token"));
            return what.why(format!("{place}: this is no way to give a token")).advice(advice);
        }
        what.why(format!("{}: {}", self.whereabouts(None), without_values(message)))
    }

    /// The setting with this value.
    fn setting_of(&self, value: &str) -> Option<&str> {
        self.settings.iter().find(|(_, other)| other.as_str() == Some(value)).map(|(name, _)| name.as_str())
    }

    fn whereabouts(&self, setting: Option<&str>) -> String {
        match (&self.place, setting) {
            (Some(place), setting) => place.of(setting),
            (None, Some(setting)) => format!("API_KEYS_{}", setting.to_ascii_uppercase()),
            (None, None) => "the API_KEYS_* variables".to_owned(),
        }
    }
}

impl Provider {
    pub(crate) fn vendor(&self) -> &'static str {
        self.api.vendor()
    }

    /// One query for each owner whose keys are wanted, or one for all.
    pub(crate) fn queries(&self, owner: Option<&str>) -> Result<Vec<ListQuery>, Failure> {
        let owners: Vec<&str> = match owner {
            Some(owner) => vec![owner],
            None => self.owners.iter().map(String::as_str).collect(),
        };
        if owners.is_empty() {
            if self.api.capabilities().owner_required {
                return Err(self.needs_owner());
            }
            return Ok(vec![ListQuery::new()]);
        }
        Ok(owners.into_iter().map(|owner| ListQuery::new().owner(owner)).collect())
    }

    /// Whose a new key shall be.
    pub(crate) fn owner_of_new(&self, owner: Option<String>) -> Result<Option<String>, Failure> {
        match (owner, &self.owners[..]) {
            (Some(owner), _) => Ok(Some(owner)),
            (None, [owner]) => Ok(Some(owner.clone())),
            (None, []) if self.api.capabilities().owner_required => Err(self.needs_owner()),
            (None, []) => Ok(None),
            (None, _) => Err(Failure::new(format!("the provider {} has several owners", self.name))
                .why(self.owners.join(", "))
                .advice("say whose the key shall be with --owner")),
        }
    }

    fn needs_owner(&self) -> Failure {
        Failure::new(format!("{} needs to know whose keys", self.vendor()))
            .why(format!("the provider {} has no owner", self.name))
            .advice("name a user or an organization with --owner, or write owner = \"…\" in its settings")
    }
}

/// What a command prints, without the line break at its end.
fn run(command: &Value) -> Result<String, String> {
    let mut process = match command {
        Value::String(line) => shell::command(line),
        Value::Array(words) => {
            let mut words = words.iter().map(Value::as_str);
            let program = words.next().flatten().ok_or("the command is empty")?;
            let arguments: Option<Vec<_>> = words.collect();
            let mut process = Command::new(program);
            process.args(arguments.ok_or("a word of the command is not a text")?);
            process
        }
        _ => return Err("the command is neither a text nor a list of words".to_owned()),
    };
    // It may ask for a password on the terminal.
    let output = process.stdout(Stdio::piped()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("the command cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("the command ended with {}", output.status));
    }
    let mut secret = String::from_utf8(output.stdout).map_err(|_| "the command prints no text")?;
    secret.truncate(secret.trim_end_matches(['\r', '\n']).len());
    if secret.is_empty() { Err("the command prints nothing".to_owned()) } else { Ok(secret) }
}

/// A complaint without the value that it is about, which may be a token in the wrong place.
fn without_values(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(start), Some(end)) if start < end => format!("{}…{}", &message[..=start], &message[end..]),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_does_not_hold_the_value() {
        let message = r#"invalid type: string "sk_live_\"x", expected u32"#;
        assert_eq!(without_values(message), r#"invalid type: string "…", expected u32"#);
        assert_eq!(without_values("missing field `base_url`"), "missing field `base_url`");
    }
}
