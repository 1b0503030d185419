//! Which providers there are, and how to reach them.

mod document;
mod entry;
mod environment;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::TargetArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::human::clean;
pub(crate) use document::Line;
pub(crate) use entry::{Entry, Provider};

/// The provider that the environment describes.
const ENVIRONMENT: &str = "env";
/// Every provider.
const ALL: &str = "all";

const EXAMPLE: &str =
    "write there: [providers.prod] vendor = \"clerk\" token = { env = \"CLERK_SECRET_KEY\" }, a line each";

/// Every provider that is set up.
#[derive(Debug)]
pub(crate) struct Config {
    entries: Vec<Entry>,
    /// Where was looked, for when there is nothing.
    places: String,
}

impl Config {
    /// Reads the file and the environment. What is wrong with one provider is told when it is asked for.
    pub(crate) fn load(args: &TargetArgs, console: &Console<'_>) -> Result<Self, Failure> {
        let (path, named) = match &args.config {
            Some(path) => (Some(path.clone()), true),
            None => (default_path(), false),
        };
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        if let Some(path) = path {
            match fs::read_to_string(&path) {
                Ok(text) => {
                    entries = document::read(&path, &text)?;
                    places.push(format!("{} (has no providers)", path.display()));
                    let name = clean(&path.display().to_string());
                    if entries.iter().any(Entry::has_literal_token) && permits(&path, 0o044) {
                        console.warn(format_args!(
                            "{name} holds a token and can be read by others; `chmod 600` it, or keep the token elsewhere"
                        ));
                    }
                    // Its commands are run.
                    if permits(&path, 0o002) {
                        console.warn(format_args!("{name} can be changed by everybody; `chmod o-w` it"));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {
                    places.push(format!("{} (is not there)", path.display()));
                }
                Err(error) => {
                    return Err(Failure::new(format!("the configuration {} cannot be read", path.display()))
                        .because(&error)
                        .advice("check the path of --config or API_KEYS_CONFIG"));
                }
            }
        }
        match environment::entry()? {
            Some(_) if entries.iter().any(|entry| entry.name() == ENVIRONMENT) => {
                return Err(Failure::new("two providers have the name `env`")
                    .why("the one of the API_KEYS_* variables is called so")
                    .advice("give [providers.env] another name, or unset API_KEYS_VENDOR"));
            }
            Some(entry) => entries.push(entry),
            None => places.push("API_KEYS_VENDOR (is not set)".to_owned()),
        }
        // That a group may read a token is how service managers hand it over.
        for file in entries.iter().flat_map(Entry::token_files).filter(|file| permits(file, 0o004)) {
            console.warn(format_args!(
                "{} is a token and can be read by everybody; `chmod o-r` it",
                clean(&file.display().to_string())
            ));
        }
        Ok(Self { entries, places: places.join(", ") })
    }

    /// The providers that are asked for: all, the named, or the only one.
    pub(crate) fn select(self, name: Option<&str>) -> Result<Vec<Entry>, Failure> {
        match name {
            Some(ALL) if self.entries.is_empty() => Err(self.nothing()),
            Some(ALL) => Ok(self.entries),
            name => self.one(name).map(|entry| vec![entry]),
        }
    }

    /// All providers, unless one is named.
    pub(crate) fn all_or(self, name: Option<&str>) -> Result<Vec<Entry>, Failure> {
        self.select(Some(name.unwrap_or(ALL)))
    }

    /// The provider that is asked for: the named or the only one.
    pub(crate) fn one(mut self, name: Option<&str>) -> Result<Entry, Failure> {
        if self.entries.is_empty() {
            return Err(self.nothing());
        }
        let names = || {
            let names: Vec<_> = self.entries.iter().map(Entry::name).collect();
            format!("set up are: {}", names.join(", "))
        };
        let at = match name {
            None if self.entries.len() == 1 => 0,
            None => {
                return Err(Failure::new("there are several providers")
                    .why(names())
                    .advice("say which with --provider NAME or API_KEYS_PROVIDER"));
            }
            Some(ALL) => {
                return Err(Failure::new("this is done on one provider at a time")
                    .why(names())
                    .advice("say which with --provider NAME"));
            }
            Some(name) => self.entries.iter().position(|entry| entry.name() == name).ok_or_else(|| {
                let failure = Failure::new(format!("there is no provider `{}`", clean(name)));
                match near(name, self.entries.iter().map(Entry::name).chain([ALL])) {
                    Some(near) => failure.why(names()).advice(format!("did you mean `{near}`?")),
                    None => failure.why(names()),
                }
            })?,
        };
        Ok(self.entries.swap_remove(at))
    }

    fn nothing(&self) -> Failure {
        Failure::new("no provider is set up").why(format!("looked at {}", self.places)).advice(EXAMPLE)
    }
}

/// Where the configuration is unless said otherwise.
fn default_path() -> Option<PathBuf> {
    Some(base("XDG_CONFIG_HOME", ".config")?.join("api-keys").join("config.toml"))
}

/// Where the command keeps what is not configuration: rescued secrets, journals.
pub(crate) fn state_directory() -> Option<PathBuf> {
    Some(base("XDG_STATE_HOME", ".local/state")?.join("api-keys"))
}

/// A base directory as the XDG specification has them: one that is not absolute does not count.
fn base(variable: &str, below_home: &str) -> Option<PathBuf> {
    let set = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| Some(PathBuf::from(env::var_os("HOME").filter(|home| !home.is_empty())?).join(below_home)))
}

/// Whether the file gives one of these permissions.
#[cfg(unix)]
fn permits(path: &Path, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & mode != 0)
}

#[cfg(not(unix))]
fn permits(_path: &Path, _mode: u32) -> bool {
    false
}

/// The candidate that was most likely meant.
fn near<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |candidate: &str| strsim::jaro_winkler(text, candidate);
    candidates
        .into_iter()
        .filter(|candidate| likeness(candidate) > 0.75)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}
