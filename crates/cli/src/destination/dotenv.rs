//! Variables in dotenv files.

use std::io;
use std::path::PathBuf;

use api_keys::SecretKey;
use async_trait::async_trait;

use super::{Store, Stored};
use crate::file::{read_optional, replace};
use crate::secret::Subject;

pub(super) struct Dotenv {
    path: PathBuf,
    variable: String,
}

impl Dotenv {
    pub(super) fn new(path: PathBuf, variable: &str) -> io::Result<Self> {
        let mut characters = variable.chars();
        let valid = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|other| other.is_ascii_alphanumeric() || other == '_');
        match valid {
            true => Ok(Self { path, variable: variable.to_owned() }),
            false => Err(io::Error::other("the variable must consist of ASCII letters, digits and `_`")),
        }
    }

    /// Returns whether a line assigns the variable.
    fn is_assignment(&self, line: &str) -> bool {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        line.strip_prefix(&self.variable).is_some_and(|rest| rest.trim_start().starts_with('='))
    }
}

#[async_trait]
impl Store for Dotenv {
    async fn read(&self, _: &Subject<'_>) -> io::Result<Stored> {
        let Some(text) = read_optional(&self.path)? else { return Ok(Stored::Nothing) };
        let mut stored = Stored::Nothing;
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            // The error contains the line.
            let (name, value) = entry.map_err(|_| io::Error::other("the file is not a valid dotenv file"))?;
            if name == self.variable {
                stored = Stored::Secret(SecretKey::new(value));
            }
        }
        Ok(stored)
    }

    async fn write(&self, _: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        let before = read_optional(&self.path)?.unwrap_or_default();
        let assignment = format!("{}={}", self.variable, quoted(secret.expose()));
        let mut after = String::with_capacity(before.len() + assignment.len() + 1);
        let mut replaced = false;
        for line in before.lines() {
            match self.is_assignment(line) {
                false => after.push_str(line),
                true if replaced => continue,
                true => {
                    replaced = true;
                    if line.trim_start().starts_with("export ") {
                        after.push_str("export ");
                    }
                    after.push_str(&assignment);
                }
            }
            after.push('\n');
        }
        if !replaced {
            after.push_str(&assignment);
            after.push('\n');
        }
        replace(&self.path, &after)
    }
}

/// Quotes a value if it contains special characters.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+=:@%,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else if !value.contains(['\'', '\n']) {
        format!("'{value}'")
    } else {
        let mut text = String::from("\"");
        for c in value.chars() {
            match c {
                '"' | '\\' | '$' => text.extend(['\\', c]),
                '\n' => text.push_str("\\n"),
                c => text.push(c),
            }
        }
        text + "\""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_values_are_read_back() {
        for value in
            ["sk_live-1.2/3+4=", "a b", "", "#x", "it's", "a\"b\\c'd", "$HOME'", "two\nlines", "${x}"]
        {
            let text = format!("A={}\n", quoted(value));
            let read: Vec<_> = dotenvy::from_read_iter(text.as_bytes()).map(Result::unwrap).collect();
            assert_eq!(read, [("A".to_owned(), value.to_owned())], "{text}");
        }
    }
}
