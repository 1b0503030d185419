//! The result of a call of a typed client, in a common form for all operations.

use std::fmt::Debug;

use api_keys_core::SecretKey;
use api_keys_runtime::{DocumentedError, Error, Response};

/// The result of a call.
pub type Outcome = Result<Success, Box<Failure>>;

/// The vendor did what was requested.
#[derive(Debug)]
pub struct Success {
    /// With this status.
    pub status: u16,
    /// The decoded body, as its `Debug` shows it.
    pub shown: String,
    /// The secret in the body, if the operation issues one.
    pub secret: Option<String>,
}

/// The call failed.
#[derive(Debug)]
pub struct Failure {
    /// The documented error, as its `Debug` shows it.
    pub documented: Option<String>,
    /// The failure itself.
    pub error: Error,
    /// The error as `Display` and `Debug` show it, and as the causes below it do.
    pub shown: String,
}

impl Failure {
    /// The name of the documented error's variant.
    pub fn variant(&self) -> Option<&str> {
        self.documented.as_deref()?.split(['(', ' ']).next()
    }
}

/// The outcome of an operation that issues no secret.
pub fn plain<T: Debug, E: DocumentedError + Debug>(result: Result<Response<T>, Error<E>>) -> Outcome {
    outcome(result, |_| None)
}

/// The outcome of an operation that issues a secret.
pub fn issued<T: Debug, E: DocumentedError + Debug>(
    result: Result<Response<T>, Error<E>>,
    secret: impl FnOnce(&T) -> &SecretKey,
) -> Outcome {
    outcome(result, |body| Some(secret(body).expose().to_owned()))
}

fn outcome<T: Debug, E: DocumentedError + Debug>(
    result: Result<Response<T>, Error<E>>,
    secret: impl FnOnce(&T) -> Option<String>,
) -> Outcome {
    match result {
        Ok(response) => Ok(Success {
            status: response.status().as_u16(),
            shown: format!("{:?}", response.body()),
            secret: secret(response.body()),
        }),
        Err(error) => {
            let shown = everything_shown(&error);
            let documented = error.documented().map(|error| format!("{error:?}"));
            Err(Box::new(Failure { documented, error: error.erase(), shown }))
        }
    }
}

/// All that a log may come to hold of an error.
pub fn everything_shown(error: &impl std::error::Error) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        shown += &format!("\n{error}\n{error:?}");
        cause = error.source();
    }
    shown
}
