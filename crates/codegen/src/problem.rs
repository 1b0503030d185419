//! Problems of a document and the report of a generation.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;

/// The replacement for a schema without a Rust type.
pub(crate) const AS_ANY: &str = "treated as any JSON value";

/// A location in a document that cannot be generated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// The name of the document.
    pub file: String,
    /// The location as a JSON pointer; empty for the whole document.
    pub pointer: String,
    /// The problem.
    pub message: String,
    /// The remedy; in a [`Report`], what the generator did instead.
    pub help: String,
    /// The topic, by which notes can be silenced.
    pub topic: Topic,
}

/// The topic of a [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Topic {
    /// Request and response bodies.
    Bodies,
    /// Constraints that values are not validated against.
    Constraints,
    /// Names in the generated code.
    Names,
    /// Secrets.
    Secrets,
    /// Security schemes and requirements.
    Security,
    /// Servers.
    Servers,
    /// Anything else.
    #[default]
    Other,
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bodies => "bodies",
            Self::Constraints => "constraints",
            Self::Names => "names",
            Self::Secrets => "secrets",
            Self::Security => "security",
            Self::Servers => "servers",
            Self::Other => "other",
        })
    }
}

impl Problem {
    /// Creates a problem of a whole document.
    pub(crate) fn of_document(file: &str, message: impl Into<String>, help: &str) -> Self {
        let (file, help) = (file.to_owned(), help.to_owned());
        Self { file, pointer: String::new(), message: message.into(), help, topic: Topic::default() }
    }

    /// Sets the topic.
    pub(crate) fn about(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}: {}", self.file, self.pointer, self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n    help: {}", self.help)?;
        }
        Ok(())
    }
}

/// All problems of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The differences between a document and the code generated from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Locations that the generated code cannot express.
    pub losses: Vec<Problem>,
    /// Assumptions and constraints that are not validated. They do not affect the requests and responses.
    pub notes: Vec<Problem>,
}

impl Report {
    /// Returns whether losses and notes are both empty.
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty() && self.notes.is_empty()
    }

    /// Removes the notes about topics.
    #[must_use]
    pub fn without(mut self, topics: &[Topic]) -> Self {
        self.notes.retain(|note| !topics.contains(&note.topic));
        self
    }

    /// Removes repeated entries.
    pub(crate) fn deduplicated(mut self) -> Self {
        for list in [&mut self.losses, &mut self.notes] {
            let mut seen = HashSet::new();
            list.retain(|entry| seen.insert((entry.pointer.clone(), entry.message.clone())));
        }
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, list) in [("note", &self.notes), ("loss", &self.losses)] {
            for Problem { file, pointer, message, help, .. } in list {
                writeln!(f, "{kind}: {file}#{pointer}: {message}; {help}")?;
            }
        }
        Ok(())
    }
}
