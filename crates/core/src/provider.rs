//! The trait.

use std::fmt;

use async_trait::async_trait;

use crate::{
    ApiKey, Capabilities, IssuedKey, KeyId, ListQuery, NewApiKey, Page, Result, Revocation, RevokeOptions,
    RotateOptions, SecretKey, UpdateApiKey, Verification,
};

/// One vendor's API keys.
///
/// Applications hold an `Arc<dyn ApiKeyProvider>` and call the methods here and in
/// [`ApiKeyProviderExt`](crate::ApiKeyProviderExt); authors of providers implement it.
///
/// # Contract
/// - **Known beforehand.** What [`capabilities`](Self::capabilities) calls unsupported returns
///   [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), and a field outside its sets returns
///   [`ErrorKind::UnsupportedField`](crate::ErrorKind::UnsupportedField), before anything is sent.
/// - **Nothing is dropped.** A field that was accepted is honoured. Where the vendor's answer shows that it was
///   not, the call fails with [`Effect::Applied`](crate::Effect::Applied) and names the field.
/// - **Nothing is invented.** What the vendor does not say is `None` or `Unknown`.
/// - **Failures tell the effect.** [`Error::effect`](crate::Error::effect) says whether the vendor may have acted.
///   Operations that mint a secret are sent again only when the request surely had no effect.
/// - **Cancel safety.** Dropping a future is like losing the connection: the vendor may or may not have acted,
///   the provider stays usable.
///
/// There are no default bodies: a wrapper that forgets a method must not compile.
#[async_trait]
pub trait ApiKeyProvider: fmt::Debug + Send + Sync + 'static {
    /// Short name of the vendor for errors, spans and output, such as `"clerk"`.
    fn vendor(&self) -> &'static str;

    /// What this provider can do.
    fn capabilities(&self) -> Capabilities;

    /// Mints a key.
    ///
    /// The answer holds the secret; for most vendors it is never shown again.
    ///
    /// # Vendors
    /// - better-auth: for the session's user, or for an organization when an owner is given.
    /// - Clerk: needs an owner (its `subject`).
    /// - MCP: a year when no expiry is given; whole days; five keys per user.
    /// - Latitude.sh: neither expiry nor scopes; `read_only` and `allowed_ips` are extra fields.
    /// - FastAPI: the name is its `description`; scopes are its roles.
    /// - keyshield: no scopes unless some are said.
    ///
    /// # Errors
    /// [`UnsupportedField`](crate::ErrorKind::UnsupportedField) and
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent;
    /// [`LimitReached`](crate::ErrorKind::LimitReached) when the vendor's quota is used up; any kind that the
    /// connection brings. With [`Effect::Unknown`](crate::Effect::Unknown) a key may exist that nobody holds: see
    /// [`orphans`](crate::ApiKeyProviderExt::orphans). With [`Effect::Applied`](crate::Effect::Applied) it does.
    ///
    /// # Retries
    /// Unsafe: sent again only after a failed connect or a 429.
    async fn create(&self, new: NewApiKey) -> Result<IssuedKey>;

    /// Reads one key's metadata.
    ///
    /// # Vendors
    /// MCP and Latitude.sh have no such operation: the provider lists and picks.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such key or this credential may not see it.
    ///
    /// # Retries
    /// Safe.
    async fn get(&self, id: &KeyId) -> Result<ApiKey>;

    /// Reads one page of keys; [`keys`](crate::ApiKeyProviderExt::keys) walks all of them.
    ///
    /// # Vendors
    /// - better-auth: the server reads at most 100 keys, whatever is asked.
    /// - Clerk: needs an owner.
    /// - FastAPI: active keys only.
    ///
    /// # Errors
    /// [`UnsupportedField`](crate::ErrorKind::UnsupportedField) for a filter that the vendor cannot honour;
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a cursor of another provider.
    ///
    /// # Retries
    /// Safe.
    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>>;

    /// Changes a key's metadata: each field is kept, cleared or set.
    ///
    /// # Vendors
    /// better-auth, Clerk (not the name), Latitude.sh and keyshield.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing changes;
    /// [`UnsupportedField`](crate::ErrorKind::UnsupportedField) for a field that cannot be set or cleared;
    /// [`NotFound`](crate::ErrorKind::NotFound).
    ///
    /// # Retries
    /// Idempotent.
    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey>;

    /// The emergency button, which every vendor has: afterwards this secret no longer authenticates.
    ///
    /// # Vendors
    /// - better-auth, keyshield: switches the key off, which can be undone.
    /// - Clerk, FastAPI: for good; the record stays.
    /// - MCP, Latitude.sh: removes the record.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where the vendor tells; MCP answers success for any id.
    ///
    /// # Retries
    /// Idempotent: a 404 to a repeated attempt is success.
    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation>;

    /// Removes a key's record, and with it the key.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where the vendor tells; MCP answers success for any id.
    ///
    /// # Retries
    /// Idempotent: a 404 to a repeated attempt is success.
    async fn delete(&self, id: &KeyId) -> Result<()>;

    /// Gives a key a new secret; the old one is dead at once.
    ///
    /// Never emulated: creating and revoking in its place would open a window or lose a secret. Where it is
    /// unsupported, [`replace`](crate::ApiKeyProviderExt::replace) does it in two explicit steps.
    ///
    /// # Vendors
    /// MCP and Latitude.sh, both with the same id.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound). With [`Effect::Unknown`](crate::Effect::Unknown) the old secret
    /// may be dead: rotate again, the last answer holds.
    ///
    /// # Retries
    /// Unsafe: sent again only after a failed connect or a 429.
    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey>;

    /// Shows a key's secret again, where the vendor keeps it.
    ///
    /// # Vendors
    /// Clerk.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound).
    ///
    /// # Retries
    /// Safe.
    async fn reveal(&self, id: &KeyId) -> Result<SecretKey>;

    /// Asks whether a secret is good now, and whose it is.
    ///
    /// An invalid secret is an answer, [`Verification::Invalid`], not an error: an error means that the question
    /// was not answered, and the caller must not let the secret pass.
    ///
    /// # Vendors
    /// Clerk and keyshield.
    ///
    /// # Errors
    /// Any kind that the connection brings.
    ///
    /// # Retries
    /// Safe.
    async fn verify(&self, secret: &SecretKey) -> Result<Verification>;
}
