//! Handing a secret over: the moment after which nobody else has it.

mod new_file;
pub(crate) mod rescue;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Stdio;

use api_keys::{SecretKey, Timestamp};
use serde::Serialize;

use crate::cli::{Format, SecretArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::output::key::KeyRecord;
use crate::output::{self, json};
use crate::shell;
use new_file::NewFile;

/// Where a secret goes, checked before there is one.
#[derive(Debug)]
pub(crate) enum Handover {
    /// On the terminal, for somebody to see.
    Terminal,
    /// In the JSON document on the standard output, because that was asked for.
    Document(Format),
    /// On the standard output, and nothing else there.
    Alone,
    /// In a new file.
    File(NewFile),
    /// To the standard input of a command.
    Command(String),
}

/// Whose secret it is.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) provider: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: Option<&'a str>,
    /// The key, where it is known.
    pub(crate) record: Option<&'a KeyRecord>,
}

impl Handover {
    /// Finds out where the secret goes, and that it can go there.
    pub(crate) fn prepare(
        args: &SecretArgs,
        output: Option<Format>,
        console: &Console<'_>,
    ) -> Result<Self, Failure> {
        if let Some(path) = &args.secret_file {
            return NewFile::create(path).map(Self::File).map_err(|error| {
                Failure::new(format!("the secret cannot go to {}", path.display()))
                    .caused_by(&error)
                    .help("name a file that does not exist, in a directory that does")
            });
        }
        if let Some(command) = &args.secret_command {
            return Ok(Self::Command(command.clone()));
        }
        let handover = match output {
            _ if args.secret_stdout => Self::Alone,
            Some(format @ (Format::Json | Format::Jsonl)) => Self::Document(format),
            None | Some(Format::Table) if console.is_terminal() => Self::Terminal,
            _ => {
                return Err(Failure::new("it is not said where the secret shall go")
                    .detail("the standard output is not a terminal; nothing was done")
                    .help("--secret-file, --secret-command, --secret-stdout, or --output json"));
            }
        };
        if console.is_discarded() {
            return Err(Failure::new("the secret would be lost")
                .detail("the standard output is closed or /dev/null; nothing was done")
                .help("--secret-file FILE, or another standard output"));
        }
        Ok(handover)
    }

    /// There is no secret after all.
    pub(crate) fn cancel(self) {
        if let Self::File(file) = self {
            file.remove();
        }
    }

    /// Hands the secret over, with what is known of its key. An error means that nobody may have it.
    pub(crate) fn deliver(
        self,
        subject: &Subject<'_>,
        secret: &SecretKey,
        console: &mut Console<'_>,
    ) -> io::Result<Delivered> {
        let seen = matches!(self, Self::Terminal) || matches!(self, Self::Alone) && console.is_terminal();
        if seen && secret.expose().contains(human::is_harmful) {
            return Err(io::Error::other("it holds characters that would drive the terminal"));
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
            Self::Command(line) => pipe(&line, subject, secret).map(|()| Delivered::Elsewhere),
        }
    }
}

/// What was handed over, and where.
#[derive(Debug)]
pub(crate) enum Delivered {
    /// The secret with the key.
    All,
    /// Only the secret; the standard output is used up.
    Alone,
    /// The secret, to a file.
    To(PathBuf),
    /// The secret, to a command.
    Elsewhere,
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

/// Gives the secret, and a line break after it, to a command. Success is that it took all and ended well.
pub(crate) fn pipe(line: &str, subject: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
    let mut child = shell::command(line)
        .env("API_KEYS_PROVIDER", subject.provider)
        .env("API_KEYS_KEY_ID", subject.id)
        .env("API_KEYS_KEY_NAME", subject.name.unwrap_or_default())
        .stdin(Stdio::piped())
        // The standard output is for the key; what the command says is a remark.
        .stdout(Stdio::from(io::stderr()))
        .spawn()?;
    let given = child.stdin.take().map_or(Ok(()), |mut stdin| {
        stdin.write_all(secret.expose().as_bytes()).and_then(|()| stdin.write_all(b"\n"))
    });
    let status = child.wait()?;
    if !status.success() {
        return Err(io::Error::other(format!("the command ended with {status}")));
    }
    given
}
