//! Providers that lie about one thing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, IssuedKey, KeyId, ListQuery, NewApiKey,
    Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use async_trait::async_trait;
use futures_util::FutureExt as _;

use super::vendor::Vendor;

/// What is done in place of the honest call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lie {
    Capabilities(fn(&Liar) -> Capabilities),
    Create(fn(&Liar, NewApiKey) -> Result<IssuedKey>),
    Get(fn(&Liar, &KeyId) -> Result<ApiKey>),
    List(fn(&Liar, ListQuery) -> Result<Page<ApiKey>>),
    Update(fn(&Liar, &KeyId, UpdateApiKey) -> Result<ApiKey>),
    Revoke(fn(&Liar, &KeyId, RevokeOptions) -> Result<Revocation>),
    Delete(fn(&Liar, &KeyId) -> Result<()>),
    Rotate(fn(&Liar, &KeyId) -> Result<IssuedKey>),
    Reveal(fn(&Liar, &KeyId) -> Result<SecretKey>),
    Verify(fn(&Liar, &SecretKey) -> Result<Verification>),
    /// Every error is another.
    Error(fn(Error) -> Error),
    /// A request is sent before anything is refused.
    SendsFirst,
    /// A create that is given up leaves the provider unusable.
    Poisoned,
}

/// A vendor's provider, honest but for one lie.
#[derive(Debug)]
pub(crate) struct Liar {
    pub(crate) honest: Vendor,
    lie: Lie,
    /// Every secret ever issued, in order.
    issued: Mutex<Vec<(KeyId, SecretKey)>>,
    creating: AtomicBool,
}

impl Liar {
    pub(crate) fn new(honest: Vendor, lie: Lie) -> Self {
        Self { honest, lie, issued: Mutex::default(), creating: AtomicBool::new(false) }
    }

    pub(crate) fn issued(&self) -> Vec<(KeyId, SecretKey)> {
        self.issued.lock().expect("the secrets").clone()
    }

    fn note(&self, result: Result<IssuedKey>) -> Result<IssuedKey> {
        let result = self.told(result);
        if let Ok(issued) = &result {
            let secret = (issued.key.id.clone(), issued.secret.clone());
            self.issued.lock().expect("the secrets").push(secret);
        }
        result
    }

    fn told<T>(&self, result: Result<T>) -> Result<T> {
        match self.lie {
            Lie::Error(lie) => result.map_err(lie),
            _ => result,
        }
    }

    fn begin(&self) {
        if matches!(self.lie, Lie::SendsFirst) {
            self.honest.sent();
        }
    }
}

/// The outcome of a call. Keys in memory never wait for anything.
pub(crate) fn now<F: Future>(call: F) -> F::Output {
    call.now_or_never().expect("a call is done when it is first polled")
}

#[async_trait]
impl ApiKeyProvider for Liar {
    fn vendor(&self) -> &'static str {
        self.honest.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        match self.lie {
            Lie::Capabilities(lie) => lie(self),
            _ => self.honest.capabilities(),
        }
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.begin();
        let result = match self.lie {
            Lie::Create(lie) => lie(self, new),
            Lie::Poisoned => {
                if self.creating.swap(true, Ordering::SeqCst) {
                    return Err(Error::new(ErrorKind::Unavailable, self.vendor(), Operation::Create));
                }
                tokio::task::yield_now().await;
                let result = self.honest.create(new).await;
                self.creating.store(false, Ordering::SeqCst);
                result
            }
            _ => self.honest.create(new).await,
        };
        self.note(result)
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.begin();
        self.told(match self.lie {
            Lie::Get(lie) => lie(self, id),
            _ => self.honest.get(id).await,
        })
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.begin();
        self.told(match self.lie {
            Lie::List(lie) => lie(self, query),
            _ => self.honest.list(query).await,
        })
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.begin();
        self.told(match self.lie {
            Lie::Update(lie) => lie(self, id, changes),
            _ => self.honest.update(id, changes).await,
        })
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.begin();
        self.told(match self.lie {
            Lie::Revoke(lie) => lie(self, id, options),
            _ => self.honest.revoke(id, options).await,
        })
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.begin();
        self.told(match self.lie {
            Lie::Delete(lie) => lie(self, id),
            _ => self.honest.delete(id).await,
        })
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.begin();
        let result = match self.lie {
            Lie::Rotate(lie) => lie(self, id),
            _ => self.honest.rotate(id, options).await,
        };
        self.note(result)
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.begin();
        self.told(match self.lie {
            Lie::Reveal(lie) => lie(self, id),
            _ => self.honest.reveal(id).await,
        })
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.begin();
        self.told(match self.lie {
            Lie::Verify(lie) => lie(self, secret),
            _ => self.honest.verify(secret).await,
        })
    }
}
