//! Providers with one defect.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, IssuedKey, KeyId, ListQuery, NewApiKey,
    Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use async_trait::async_trait;
use futures_util::FutureExt as _;

use super::vendor::Vendor;

/// The replacement of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mutation {
    Capabilities(fn(&Mutant) -> Capabilities),
    /// Changes the request of `create`.
    CreateRequest(fn(&mut NewApiKey)),
    /// Changes the query of `list`.
    ListQuery(fn(&mut ListQuery)),
    /// Changes the page of `list`.
    ListPage(fn(&ListQuery, &mut Page<ApiKey>)),
    Create(fn(&Mutant, NewApiKey) -> Result<IssuedKey>),
    Get(fn(&Mutant, &KeyId) -> Result<ApiKey>),
    List(fn(&Mutant, ListQuery) -> Result<Page<ApiKey>>),
    Update(fn(&Mutant, &KeyId, UpdateApiKey) -> Result<ApiKey>),
    Revoke(fn(&Mutant, &KeyId, RevokeOptions) -> Result<Revocation>),
    Delete(fn(&Mutant, &KeyId) -> Result<()>),
    Rotate(fn(&Mutant, &KeyId) -> Result<IssuedKey>),
    Reveal(fn(&Mutant, &KeyId) -> Result<SecretKey>),
    Verify(fn(&Mutant, &SecretKey) -> Result<Verification>),
    /// Maps every error.
    Error(fn(Error) -> Error),
    /// Sends a request before validation.
    SendsFirst,
    /// A dropped create makes the provider unusable.
    Poisoned,
}

/// A provider with one defect.
#[derive(Debug)]
pub(crate) struct Mutant {
    pub(crate) inner: Vendor,
    mutation: Mutation,
    /// All issued secrets, in order.
    issued: Mutex<Vec<(KeyId, SecretKey)>>,
    creating: AtomicBool,
}

impl Mutant {
    pub(crate) fn new(inner: Vendor, mutation: Mutation) -> Self {
        Self { inner, mutation, issued: Mutex::default(), creating: AtomicBool::new(false) }
    }

    pub(crate) fn issued(&self) -> Vec<(KeyId, SecretKey)> {
        self.issued.lock().expect("the secrets").clone()
    }

    fn record(&self, result: Result<IssuedKey>) -> Result<IssuedKey> {
        let result = self.map_error(result);
        if let Ok(issued) = &result {
            let secret = (issued.key.id.clone(), issued.secret.clone());
            self.issued.lock().expect("the secrets").push(secret);
        }
        result
    }

    fn map_error<T>(&self, result: Result<T>) -> Result<T> {
        match self.mutation {
            Mutation::Error(map) => result.map_err(map),
            _ => result,
        }
    }

    fn begin(&self) {
        if matches!(self.mutation, Mutation::SendsFirst) {
            self.inner.sent();
        }
    }
}

/// Returns the result of a call, which never waits.
pub(crate) fn now<F: Future>(call: F) -> F::Output {
    call.now_or_never().expect("completed")
}

#[async_trait]
impl ApiKeyProvider for Mutant {
    fn vendor(&self) -> &'static str {
        self.inner.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        match self.mutation {
            Mutation::Capabilities(call) => call(self),
            _ => self.inner.capabilities(),
        }
    }

    async fn create(&self, mut new: NewApiKey) -> Result<IssuedKey> {
        self.begin();
        let result = match self.mutation {
            Mutation::Create(call) => call(self, new),
            Mutation::CreateRequest(change) => {
                change(&mut new);
                self.inner.create(new).await
            }
            Mutation::Poisoned => {
                if self.creating.swap(true, Ordering::SeqCst) {
                    return Err(Error::new(ErrorKind::Unavailable, self.vendor(), Operation::Create));
                }
                tokio::task::yield_now().await;
                let result = self.inner.create(new).await;
                self.creating.store(false, Ordering::SeqCst);
                result
            }
            _ => self.inner.create(new).await,
        };
        self.record(result)
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.begin();
        self.map_error(match self.mutation {
            Mutation::Get(call) => call(self, id),
            _ => self.inner.get(id).await,
        })
    }

    async fn list(&self, mut query: ListQuery) -> Result<Page<ApiKey>> {
        self.begin();
        self.map_error(match self.mutation {
            Mutation::List(call) => call(self, query),
            Mutation::ListQuery(change) => {
                change(&mut query);
                self.inner.list(query).await
            }
            Mutation::ListPage(change) => self.inner.list(query.clone()).await.map(|mut page| {
                change(&query, &mut page);
                page
            }),
            _ => self.inner.list(query).await,
        })
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.begin();
        self.map_error(match self.mutation {
            Mutation::Update(call) => call(self, id, changes),
            _ => self.inner.update(id, changes).await,
        })
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.begin();
        self.map_error(match self.mutation {
            Mutation::Revoke(call) => call(self, id, options),
            _ => self.inner.revoke(id, options).await,
        })
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.begin();
        self.map_error(match self.mutation {
            Mutation::Delete(call) => call(self, id),
            _ => self.inner.delete(id).await,
        })
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.begin();
        let result = match self.mutation {
            Mutation::Rotate(call) => call(self, id),
            _ => self.inner.rotate(id, options).await,
        };
        self.record(result)
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.begin();
        self.map_error(match self.mutation {
            Mutation::Reveal(call) => call(self, id),
            _ => self.inner.reveal(id).await,
        })
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.begin();
        self.map_error(match self.mutation {
            Mutation::Verify(call) => call(self, secret),
            _ => self.inner.verify(secret).await,
        })
    }
}
