//! Delivery of secrets to their destination.

pub(crate) mod command;
pub(crate) mod deliveries;
pub(crate) mod new_file;
pub(crate) mod rescue;
pub(crate) mod running;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use api_keys::{SecretKey, Timestamp};
use serde::Serialize;

use crate::args::{Format, SecretArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::output::key::KeyRecord;
use crate::output::{self, json};
use new_file::NewFile;

/// Destination of a secret, checked before the secret is issued.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Shown on the terminal.
    Terminal,
    /// Included in the JSON document on the standard output, as requested.
    Document(Format),
    /// Written to the standard output without anything else.
    Alone,
    /// Written to a new file.
    File(NewFile),
    /// Written to the standard input of a command.
    Command(String),
}

/// Key to which a secret belongs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subject<'a> {
    /// The identity of a declared key.
    pub(crate) logical: Option<&'a str>,
    pub(crate) provider: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: Option<&'a str>,
    /// The key, if known.
    pub(crate) record: Option<&'a KeyRecord>,
}

/// Like [`Subject`], for tasks.
#[derive(Debug)]
pub(crate) struct OwnedSubject {
    logical: Option<String>,
    provider: String,
    id: String,
    name: Option<String>,
}

impl Subject<'_> {
    /// Copies the subject without the record.
    pub(crate) fn to_owned(&self) -> OwnedSubject {
        OwnedSubject {
            logical: self.logical.map(str::to_owned),
            provider: self.provider.to_owned(),
            id: self.id.to_owned(),
            name: self.name.map(str::to_owned),
        }
    }
}

impl OwnedSubject {
    pub(crate) fn borrow(&self) -> Subject<'_> {
        Subject {
            logical: self.logical.as_deref(),
            provider: &self.provider,
            id: &self.id,
            name: self.name.as_deref(),
            record: None,
        }
    }
}

impl Destination {
    /// Determines the destination and checks that it is usable. With `reopen`, an interrupted command may have created the
    /// file.
    pub(crate) fn prepare(
        args: &SecretArgs,
        reopen: bool,
        output: Option<Format>,
        console: &Console<'_>,
    ) -> Result<Self, Failure> {
        if let Some(path) = &args.secret_file {
            let file = match reopen && path.exists() {
                true => NewFile::reopen(path),
                false => NewFile::create(path),
            };
            return file.map(Self::File).map_err(|error| {
                Failure::new(format!("failed to create the secret file {}", path.display()))
                    .caused_by(&error)
                    .help("name a new file in an existing directory")
            });
        }
        if let Some(command) = &args.secret_command {
            return Ok(Self::Command(command.clone()));
        }
        let destination = match output {
            _ if args.secret_stdout => Self::Alone,
            Some(format @ (Format::Json | Format::Jsonl)) => Self::Document(format),
            None | Some(Format::Table) if console.is_terminal() => Self::Terminal,
            _ => {
                return Err(Failure::new("no destination for the secret")
                    .detail("the standard output is not a terminal; nothing was sent")
                    .help("pass --secret-file, --secret-command, --secret-stdout, or --output json"));
            }
        };
        if console.is_discarded() {
            return Err(Failure::new("the secret would be lost")
                .detail("the standard output is closed or /dev/null; nothing was sent")
                .help("pass --secret-file FILE, or redirect the standard output"));
        }
        Ok(destination)
    }

    /// Removes the file of a secret that was not issued.
    pub(crate) fn cancel(self) {
        if let Self::File(file) = self {
            file.remove();
        }
    }

    /// Delivers the secret with its key, and calls `on_start` with the process id of a command. After an error, the
    /// secret may not have arrived.
    pub(crate) fn deliver(
        self,
        subject: &Subject<'_>,
        secret: &SecretKey,
        on_start: &dyn Fn(u32) -> io::Result<()>,
        console: &mut Console<'_>,
    ) -> io::Result<Delivered> {
        let seen = matches!(self, Self::Terminal) || matches!(self, Self::Alone) && console.is_terminal();
        if seen && secret.expose().contains(human::is_harmful) {
            return Err(io::Error::other("the secret contains control characters"));
        }
        match self {
            Self::Terminal => {
                console.write_all(for_people(subject, secret).as_bytes()).map(|()| Delivered::All)
            }
            Self::Document(format) => {
                console.write_all(document(subject, secret, format).as_bytes()).map(|()| Delivered::All)
            }
            Self::Alone => {
                console.write_all(format!("{}\n", secret.expose()).as_bytes()).map(|()| Delivered::Alone)
            }
            Self::File(file) => file.fill(&format!("{}\n", secret.expose())).map(Delivered::To),
            Self::Command(line) => {
                command::deliver(&line, None, subject, secret, on_start).map(|()| Delivered::Command)
            }
        }
    }
}

/// Result of a delivery.
#[derive(Debug)]
pub(crate) enum Delivered {
    /// The secret and the key were printed.
    All,
    /// Only the secret was printed; the standard output must contain nothing else.
    Alone,
    /// The secret was written to a file.
    To(PathBuf),
    /// The secret was passed to a command.
    Command,
}

fn for_people(subject: &Subject<'_>, secret: &SecretKey) -> String {
    let mut lines = match subject.record {
        Some(record) => record.lines(Timestamp::now()),
        None => vec![("provider", human::clean(subject.provider)), ("id", human::clean(subject.id))],
    };
    lines.push(("secret", secret.expose().to_owned()));
    output::lines(&lines)
}

fn document(subject: &Subject<'_>, secret: &SecretKey, format: Format) -> String {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Content<'a> {
        Key { key: &'a KeyRecord, secret: &'a str },
        Secret { provider: &'a str, id: &'a str, secret: &'a str },
    }
    let secret = secret.expose();
    let content = match subject.record {
        Some(key) => Content::Key { key, secret },
        None => Content::Secret { provider: subject.provider, id: subject.id, secret },
    };
    if format == Format::Jsonl { json::line(content) } else { json::document(content) }
}

/// Reads a secret, without echo on a terminal and otherwise from a line of standard input, without spaces around it.
pub(crate) fn read(prompt: &str) -> io::Result<SecretKey> {
    let line = if io::stdin().is_terminal() {
        rpassword::prompt_password(prompt)
    } else {
        io::stdin().lines().next().transpose().map(Option::unwrap_or_default)
    };
    line.map(SecretKey::new).map(|line| SecretKey::new(line.expose().trim()))
}

/// Returns the name of a file about two texts, such as a provider and an id, which may contain any character.
fn file_name(one: &str, other: &str) -> String {
    format!("{:08x}", crc32fast::hash(format!("{one}\n{other}").as_bytes()))
}
