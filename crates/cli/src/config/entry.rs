//! One provider: its settings and the client built from them.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use api_keys::runtime::HttpConfig;
use api_keys::sql::Sql;
use api_keys::{ApiKeyProvider, ListQuery, ProviderConfig, SecretSource};
use serde_json::{Map, Value};

use super::location::{Line, Location};
use super::suggest::similar;
use crate::credential_store;
use crate::failure::{Failure, chain};
use crate::shell;

/// Shared by all providers, because TLS setup is expensive.
static HTTP: LazyLock<HttpConfig> = LazyLock::new(HttpConfig::new);

/// Name that selects all providers.
pub(crate) const ALL: &str = "all";

/// Settings that can contain a credential.
const TOKENS: [&str; 4] = ["token", "secret_key", "url", "pepper"];

const TOKEN_SOURCES: &str = "set token to { env = \"NAME\" }, { file = \"PATH\" }, { command = \"COMMAND\" } or { keyring = \"ACCOUNT\" }";

/// The settings of one provider, not validated.
#[derive(Debug)]
pub(crate) struct Entry {
    name: String,
    owners: Vec<String>,
    settings: Map<String, Value>,
    /// `None` for the environment.
    location: Option<Location>,
}

/// A provider ready for requests.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) name: String,
    /// Default owners of keys; unrestricted if empty.
    pub(crate) owners: Vec<String>,
    /// Location of its settings; `None` for the environment.
    pub(crate) line: Option<Line>,
    pub(crate) api: Arc<dyn ApiKeyProvider>,
    /// The same provider, if it is a database.
    pub(crate) sql: Option<Sql>,
}

/// Returns the path in the URL of an SQLite database.
pub(crate) fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path)).filter(|path| !path.is_empty())
}

/// Makes the paths in the settings relative to a folder, instead of the working directory.
pub(super) fn resolve_paths(settings: &mut Map<String, Value>, folder: &Path) {
    let resolve = |path: &str| folder.join(path).to_string_lossy().into_owned();
    for (name, value) in settings {
        match value {
            Value::String(url) if name == "url" => {
                if let Some(path) = sqlite_path(url) {
                    *url = format!("sqlite:{}", resolve(path));
                }
            }
            Value::Object(token) if TOKENS.contains(&name.as_str()) => {
                if let Some(Value::String(file)) = token.get_mut("file") {
                    *file = resolve(file);
                }
            }
            _ => {}
        }
    }
}

impl Entry {
    pub(super) fn new(
        name: String,
        mut settings: Map<String, Value>,
        location: Option<Location>,
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
            Some(owners) => Ok(Self { name, owners, settings, location }),
            None => Err(Failure::new(format!("owner of provider `{name}` is not a string"))
                .detail(
                    location
                        .map_or_else(|| "API_KEYS_OWNER".to_owned(), |location| location.of(Some("owner"))),
                )
                .help("set owner to a string, or to a list of strings")),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the configured vendor, which may be invalid.
    pub(crate) fn vendor(&self) -> Option<&str> {
        self.settings.get("vendor")?.as_str()
    }

    /// Returns whether the configuration itself contains a credential.
    pub(super) fn has_literal_token(&self) -> bool {
        TOKENS.iter().any(|name| self.settings.get(*name).is_some_and(Value::is_string))
    }

    /// Returns the files that contain its credentials.
    pub(super) fn token_files(&self) -> impl Iterator<Item = &Path> {
        TOKENS.iter().filter_map(|name| self.settings.get(*name)?.get("file")?.as_str().map(Path::new))
    }

    /// Returns whether reading a credential may ask for a password, in a command or the credential store.
    pub(super) fn may_ask(&self) -> bool {
        TOKENS.iter().any(|token| self.command(token).is_some() || self.account(token).is_some())
    }

    /// Returns the account of its credential in the credential store.
    pub(crate) fn keyring_account(&self) -> Option<&str> {
        TOKENS.iter().find_map(|token| self.account(token))
    }

    fn account(&self, token: &str) -> Option<&str> {
        self.settings.get(token)?.get("keyring")?.as_str()
    }

    fn read_account(&self, token: &str) -> Option<Result<String, Failure>> {
        let secret = credential_store::read(credential_store::SERVICE, self.account(token)?);
        Some(secret.map_err(|error| {
            Failure::new(format!("failed to read the token of provider `{}`", self.name))
                .detail(format!("{}: {error}", self.location_of(Some(token))))
                .help(format!("store it with `api-keys login {}`", self.name))
        }))
    }

    /// Builds the provider without sending a request.
    pub(crate) fn build(self) -> Result<Provider, Failure> {
        self.with_tokens()?.build_with(|http| http)
    }

    /// Reads the credentials that only this program can read.
    fn with_tokens(mut self) -> Result<Self, Failure> {
        for token in TOKENS {
            if let Some(command) = self.command(token) {
                let secret = run(command).map_err(|error| self.command_failure(token, &error))?;
                self.settings.insert(token.to_owned(), secret.into());
            } else if let Some(secret) = self.read_account(token) {
                self.settings.insert(token.to_owned(), secret?.into());
            }
        }
        Ok(self)
    }

    /// Builds the provider with changed HTTP settings. Commands must have been replaced by
    /// [`read_tokens`](Self::read_tokens).
    pub(crate) fn build_with(
        self,
        change: impl FnOnce(HttpConfig) -> HttpConfig,
    ) -> Result<Provider, Failure> {
        let mut config = self.parse(&self.settings)?.share_http(&HTTP);
        if let Some(http) = config.http_mut() {
            *http = change(std::mem::take(http));
        }
        let invalid = |error: api_keys::Error| self.invalid(&error);
        let (api, sql): (Arc<dyn ApiKeyProvider>, _) = match config {
            ProviderConfig::Sql(config) => {
                let sql = config.build().map_err(invalid)?;
                (Arc::new(sql.clone()), Some(sql))
            }
            config => (config.build().map_err(invalid)?, None),
        };
        let line = self.location.as_ref().map(Location::line);
        Ok(Provider { name: self.name, owners: self.owners, line, api, sql })
    }

    fn invalid(&self, error: &api_keys::Error) -> Failure {
        let message = format!("invalid configuration for provider `{}`", self.name);
        Failure::from_api(message, &self.name, error).help(format!("check {}", self.location_of(None)))
    }

    /// Validates the names and types of the settings without reading a credential. Returns whether the provider sends
    /// requests.
    pub(crate) fn validate(&self) -> Result<bool, Failure> {
        let mut settings = self.settings.clone();
        for token in
            TOKENS.iter().filter(|token| self.command(token).is_some() || self.account(token).is_some())
        {
            settings.insert((*token).to_owned(), "command".into());
        }
        Ok(self.parse(&settings)?.http_mut().is_some())
    }

    /// Builds the provider with the operations that only a database has.
    pub(crate) fn build_sql(self) -> Result<Sql, Failure> {
        let provider = self.build()?;
        provider.sql.ok_or_else(|| {
            Failure::new(format!("provider `{}` is not a database", provider.name))
                .help("select a provider with vendor = \"sql\"")
        })
    }

    fn parse(&self, settings: &Map<String, Value>) -> Result<ProviderConfig, Failure> {
        let config = ProviderConfig::from_value(Value::Object(settings.clone()));
        config.map_err(|error| self.explain(&error))
    }

    /// Reads the credentials and replaces commands by their output. Returns descriptions of the sources.
    pub(crate) async fn read_tokens(&mut self, limit: Duration) -> Result<Vec<String>, Failure> {
        let mut sources = Vec::new();
        for token in TOKENS {
            let Some(source) = self.settings.get(token).cloned() else { continue };
            if let Some(command) = source.get("command") {
                let secret = run_within(command, limit).await;
                let secret = secret.map_err(|error| self.command_failure(token, &error))?;
                self.settings.insert(token.to_owned(), secret.into());
                sources.push("output of a command".to_owned());
                continue;
            }
            if let Some(secret) = self.read_account(token) {
                self.settings.insert(token.to_owned(), secret?.into());
                sources.push("credential store".to_owned());
                continue;
            }
            let invalid = |cause: String, help: &str| {
                Failure::new(format!("failed to read the token of provider `{}`", self.name))
                    .detail(format!("{}: {cause}", self.location_of(Some(token))))
                    .help(help)
            };
            let source = serde_json::from_value(source)
                .map_err(|_| invalid("invalid source".to_owned(), TOKEN_SOURCES))?;
            let (description, help) = match &source {
                SecretSource::Env { env, .. } => {
                    (format!("environment variable {env}"), format!("set the environment variable {env}"))
                }
                SecretSource::File { file, .. } => {
                    let file = file.display();
                    (
                        format!("file {file}"),
                        format!("check that {file} exists, contains the token and is readable"),
                    )
                }
                _ => ("configuration".to_owned(), TOKEN_SOURCES.to_owned()),
            };
            let secret = source.read().map_err(|error| invalid(chain(&error), &help))?;
            if secret.expose().trim().is_empty() {
                return Err(invalid(format!("{description} is empty"), &help));
            }
            sources.push(description);
        }
        Ok(sources)
    }

    fn command(&self, token: &str) -> Option<&Value> {
        self.settings.get(token)?.get("command")
    }

    fn command_failure(&self, token: &str, error: &str) -> Failure {
        Failure::new(format!("failed to read the token of provider `{}`", self.name))
            .detail(format!("{}: {error}", self.location_of(Some(token))))
            .help("check the output of the command: it must print only the token")
    }

    /// Explains an error in the settings, with location and suggestion, without their values.
    fn explain(&self, error: &api_keys::Error) -> Failure {
        let message = error.message().unwrap_or_default();
        let failure = Failure::new(format!("invalid configuration for provider `{}`", self.name));
        let mut quoted = message.split('`').skip(1).step_by(2);
        let first = quoted.next().unwrap_or_default();
        if message.starts_with("unknown field") {
            let failure =
                failure.detail(format!("{}: unknown setting `{first}`", self.location_of(Some(first))));
            let known: Vec<_> = quoted.chain(["owner"]).collect();
            return match similar(first, known.iter().copied()) {
                Some(similar) => failure.help(format!("did you mean `{similar}`?")),
                None => failure.help(format!("known settings: {}", known.join(", "))),
            };
        }
        if message.starts_with("unknown variant") {
            let variants: Vec<_> = quoted.collect();
            let is_vendor = self.vendor() == Some(first);
            let setting = if is_vendor { Some("vendor") } else { self.setting_of(first) };
            let location = self.location_of(setting);
            let failure = failure.detail(format!("{location}: not one of: {}", variants.join(", ")));
            return match similar(first, variants) {
                Some(similar) => failure.help(format!("did you mean `{similar}`?")),
                None => failure,
            };
        }
        if message == "missing field `token`" {
            let help = match &self.location {
                Some(_) => TOKEN_SOURCES,
                None => "set API_KEYS_TOKEN, API_KEYS_TOKEN_FILE or API_KEYS_TOKEN_COMMAND",
            };
            return failure.detail(format!("{}: missing `token`", self.location_of(None))).help(help);
        }
        if message.contains("SecretSource") {
            let location = self.location_of(Some("token"));
            return failure.detail(format!("{location}: invalid `token`")).help(TOKEN_SOURCES);
        }
        failure.detail(format!("{}: {}", self.location_of(None), without_values(message)))
    }

    /// Returns the name of the setting with this value.
    fn setting_of(&self, value: &str) -> Option<&str> {
        self.settings.iter().find(|(_, other)| other.as_str() == Some(value)).map(|(name, _)| name.as_str())
    }

    fn location_of(&self, setting: Option<&str>) -> String {
        match (&self.location, setting) {
            (Some(location), setting) => location.of(setting),
            (None, Some(setting)) => format!("API_KEYS_{}", setting.to_ascii_uppercase()),
            (None, None) => "the API_KEYS_* variables".to_owned(),
        }
    }
}

impl Provider {
    pub(crate) fn vendor(&self) -> &'static str {
        self.api.vendor()
    }

    /// Returns one query for each owner, or a single one without owners.
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

    /// Returns the owner of a new key.
    pub(crate) fn owner_of_new(&self, owner: Option<String>) -> Result<Option<String>, Failure> {
        match (owner, &self.owners[..]) {
            (Some(owner), _) => Ok(Some(owner)),
            (None, [owner]) => Ok(Some(owner.clone())),
            (None, []) if self.api.capabilities().owner_required => Err(self.needs_owner()),
            (None, []) => Ok(None),
            (None, _) => Err(Failure::new(format!("provider `{}` has more than one owner", self.name))
                .detail(format!("configured owners: {}", self.owners.join(", ")))
                .help("pass --owner")),
        }
    }

    fn needs_owner(&self) -> Failure {
        Failure::new(format!("{} requires an owner", self.vendor()))
            .detail(format!("provider `{}` has no owner", self.name))
            .help("pass a user or an organization with --owner, or set owner = \"…\" in its configuration")
    }
}

/// Runs a command and returns its output without trailing line breaks.
fn run(command: &Value) -> Result<String, String> {
    printed(process(command)?.output())
}

/// Like [`run`], with a time limit.
async fn run_within(command: &Value, limit: Duration) -> Result<String, String> {
    let mut process = tokio::process::Command::from(process(command)?);
    let output = tokio::time::timeout(limit, process.kill_on_drop(true).output()).await;
    printed(output.map_err(|_| format!("the command did not end within {} s", limit.as_secs()))?)
}

fn process(command: &Value) -> Result<Command, String> {
    let mut process = match command {
        Value::String(line) => shell::command(line),
        Value::Array(words) => {
            let mut words = words.iter().map(Value::as_str);
            let program = words.next().flatten().ok_or("the command is empty")?;
            let arguments: Option<Vec<_>> = words.collect();
            let mut process = Command::new(program);
            process.args(arguments.ok_or("an argument of the command is not a string")?);
            process
        }
        _ => return Err("the command is neither a string nor a list of strings".to_owned()),
    };
    // The command may prompt for a password.
    process.stdout(Stdio::piped()).stderr(Stdio::inherit());
    Ok(process)
}

/// Returns the output of a command without trailing line breaks.
fn printed(output: io::Result<Output>) -> Result<String, String> {
    let output = output.map_err(|error| format!("failed to run the command: {error}"))?;
    if !output.status.success() {
        return Err(format!("the command failed: {}", output.status));
    }
    let mut secret =
        String::from_utf8(output.stdout).map_err(|_| "the output of the command is not valid UTF-8")?;
    secret.truncate(secret.trim_end_matches(['\r', '\n']).len());
    if secret.is_empty() { Err("the command has no output".to_owned()) } else { Ok(secret) }
}

/// Removes the quoted value from a message: it may be a token in the wrong setting.
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
    fn value_is_removed_from_message() {
        let message = r#"invalid type: string "sk_live_\"x", expected u32"#;
        assert_eq!(without_values(message), r#"invalid type: string "…", expected u32"#);
        assert_eq!(without_values("missing field `base_url`"), "missing field `base_url`");
    }
}
