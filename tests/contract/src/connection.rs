//! A vendor: its document, its typed client and its provider.

use std::fmt;
use std::sync::{Arc, LazyLock};

use api_keys_core::{ApiKeyProvider, Capabilities, KeyId, Result};
use api_keys_runtime::HttpConfig;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::document::Document;
use crate::outcome::Outcome;

/// The credential that every client in these tests holds.
pub const CREDENTIAL: &str = "credential-0123456789-never-to-be-shown";

/// A vendor, as its crate describes it in `tests/contract.rs`.
#[derive(Debug)]
pub struct Vendor {
    /// Its name.
    pub name: &'static str,
    /// Its document.
    pub document: LazyLock<Document>,
    /// The capabilities of its provider.
    pub capabilities: Capabilities,
    /// The path below which its API is served in these tests.
    pub base_path: &'static str,
    /// The path that its client adds to a base URL without a path; `""` for none.
    pub default_path: &'static str,
    /// The id of a key, as the vendor writes them.
    pub id: &'static str,
    /// Valid owners, in the vendor's format; `""` if keys have no selectable owner.
    pub owner: &'static str,
    /// The query that requests inactive keys, if the server filters them.
    pub inactive_query: Option<&'static str>,
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
pub struct Args<'a> {
    /// The id of the key.
    pub id: &'a str,
    /// Whether all optional values are present.
    pub all: bool,
}

impl<'a> Args<'a> {
    /// Creates arguments with all optional values.
    pub fn all(id: &'a str) -> Self {
        Self { id, all: true }
    }

    /// Creates minimal arguments.
    pub fn minimal(id: &'a str) -> Self {
        Self { id, all: false }
    }
}

/// One operation of a typed client.
pub type Call<C> = for<'a> fn(&'a C, &'a Args<'a>) -> BoxFuture<'a, Outcome>;

/// Operations by their ids.
pub type Calls<C> = [(&'static str, Call<C>)];

/// A vendor's clients, connected to a server.
pub struct Connection {
    /// The provider.
    pub provider: Arc<dyn ApiKeyProvider>,
    /// The operations that can be called here.
    pub operations: Vec<&'static str>,
    call: Box<AnyCall>,
}

/// Any operation, by its id.
type AnyCall = dyn for<'a> Fn(&'a str, &'a Args<'a>) -> BoxFuture<'a, Outcome> + Send + Sync;

impl Connection {
    /// Creates a connection from a provider and its typed client.
    pub fn new<C>(provider: impl ApiKeyProvider, client: C, calls: &'static Calls<C>) -> Self
    where
        C: Clone + Send + Sync + 'static,
    {
        Self {
            provider: Arc::new(provider),
            operations: calls.iter().map(|(id, _)| *id).collect(),
            call: Box::new(move |wanted, args| {
                let found = calls.iter().find(|(id, _)| *id == wanted);
                let (_, call) = *found.unwrap_or_else(|| panic!("no call is written for {wanted}"));
                let client = client.clone();
                Box::pin(async move { call(&client, args).await })
            }),
        }
    }

    /// Calls an operation of the typed client.
    pub async fn call(&self, operation: &str, args: &Args<'_>) -> Outcome {
        (self.call)(operation, args).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.provider.fmt(f)
    }
}

/// Settings of a client that sends each request once.
pub fn without_retries() -> HttpConfig {
    let mut http = HttpConfig::default();
    http.max_attempts = Some(1);
    http
}
