//! `api-keys init`.

mod edit;

use std::fs;
use std::path::{Path, PathBuf};

use api_keys::{ProviderConfig, SecretKey, VENDORS, VendorInfo};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Map, Value, json};

use self::edit::Edit;
use super::connection::check_connection;
use super::quoted;
use crate::args::value;
use crate::config::sqlite_path;
use crate::console::Console;
use crate::failure::Failure;

/// Add a provider to the configuration file, which is created if necessary
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Vendor of the provider
    #[arg(long, value_name = "VENDOR", value_parser = PossibleValuesParser::new(VENDORS.iter().map(|vendor| vendor.name)))]
    pub(crate) vendor: Option<String>,

    /// Name of the provider [default: the vendor]
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Environment variable with the credential
    #[arg(long, value_name = "VARIABLE", group = "token", help_heading = "Credential")]
    pub(crate) token_env: Option<String>,

    /// File with the credential
    #[arg(long, value_name = "FILE", group = "token", help_heading = "Credential")]
    pub(crate) token_file: Option<PathBuf>,

    /// Shell command that prints the credential
    #[arg(long, value_name = "COMMAND", group = "token", help_heading = "Credential")]
    pub(crate) token_command: Option<String>,

    /// Base URL of the vendor's API
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Default owner of keys; can be repeated
    #[arg(long = "owner", value_name = "OWNER")]
    pub(crate) owners: Vec<String>,

    /// Another setting of the vendor; the value is JSON or a string; can be repeated
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = value::field)]
    pub(crate) settings: Vec<(String, Value)>,

    /// Skip the check, which lists one key
    #[arg(long)]
    pub(crate) no_check: bool,

    /// Configuration file [default: api-keys/config.toml in $XDG_CONFIG_HOME or ~/.config]
    #[arg(long, value_name = "FILE", env = "API_KEYS_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}

pub(crate) async fn run(args: InitArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let mut edit = Edit::open(args.config.as_deref())?;
    let vendor = vendor(args.vendor.as_deref(), console)?;
    let name = match args.name.clone() {
        Some(name) => name,
        None if console.is_interactive() => {
            console.ask("Name of the provider", Some(vendor.name), "--name")?
        }
        None => vendor.name.to_owned(),
    };
    edit.validate_name(&name)?;
    let given: Map<String, Value> = args.settings.iter().cloned().collect();
    if ["token", "secret_key", "pepper"].iter().any(|name| given.get(*name).is_some_and(Value::is_string)) {
        return Err(Failure::new("credential in an argument")
            .detail("arguments are visible to other users")
            .help("pass --token-env, --token-file or --token-command"));
    }
    let mut settings = vec![("vendor".to_owned(), Value::from(vendor.name))];
    let mut pasted = None;
    for setting in required(vendor).into_iter().filter(|setting| !given.contains_key(setting)) {
        let value = match setting.as_str() {
            "token" => match token(&args, vendor, console)? {
                Token::Source(source) => source,
                Token::Pasted(secret) => {
                    let file = token_file_name(&name);
                    let path = edit.path().with_file_name(&file);
                    console.confirm(&format!("Store the credential in {}?", path.display()), false)?;
                    pasted = Some((file.clone(), secret));
                    json!({ "file": file })
                }
            },
            "base_url" if args.base_url.is_none() => {
                console.ask("Base URL of the API", None, "--base-url")?.into()
            }
            "base_url" => continue,
            other => {
                console.ask(&format!("Setting {other}"), None, &format!("--setting {other}=VALUE"))?.into()
            }
        };
        settings.push((setting, value));
    }
    settings.extend(args.base_url.map(|url| ("base_url".to_owned(), url.into())));
    let mut owners = args.owners;
    if owners.is_empty() && vendor.capabilities.owner_required {
        owners.push(console.ask("Owner of the keys, a user or an organization", None, "--owner")?);
    }
    match &owners[..] {
        [] => {}
        [owner] => settings.push(("owner".to_owned(), json!(owner))),
        owners => settings.push(("owner".to_owned(), json!(owners))),
    }
    settings.extend(given);
    for (name, value) in &mut settings {
        if let (true, Value::String(url)) = (name == "url", value) {
            *url = absolute_url(url)?;
        }
    }

    let entry = edit.add(&name, &settings)?;
    let not_added = |failure: &Failure| {
        let advice = failure.advice().unwrap_or("correct the answers");
        Failure::new(format!("provider `{name}` was not added"))
            .detail(failure.summary())
            .help(format!("{advice}, or pass --no-check"))
            .status(failure.exit_status())
    };
    entry.validate().map_err(|failure| not_added(&failure))?;
    let secret_file = match &pasted {
        Some((file, secret)) => Some(edit.save_secret(file, secret.expose())?),
        None => None,
    };
    let saved = async {
        if !args.no_check {
            let provider = entry.build().map_err(|failure| not_added(&failure))?;
            check_connection(&provider).await.map_err(|failure| not_added(&failure))?;
        }
        edit.save()
    };
    if let Err(failure) = saved.await {
        remove(secret_file.as_deref());
        return Err(failure);
    }
    console.print(&format!("added provider `{name}` to {}\n", edit.path().display()))?;
    console.note(format_args!("list its keys: api-keys list --provider {}", quoted(&name)));
    Ok(crate::status::OK)
}

fn vendor(given: Option<&str>, console: &Console<'_>) -> Result<&'static VendorInfo, Failure> {
    let find = |name: &str| VENDORS.iter().find(|vendor| vendor.name == name);
    if let Some(vendor) = given.and_then(find) {
        return Ok(vendor);
    }
    if console.is_interactive() {
        let lines: Vec<_> = VENDORS.iter().map(|vendor| (vendor.name, vendor.service.to_owned())).collect();
        console.note(crate::output::lines(&lines).trim_end());
    }
    loop {
        if let Some(vendor) = find(&console.ask("Vendor", None, "--vendor")?) {
            return Ok(vendor);
        }
        console.note("not one of the vendors");
    }
}

/// Returns the names of the settings without a default.
fn required(vendor: &VendorInfo) -> Vec<String> {
    let mut settings = Map::from_iter([("vendor".to_owned(), vendor.name.into())]);
    let mut required = Vec::new();
    while let Err(error) = ProviderConfig::from_value(Value::Object(settings.clone())) {
        let missing = error.message().and_then(|message| message.strip_prefix("missing field `"));
        let Some(name) = missing.and_then(|message| message.strip_suffix('`')) else { break };
        if settings.insert(name.to_owned(), "set".into()).is_some() {
            break;
        }
        required.push(name.to_owned());
    }
    required
}

/// A credential.
enum Token {
    /// As in the configuration.
    Source(Value),
    Pasted(SecretKey),
}

fn token(args: &InitArgs, vendor: &VendorInfo, console: &Console<'_>) -> Result<Token, Failure> {
    let source = match (&args.token_env, &args.token_file, &args.token_command) {
        (Some(variable), ..) => json!({ "env": variable }),
        (_, Some(file), _) => file_source(file)?,
        (.., Some(command)) => json!({ "command": command }),
        _ => return ask_token(vendor, console),
    };
    Ok(Token::Source(source))
}

fn ask_token(vendor: &VendorInfo, console: &Console<'_>) -> Result<Token, Failure> {
    if console.is_interactive() {
        console.note(format_args!("Credential: {}", vendor.credential));
    }
    let options = "--token-env, --token-file or --token-command";
    loop {
        let source = console.ask("Read it from env, file, command, or paste it", Some("paste"), options)?;
        return Ok(match source.as_str() {
            "env" => {
                let variable = console.ask("Name of the environment variable", None, "--token-env")?;
                Token::Source(json!({ "env": variable }))
            }
            "file" => Token::Source(file_source(Path::new(&console.ask(
                "Path of the file",
                None,
                "--token-file",
            )?))?),
            "command" => {
                let command = console.ask("Shell command that prints it", None, "--token-command")?;
                Token::Source(json!({ "command": command }))
            }
            "paste" => {
                let secret = rpassword::prompt_password("Credential (not shown): ").map(SecretKey::new);
                let secret = secret
                    .map_err(|error| Failure::new("failed to read the credential").caused_by(&error))?;
                let secret = SecretKey::new(secret.expose().trim());
                if secret.expose().is_empty() {
                    return Err(Failure::new("the credential is empty").help(format!("pass {options}")));
                }
                Token::Pasted(secret)
            }
            _ => {
                console.note("not one of env, file, command, paste");
                continue;
            }
        });
    }
}

/// Returns the source for a file relative to the working directory.
fn file_source(file: &Path) -> Result<Value, Failure> {
    let invalid = || Failure::new("invalid path of the token file").help("pass another --token-file");
    let path = std::path::absolute(file).map_err(|error| invalid().caused_by(&error))?;
    let path = path.to_str().ok_or_else(|| invalid().detail("the path is not valid Unicode"))?;
    Ok(json!({ "file": path }))
}

/// Returns the URL of a database with a path relative to the working directory, instead of the configuration file.
fn absolute_url(url: &str) -> Result<String, Failure> {
    let Some(path) = sqlite_path(url) else { return Ok(url.to_owned()) };
    let invalid =
        || Failure::new("invalid path of the database").help("pass another --setting url=sqlite:PATH");
    let path = std::path::absolute(path).map_err(|error| invalid().caused_by(&error))?;
    let path = path.to_str().ok_or_else(|| invalid().detail("the path is not valid Unicode"))?;
    Ok(format!("sqlite:{path}"))
}

fn token_file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    format!("{}.token", name.chars().map(plain).collect::<String>())
}

fn remove(file: Option<&Path>) {
    // Best effort: the error that led here is reported.
    let _ = file.map(fs::remove_file);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vendor_has_known_requirements() {
        for vendor in VENDORS {
            let required = required(vendor);
            let credential = if vendor.name == "sql" { "url" } else { "token" };
            assert!(required.iter().any(|name| name == credential), "{}: {required:?}", vendor.name);
            let mut settings: Map<String, Value> =
                required.into_iter().map(|name| (name, "set".into())).collect();
            settings.insert("vendor".to_owned(), vendor.name.into());
            let _ = ProviderConfig::from_value(settings.into()).unwrap();
        }
    }
}
