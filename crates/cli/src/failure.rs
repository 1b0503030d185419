//! Errors of the command.

use std::error::Error as StdError;
use std::fmt;

use api_keys::{Effect, Error, ErrorKind, Operation};
use serde::Serialize;

use crate::human::is_harmful;
use crate::status;

const RESCUED: &str = "rescued";

/// An error as it is printed: message, cause and help.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Failure {
    #[serde(rename = "what")]
    message: String,
    #[serde(rename = "why")]
    cause: Option<String>,
    #[serde(rename = "try")]
    help: Option<String>,
    /// The kind of the library's error, or `usage`, or `rescued` or `lost` for a secret that could not be delivered.
    kind: &'static str,
    /// Effect of the request, as in the library.
    effect: &'static str,
    #[serde(skip)]
    status: u8,
}

impl Failure {
    /// Creates an error of usage or configuration.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            cause: None,
            help: None,
            kind: "usage",
            effect: Effect::NotApplied.as_str(),
            status: status::USAGE,
        }
    }

    /// Creates an error from a failed call to a provider.
    pub(crate) fn from_api(message: impl Into<String>, provider: &str, error: &Error) -> Self {
        Self {
            message: message.into(),
            cause: Some(chain(error)),
            help: help(provider, error),
            kind: error.kind().as_str(),
            effect: error.effect().as_str(),
            status: exit_status(error),
        }
    }

    pub(crate) fn caused_by(mut self, cause: &dyn StdError) -> Self {
        self.cause = Some(chain(cause));
        self
    }

    pub(crate) fn detail(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn exit_status(&self) -> u8 {
        self.status
    }

    /// Marks a secret that was issued and could not be delivered.
    pub(crate) fn undelivered(mut self, rescued: bool) -> Self {
        self.kind = if rescued { RESCUED } else { "lost" };
        self.effect = Effect::Applied.as_str();
        self
    }

    /// Returns whether the undelivered secret was saved to a file.
    pub(crate) fn is_rescued(&self) -> bool {
        self.kind == RESCUED
    }

    /// Returns whether the failure is an error of this kind from a provider.
    pub(crate) fn is(&self, kind: ErrorKind) -> bool {
        self.kind == kind.as_str()
    }

    /// Returns the cause, or else the message.
    pub(crate) fn cause(&self) -> &str {
        self.cause.as_deref().unwrap_or(&self.message)
    }

    pub(crate) fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns message and cause in one line.
    pub(crate) fn summary(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(cause) = &self.cause {
            write!(f, "\n  caused by: {cause}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

fn exit_status(error: &Error) -> u8 {
    use ErrorKind as K;
    match (error.effect(), error.kind()) {
        (Effect::Unknown | Effect::Applied, _) if changes(error) => status::ATTENTION,
        (_, K::Unsupported | K::UnsupportedField | K::InvalidInput | K::Configuration)
            if error.attempts() == 0 =>
        {
            status::USAGE
        }
        _ => status::FAILED,
    }
}

/// Returns whether the operation changes keys.
fn changes(error: &Error) -> bool {
    !matches!(
        error.operation(),
        None | Some(Operation::Get | Operation::List | Operation::Reveal | Operation::Verify)
    )
}

/// Returns the command that helps with an error, or else the library's help.
fn help(provider: &str, error: &Error) -> Option<String> {
    use ErrorKind as K;
    if error.effect() == Effect::NotApplied {
        match (error.kind(), error.operation()) {
            (K::Unsupported, Some(Operation::Rotate)) => {
                return Some(
                    "create another key with `create`, deploy it, and `revoke` the old one".to_owned(),
                );
            }
            (K::Unsupported, Some(Operation::Delete)) => {
                return Some("`revoke` invalidates the key; its record remains".to_owned());
            }
            (K::Unsupported | K::UnsupportedField, _) => {
                return Some(format!(
                    "`api-keys providers --provider {provider}` lists supported operations and fields"
                ));
            }
            (K::NotFound, _) => {
                return Some(format!("`api-keys list --all --provider {provider}` lists all keys"));
            }
            (K::Conflict, _) => {
                return Some(format!("`api-keys get --provider {provider} ID` shows the state of the key"));
            }
            (K::Configuration, _) => {
                return Some(format!("check the configuration of provider `{provider}`"));
            }
            _ => {}
        }
    }
    error.help().map(str::to_owned)
}

/// Formats an error and its sources in one line.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        // Some libraries include the source in their own message.
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        source = cause.source();
    }
    line.replace(is_harmful, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_status_depends_on_effect() {
        let error = |kind, operation| Error::new(kind, "clerk", operation);
        for (error, expected) in [
            (error(ErrorKind::Unsupported, Operation::Rotate), status::USAGE),
            (error(ErrorKind::InvalidInput, Operation::Create), status::USAGE),
            (error(ErrorKind::InvalidInput, Operation::Create).with_attempts(1), status::FAILED),
            (error(ErrorKind::NotFound, Operation::Get).with_attempts(1), status::FAILED),
            (error(ErrorKind::Timeout, Operation::Create).with_effect(Effect::Unknown), status::ATTENTION),
            (error(ErrorKind::Timeout, Operation::List).with_effect(Effect::Unknown), status::FAILED),
            (
                error(ErrorKind::UnexpectedResponse, Operation::Rotate).with_effect(Effect::Applied),
                status::ATTENTION,
            ),
        ] {
            assert_eq!(exit_status(&error), expected, "{error}");
        }
    }

    #[test]
    fn failure_has_message_cause_and_help() {
        let error = Error::new(ErrorKind::Unauthenticated, "clerk", Operation::List).with_attempts(1);
        let text = Failure::from_api("failed to list keys", "prod", &error).to_string();
        assert_eq!(
            text,
            "error: failed to list keys\n  caused by: clerk: list: invalid credential\n  help: check the credential"
        );
    }
}
