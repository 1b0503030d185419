//! Configured providers.

mod completion;
mod document;
mod entry;
mod environment;
mod location;
mod suggest;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::console::Console;
use crate::failure::Failure;
use crate::file::create_directory;
use crate::human::clean;
pub(crate) use completion::{key_ids, provider_names};
pub(crate) use document::parse;
pub(crate) use entry::{ALL, Entry, Provider, sqlite_path};
pub(crate) use environment::NAME as ENVIRONMENT;
pub(crate) use location::Line;
use suggest::similar;

/// All configured providers.
#[derive(Debug)]
pub(crate) struct Config {
    entries: Vec<Entry>,
    /// Sources without a provider, for the error if there is none at all.
    empty_sources: String,
    /// The configuration file, if it exists.
    file: Option<PathBuf>,
    warnings: Vec<Warning>,
}

/// A problem that does not prevent commands, and its fix.
#[derive(Debug)]
pub(crate) struct Warning {
    pub(crate) problem: String,
    pub(crate) fix: String,
}

impl Config {
    /// Loads the configuration from a file, by default the user's, and from the environment. The settings of a provider
    /// are validated by [`Entry::build`]. Prints warnings.
    pub(crate) fn load(file: Option<&Path>, console: &Console<'_>) -> Result<Self, Failure> {
        let config = Self::read(file)?;
        for Warning { problem, fix } in &config.warnings {
            console.warn(format_args!("{problem}; {fix}"));
        }
        Ok(config)
    }

    /// Like [`Self::load`], without printing.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Failure> {
        let (path, required) = match file {
            Some(path) => (Some(path.to_owned()), true),
            None => (default_path(), false),
        };
        let (mut entries, mut empty_sources) = (Vec::new(), Vec::new());
        let (mut file, mut warnings) = (None, Vec::new());
        if let Some(path) = path {
            match fs::read_to_string(&path) {
                Ok(text) => {
                    entries = parse(&path, &text)?;
                    empty_sources.push(format!("{} (no providers)", path.display()));
                    if entries.iter().any(Entry::has_literal_token) && permits(&path, 0o044) {
                        warnings.push(too_open(
                            &path,
                            "it contains a token and is readable by others",
                            "600",
                        ));
                    }
                    // Its commands are run.
                    if permits(&path, 0o002) {
                        warnings.push(too_open(&path, "it is writable by everyone", "o-w"));
                    }
                    file = Some(path);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && !required => {
                    empty_sources.push(format!("{} (not found)", path.display()));
                }
                Err(error) => {
                    return Err(Failure::new(format!("failed to read config file {}", path.display()))
                        .caused_by(&error)
                        .help("check --config or API_KEYS_CONFIG"));
                }
            }
        }
        match environment::entry()? {
            Some(_) if entries.iter().any(|entry| entry.name() == environment::NAME) => {
                return Err(Failure::new("two providers are named `env`")
                    .detail("`env` is the provider of the API_KEYS_* variables")
                    .help("rename [providers.env], or unset API_KEYS_VENDOR"));
            }
            Some(entry) => entries.push(entry),
            None => empty_sources.push("API_KEYS_VENDOR (not set)".to_owned()),
        }
        // Service managers make token files readable by a group.
        for file in entries.iter().flat_map(Entry::token_files).filter(|file| permits(file, 0o004)) {
            warnings.push(too_open(file, "it is a token and readable by everyone", "o-r"));
        }
        Ok(Self { entries, empty_sources: empty_sources.join(", "), file, warnings })
    }

    /// Returns the names of all providers.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(Entry::name)
    }

    /// Returns the path of the configuration file, if it exists.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns all providers for `all`, the named one, or the only one.
    pub(crate) fn select(self, name: Option<&str>) -> Result<Vec<Entry>, Failure> {
        match name {
            Some(ALL) if self.entries.is_empty() => Err(self.no_provider()),
            Some(ALL) => Ok(self.entries),
            name => self.one(name).map(|entry| vec![entry]),
        }
    }

    /// Returns the named provider, or all without a name.
    pub(crate) fn all_or(self, name: Option<&str>) -> Result<Vec<Entry>, Failure> {
        self.select(Some(name.unwrap_or(ALL)))
    }

    /// Returns the named or the only provider.
    pub(crate) fn one(mut self, name: Option<&str>) -> Result<Entry, Failure> {
        self.take(name)
    }

    /// Removes the named or the only provider, and returns it.
    pub(crate) fn take(&mut self, name: Option<&str>) -> Result<Entry, Failure> {
        if self.entries.is_empty() {
            return Err(self.no_provider());
        }
        let configured = || {
            let names: Vec<_> = self.entries.iter().map(Entry::name).collect();
            format!("configured providers: {}", names.join(", "))
        };
        let index = match name {
            None if self.entries.len() == 1 => 0,
            None => {
                return Err(Failure::new("more than one provider is configured")
                    .detail(configured())
                    .help("pass --provider NAME, or set API_KEYS_PROVIDER"));
            }
            Some(ALL) => {
                return Err(Failure::new("this command accepts only one provider")
                    .detail(configured())
                    .help("pass --provider NAME"));
            }
            Some(name) => self.entries.iter().position(|entry| entry.name() == name).ok_or_else(|| {
                let failure =
                    Failure::new(format!("unknown provider `{}`", clean(name))).detail(configured());
                match similar(name, self.entries.iter().map(Entry::name).chain([ALL])) {
                    Some(similar) => failure.help(format!("did you mean `{similar}`?")),
                    None => failure,
                }
            })?,
        };
        Ok(self.entries.swap_remove(index))
    }

    fn no_provider(&self) -> Failure {
        Failure::new("no provider is configured").detail(format!("looked in {}", self.empty_sources)).help(
            "run `api-keys init`, or add [providers.prod] with the settings vendor = \"clerk\" and token = { env = \"CLERK_SECRET_KEY\" }",
        )
    }
}

fn too_open(file: &Path, problem: &str, mode: &str) -> Warning {
    let name = clean(&file.display().to_string());
    Warning {
        problem: format!("permissions of {name} are too open: {problem}"),
        fix: format!("run `chmod {mode}`"),
    }
}

/// Returns the default path of the configuration file.
pub(crate) fn default_path() -> Option<PathBuf> {
    Some(base("XDG_CONFIG_HOME", ".config")?.join("api-keys").join("config.toml"))
}

/// Returns the directory for rescued secrets and the journal.
pub(crate) fn state_directory() -> Option<PathBuf> {
    Some(base("XDG_STATE_HOME", ".local/state")?.join("api-keys"))
}

/// Returns a path in the state directory, and creates the directories above it.
pub(crate) fn state_file(path: &str) -> io::Result<PathBuf> {
    let directory = state_directory()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "neither XDG_STATE_HOME nor HOME is set"))?;
    let path = directory.join(path);
    path.parent().map_or(Ok(()), create_directory)?;
    Ok(path)
}

/// Returns a base directory of the XDG specification, which ignores relative paths.
fn base(variable: &str, below_home: &str) -> Option<PathBuf> {
    let set = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| Some(PathBuf::from(env::var_os("HOME").filter(|home| !home.is_empty())?).join(below_home)))
}

/// Returns whether the file has any of these permissions.
#[cfg(unix)]
fn permits(path: &Path, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & mode != 0)
}

#[cfg(not(unix))]
fn permits(_path: &Path, _mode: u32) -> bool {
    false
}
