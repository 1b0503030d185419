//! Source texts.

/// A document and its name in problems and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'s> {
    /// The name.
    pub file: &'s str,
    /// The document in JSON or YAML.
    pub text: &'s str,
}
