//! Why something was not done.

use std::error::Error as StdError;
use std::fmt;

use api_keys::{Effect, Error, ErrorKind, Operation};
use serde::Serialize;

use crate::output::human::is_harmful;
use crate::status;

const RESCUED: &str = "rescued";

/// One line each: what failed, why, and what to do about it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Failure {
    what: String,
    why: Option<String>,
    #[serde(rename = "try")]
    advice: Option<String>,
    /// The library's name for the kind of failure; or `usage`; or, of a secret that could not be handed over, `rescued`
    /// or `lost`.
    kind: &'static str,
    /// Whether the vendor may have acted all the same.
    effect: &'static str,
    #[serde(skip)]
    status: u8,
}

impl Failure {
    /// The command could not run as it was called.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: None,
            advice: None,
            kind: "usage",
            effect: Effect::NotApplied.as_str(),
            status: status::USAGE,
        }
    }

    /// A call to a provider failed; `what` says in a few words which.
    pub(crate) fn of(what: impl Into<String>, provider: &str, error: &Error) -> Self {
        let told = error.help().unwrap_or_default();
        let why = chain(error);
        // Said below, for this command.
        let why = why.strip_suffix(&format!("; {told}")).map_or(why.clone(), str::to_owned);
        Self {
            what: what.into(),
            why: Some(why),
            advice: advice(provider, error),
            kind: error.kind().as_str(),
            effect: error.effect().as_str(),
            status: exit_status(error),
        }
    }

    pub(crate) fn because(mut self, cause: &dyn StdError) -> Self {
        self.why = Some(chain(cause));
        self
    }

    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub(crate) fn status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn exit_status(&self) -> u8 {
        self.status
    }

    /// The vendor minted a secret, which could not be handed over.
    pub(crate) fn not_handed_over(mut self, rescued: bool) -> Self {
        self.kind = if rescued { RESCUED } else { "lost" };
        self.effect = Effect::Applied.as_str();
        self
    }

    /// Whether the secret that could not be handed over is kept elsewhere.
    pub(crate) fn is_rescued(&self) -> bool {
        self.kind == RESCUED
    }

    /// The first two lines as one, for a place in a table.
    pub(crate) fn summary(&self) -> String {
        match &self.why {
            Some(why) => format!("{}: {why}", self.what),
            None => self.what.clone(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        if let Some(why) = &self.why {
            write!(f, "\n  why: {why}")?;
        }
        if let Some(advice) = &self.advice {
            write!(f, "\n  try: {advice}")?;
        }
        Ok(())
    }
}

fn exit_status(error: &Error) -> u8 {
    use ErrorKind as K;
    match (error.effect(), error.kind()) {
        // A get or a list that broke leaves nothing behind.
        (Effect::Unknown | Effect::Applied, _) if changes(error) => status::ATTENTION,
        (_, K::Unsupported | K::UnsupportedField | K::InvalidInput | K::Configuration)
            if error.attempts() == 0 =>
        {
            status::USAGE
        }
        _ => status::FAILED,
    }
}

fn changes(error: &Error) -> bool {
    !matches!(
        error.operation(),
        None | Some(Operation::Get | Operation::List | Operation::Reveal | Operation::Verify)
    )
}

fn advice(provider: &str, error: &Error) -> Option<String> {
    use ErrorKind as K;
    if error.effect() != Effect::NotApplied && changes(error) {
        return Some(error.help().unwrap_or_default().to_owned());
    }
    Some(match error.kind() {
        K::Unsupported => match error.operation() {
            Some(Operation::Rotate) => {
                "mint a new key with `create`, put it in place, and then `revoke` the old one".to_owned()
            }
            Some(Operation::Delete) => "`revoke` makes the key useless; its record stays".to_owned(),
            Some(Operation::Verify | Operation::Reveal) => {
                "nothing: only the vendor could, and it does not offer it".to_owned()
            }
            _ => format!("`api-keys providers --provider {provider}` tells what it can do"),
        },
        K::UnsupportedField => {
            format!("leave the option away; `api-keys providers --provider {provider}` tells what it honours")
        }
        K::NotFound => {
            format!("`api-keys list --all --provider {provider}` shows the keys that there are")
        }
        K::Unauthenticated => format!("check the token of the provider {provider}"),
        K::PermissionDenied => format!("check what the token of the provider {provider} may do"),
        K::LimitReached => "revoke a key that is no longer needed".to_owned(),
        K::RateLimited => match error.retry_after() {
            Some(wait) => format!("again in {} s", wait.as_secs().max(1)),
            None => "again in a while".to_owned(),
        },
        K::Transport | K::Timeout => "check the base_url and the network, then try again".to_owned(),
        K::Unavailable => "again in a while".to_owned(),
        K::InvalidInput => "correct the value that is named above".to_owned(),
        K::Conflict => format!("`api-keys get --provider {provider} ID` shows the state of the key"),
        K::UnexpectedResponse => {
            "compare the vendor and its version with what the provider is set up for".to_owned()
        }
        K::Configuration => format!("correct the settings of the provider {provider}"),
        _ => return None,
    })
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let text = cause.to_string();
        // Some libraries repeat the cause in their own text.
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        below = cause.source();
    }
    line.replace(is_harmful, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_status_tells_whether_something_is_left_to_do() {
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
    fn a_failure_is_three_lines_and_none_says_the_same() {
        let error = Error::new(ErrorKind::Unauthenticated, "clerk", Operation::List).with_attempts(1);
        let text = Failure::of("the keys cannot be listed", "prod", &error).to_string();
        assert_eq!(
            text,
            "error: the keys cannot be listed\n  why: clerk: list: invalid credential\n  try: check the token \
             of the provider prod"
        );
    }
}
