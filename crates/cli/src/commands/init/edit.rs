//! Adding a provider to the configuration file.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table};

use crate::config::{ALL, ENVIRONMENT, Entry, default_path, parse};
use crate::failure::Failure;
use crate::human::clean;
use crate::secret::new_file::NewFile;

/// The configuration file, or the one to create.
#[derive(Debug)]
pub(super) struct Edit {
    path: PathBuf,
    text: String,
}

impl Edit {
    /// Reads the configuration file, by default the user's, if it exists.
    pub(super) fn open(file: Option<&Path>) -> Result<Self, Failure> {
        let path = file.map(Path::to_owned).or_else(default_path).ok_or_else(|| {
            Failure::new("no location for the configuration file")
                .detail("neither XDG_CONFIG_HOME nor HOME is set")
                .help("pass --config FILE")
        })?;
        let unreadable = |error: &io::Error| {
            Failure::new(format!("failed to read config file {}", path.display())).caused_by(error)
        };
        let path = std::path::absolute(&path).map_err(|error| unreadable(&error))?;
        // A link is kept: its target is changed.
        let path = fs::canonicalize(&path).unwrap_or(path);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self { path, text: String::new() }),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Returns the path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns an error if the name is not valid for a new provider.
    pub(super) fn validate_name(&self, name: &str) -> Result<(), Failure> {
        let failure = |message: String| Err(Failure::new(message).help("pass another --name"));
        let shown = clean(name);
        if name.trim().is_empty() || name == ALL || name == ENVIRONMENT || name != shown {
            return failure(format!("invalid provider name `{shown}`"));
        }
        match parse(&self.path, &self.text)?.iter().any(|entry| entry.name() == name) {
            true => failure(format!("provider `{name}` exists in {}", self.path.display())),
            false => Ok(()),
        }
    }

    /// Adds a provider after the existing ones, and returns it.
    pub(super) fn add(&mut self, name: &str, settings: &[(String, Value)]) -> Result<Entry, Failure> {
        self.validate_name(name)?;
        let invalid = |message: &str| Failure::new(format!("{}: {message}", self.path.display()));
        let mut document: DocumentMut = self.text.parse().map_err(|_| invalid("not valid TOML"))?;
        // Comments at the end belong to the existing providers.
        let mut before = document.trailing().as_str().unwrap_or_default().to_owned();
        if !(before.is_empty() || before.ends_with('\n')) {
            before.push('\n');
        }
        if !(document.is_empty() && before.is_empty()) {
            before.push('\n');
        }
        document.set_trailing("");
        let mut implicit = Table::new();
        implicit.set_implicit(true);
        let providers = document.entry("providers").or_insert(Item::Table(implicit));
        let providers = providers.as_table_mut().ok_or_else(|| {
            invalid("`providers` is not a section").help("use a section [providers.NAME] for each provider")
        })?;
        let mut table = Table::new();
        for (name, value) in settings {
            table.insert(name, Item::Value(toml(value)));
        }
        table.decor_mut().set_prefix(before);
        providers.insert(name, Item::Table(table));
        self.text = document.to_string();
        let entries = parse(&self.path, &self.text)?;
        entries
            .into_iter()
            .find(|entry| entry.name() == name)
            .ok_or_else(|| invalid("the provider is missing"))
    }

    /// Writes the file with mode 0600, and creates its directory. The file is replaced in one step.
    pub(super) fn save(&self) -> Result<(), Failure> {
        let written = self.create_directory().and_then(|()| {
            let mut temporary = self.path.clone().into_os_string();
            temporary.push(format!(".{}", std::process::id()));
            let temporary = NewFile::create(Path::new(&temporary))?.fill(&self.text)?;
            fs::rename(&temporary, &self.path).inspect_err(|_| {
                // Best effort: the error that led here is reported.
                let _ = fs::remove_file(&temporary);
            })
        });
        written.map_err(|error| {
            Failure::new(format!("failed to write config file {}", self.path.display())).caused_by(&error)
        })
    }

    /// Writes a secret to a new file with mode 0600 in the directory of the configuration file.
    pub(super) fn save_secret(&self, file_name: &str, secret: &str) -> Result<PathBuf, Failure> {
        let path = self.path.with_file_name(file_name);
        let written =
            self.create_directory().and_then(|()| NewFile::create(&path)?.fill(&format!("{secret}\n")));
        written.map_err(|error| {
            Failure::new(format!("failed to write the token file {}", path.display())).caused_by(&error)
        })
    }

    fn create_directory(&self) -> io::Result<()> {
        let Some(directory) = self.path.parent() else { return Ok(()) };
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(directory)
    }
}

/// Converts a value, with tables in one line.
fn toml(value: &Value) -> toml_edit::Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.as_str(), toml(value))).collect::<InlineTable>().into()
        }
        Value::Array(values) => values.iter().map(toml).collect::<Array>().into(),
        Value::Bool(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => integer.into(),
            (None, Some(float)) => float.into(),
            _ => number.to_string().into(),
        },
        Value::Null => "".into(),
    }
}
