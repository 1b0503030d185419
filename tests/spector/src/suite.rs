//! The calls of the scenarios.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use api_keys_runtime::{Authentication, Client, DocumentedError, Error, Response};
use futures_util::FutureExt as _;

/// The result of a scenario on the side of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed(String),
    /// Not called, because the OpenAPI document does not express it.
    Lost(&'static str),
    /// Not called, because the generator does not support it.
    Unsupported(&'static str),
}

/// The outcomes by the name of the scenario.
pub(crate) type Outcomes = BTreeMap<&'static str, Outcome>;

/// The scenarios that were called.
#[derive(Debug)]
pub(crate) struct Suite {
    base_url: String,
    assets: PathBuf,
    outcomes: Outcomes,
}

impl Suite {
    pub(crate) fn new(base_url: &str, assets: PathBuf) -> Self {
        Self { base_url: base_url.to_owned(), assets, outcomes: Outcomes::new() }
    }

    /// Returns the content of a file that scenarios send and return.
    pub(crate) fn asset(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.assets.join(name)).expect("a file of the scenarios")
    }

    /// Returns an HTTP client without credentials.
    pub(crate) fn http(&self) -> Client {
        self.http_at("")
    }

    /// Returns an HTTP client for a path below the base URL.
    pub(crate) fn http_at(&self, path: &str) -> Client {
        Client::builder(format!("{}{path}", self.base_url)).build().expect("a valid base URL")
    }

    /// Returns an HTTP client with credentials.
    pub(crate) fn http_with(&self, authentication: Authentication) -> Client {
        let client = Client::builder(&*self.base_url).authentication(authentication);
        client.build().expect("a valid base URL")
    }

    /// Calls a scenario of one request that returns no content.
    pub(crate) async fn call<E: 'static>(
        &mut self,
        name: &'static str,
        call: impl Future<Output = Result<Response<()>, Error<E>>>,
    ) {
        self.check(name, async { Ok(call.await.map(drop)?) }).await;
    }

    /// Calls a scenario of one request that returns a value.
    pub(crate) async fn returns<T: PartialEq<U> + Debug, U: Debug, E: 'static>(
        &mut self,
        name: &'static str,
        call: impl Future<Output = Result<Response<T>, Error<E>>>,
        expected: U,
    ) {
        self.reads(name, call, |value| assert_eq!(value, expected)).await;
    }

    /// Calls a scenario of one request whose response is checked by a function, which panics if it is wrong.
    pub(crate) async fn reads<T, E: 'static>(
        &mut self,
        name: &'static str,
        call: impl Future<Output = Result<Response<T>, Error<E>>>,
        check: impl FnOnce(T),
    ) {
        self.check(name, async {
            check(call.await?.into_body());
            Ok(())
        })
        .await;
    }

    /// Calls a scenario of one request that returns the body of the request.
    pub(crate) async fn echoes<'a, T: PartialEq + Debug, E: 'static, F>(
        &mut self,
        name: &'static str,
        body: &'a T,
        call: impl FnOnce(&'a T) -> F,
    ) where
        F: Future<Output = Result<Response<T>, Error<E>>>,
    {
        self.reads(name, call(body), |value| assert_eq!(value, *body)).await;
    }

    /// Calls a scenario of one request that fails with a documented error, which is checked by a function.
    pub(crate) async fn fails<T, E: DocumentedError + 'static>(
        &mut self,
        name: &'static str,
        call: impl Future<Output = Result<Response<T>, Error<E>>>,
        check: impl FnOnce(E),
    ) {
        self.check(name, async {
            let error = call.await.err().ok_or("the response is not an error")?;
            check(error.documented().ok_or(error)?);
            Ok(())
        })
        .await;
    }

    /// Calls a scenario of any number of requests, which fails if the future panics or returns an error.
    pub(crate) async fn check(
        &mut self,
        name: &'static str,
        call: impl Future<Output = Result<(), Box<dyn std::error::Error>>>,
    ) {
        let outcome = match AssertUnwindSafe(call).catch_unwind().await {
            Ok(Ok(())) => Outcome::Passed,
            Ok(Err(error)) => Outcome::Failed(error.to_string()),
            Err(panic) => Outcome::Failed(message(&*panic).to_owned()),
        };
        self.record(name, outcome);
    }

    /// Records scenarios that the OpenAPI document does not express.
    pub(crate) fn lost(&mut self, reason: &'static str, names: &[&'static str]) {
        names.iter().for_each(|name| self.record(name, Outcome::Lost(reason)));
    }

    /// Records scenarios that the generator does not support.
    pub(crate) fn unsupported(&mut self, reason: &'static str, names: &[&'static str]) {
        names.iter().for_each(|name| self.record(name, Outcome::Unsupported(reason)));
    }

    fn record(&mut self, name: &'static str, outcome: Outcome) {
        assert!(self.outcomes.insert(name, outcome).is_none(), "{name} is called twice");
    }

    pub(crate) fn results(self) -> Outcomes {
        self.outcomes
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("panicked")
}
