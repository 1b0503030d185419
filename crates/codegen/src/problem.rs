//! What is wrong with a document, and where.

use std::collections::HashSet;
use std::fmt;

/// One thing in a document that cannot be generated from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// The document.
    pub file: String,
    /// Where in it: a JSON pointer, empty for the document as a whole.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    /// Something wrong with a document as a whole.
    pub(crate) fn of_document(file: &str, message: impl Into<String>, help: &str) -> Self {
        let (file, help) = (file.to_owned(), help.to_owned());
        Self { file, pointer: String::new(), message: message.into(), help }
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

/// Everything found wrong with a document, so that one run shows it all.
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

/// What became of the places that the generated code says in another way than the document. The `help` of each says
/// what was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What the generated code cannot say, so that something looser stands for it.
    pub losses: Vec<Problem>,
    /// What was filled in or not checked, and makes no difference on the wire.
    pub notes: Vec<Problem>,
}

impl Report {
    /// The same with each entry once.
    pub(crate) fn once(mut self) -> Self {
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
            for Problem { file, pointer, message, help } in list {
                writeln!(f, "{kind}: {file}#{pointer}: {message}; {help}")?;
            }
        }
        Ok(())
    }
}
