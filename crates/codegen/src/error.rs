//! The error of a generation.

use std::fmt;
use std::io;

use crate::problem::{Problem, Problems};

/// Why there is no generated code.
#[derive(Debug)]
pub enum Error {
    /// The document cannot be generated from.
    Document(Problems),
    /// A file cannot be read or written, or rustfmt does not run.
    Io(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(problems) => problems.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Self::Document(problems)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Document(problem.into())
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
