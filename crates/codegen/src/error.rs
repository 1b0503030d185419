//! Errors.

use std::fmt;
use std::io;

use crate::problem::{Problem, Problems};

/// The error of a generation.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The document has problems.
    Document(Problems),
    /// Reading or writing a file, or running rustfmt, failed.
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
