//! A vendor with its document, its typed client and its provider.

use std::fmt;
use std::sync::{Arc, LazyLock};

use api_keys_core::{ApiKeyProvider, KeyId, Result};
use api_keys_runtime::HttpConfig;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::document::Document;
use super::outcome::Outcome;

/// The credential that every client in these tests holds.
pub const CREDENTIAL: &str = "credential-0123456789-never-to-be-shown";

/// A vendor.
#[derive(Debug)]
pub struct Vendor {
    /// Its name.
    pub name: &'static str,
    /// Its document.
    pub document: LazyLock<Document>,
    /// The path below which its API is served in these tests.
    pub base_path: &'static str,
    /// The id of a key, as the vendor writes them.
    pub id: &'static str,
    /// Valid owners, in the vendor's format; `""` if keys have no selectable owner.
    pub owner: &'static str,
    /// Reports whether a failed verification, by status and body, is a result: the secret is invalid.
    pub rejects_secret: fn(status: u16, body: Option<&Value>) -> bool,
    /// Its clients, for a base URL and a credential.
    pub connect: fn(base_url: &str, credential: &str) -> Result<Connection>,
}

impl Vendor {
    /// [`id`](Self::id), as providers take it.
    pub fn key_id(&self) -> KeyId {
        KeyId::new(self.id).expect("the vendor's ids are ids")
    }
}

/// The arguments of a call.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The id of the key that it is about.
    pub id: &'a str,
    /// Whether all optional values are given.
    pub all: bool,
}

impl<'a> Given<'a> {
    /// Creates arguments with all optional values.
    pub fn all(id: &'a str) -> Self {
        Self { id, all: true }
    }

    /// Creates minimal arguments.
    pub fn least(id: &'a str) -> Self {
        Self { id, all: false }
    }
}

/// One operation of a typed client.
pub(crate) type Call<C> = for<'a> fn(&'a C, &'a Given<'a>) -> BoxFuture<'a, Outcome>;

/// Operations by their ids.
pub(crate) type Calls<C> = [(&'static str, Call<C>)];

/// A vendor's clients, connected to a server.
pub struct Connection {
    /// The provider.
    pub provider: Arc<dyn ApiKeyProvider>,
    /// The operations that can be called here.
    pub operations: Vec<&'static str>,
    call: Box<AnyCall>,
}

/// Any operation, by its id.
type AnyCall = dyn for<'a> Fn(&'a str, &'a Given<'a>) -> BoxFuture<'a, Outcome> + Send + Sync;

impl Connection {
    pub(crate) fn new<C>(provider: impl ApiKeyProvider, client: C, calls: &'static Calls<C>) -> Self
    where
        C: Clone + Send + Sync + 'static,
    {
        Self {
            provider: Arc::new(provider),
            operations: calls.iter().map(|(id, _)| *id).collect(),
            call: Box::new(move |wanted, given| {
                let found = calls.iter().find(|(id, _)| *id == wanted);
                let (_, call) = *found.unwrap_or_else(|| panic!("no call is written for {wanted}"));
                let client = client.clone();
                Box::pin(async move { call(&client, given).await })
            }),
        }
    }

    /// Calls an operation of the typed client.
    pub async fn call(&self, operation: &str, given: &Given<'_>) -> Outcome {
        (self.call)(operation, given).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.provider.fmt(f)
    }
}

/// A client that never sends again: each call is one request, and waits for nothing.
pub fn once() -> HttpConfig {
    let mut http = HttpConfig::default();
    http.max_attempts = Some(1);
    http
}
