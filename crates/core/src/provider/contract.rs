//! The [`ApiKeyProvider`] trait.

use std::fmt;

use async_trait::async_trait;
use auto_impl::auto_impl;

use crate::capabilities::Capabilities;
use crate::error::Result;
use crate::types::key::{ApiKey, IssuedKey, KeyId};
use crate::types::listing::{ListQuery, Page};
use crate::types::new_key::NewApiKey;
use crate::types::revocation::{Revocation, RevokeOptions};
use crate::types::rotation::RotateOptions;
use crate::types::secret::SecretKey;
use crate::types::update::UpdateApiKey;
use crate::types::verification::Verification;

/// A vendor's API keys.
///
/// Applications hold an `Arc<dyn ApiKeyProvider>` and call the methods of this trait and of
/// [`ApiKeyProviderExt`](crate::ApiKeyProviderExt).
///
/// # Contract
/// - **Capabilities are binding.** An operation that [`capabilities`](Self::capabilities) reports as unsupported
///   returns [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), and an unsupported field returns
///   [`ErrorKind::UnsupportedField`](crate::ErrorKind::UnsupportedField), before a request is sent.
/// - **No dropped fields.** If the response shows that an accepted field was not applied, the call fails with
///   [`Effect::Applied`](crate::Effect::Applied) and names the field.
/// - **No invented values.** A value that the vendor does not report is `None` or `Unknown`.
/// - **Errors report the effect.** [`Error::effect`](crate::Error::effect) reports whether the vendor may have acted.
///   Operations that create a secret are retried only if the request cannot have been processed.
/// - **Cancel safety.** Dropping the future of any method abandons the call, like a lost connection: the vendor may or
///   may not have acted. The provider remains usable.
///
/// No method has a default body: a wrapper that omits a method does not compile. `Arc` and `Box` of a provider are
/// providers.
///
/// # Vendors
/// Vendors differ in the operations and fields that they support, as reported by [`capabilities`](Self::capabilities).
/// The crate of a vendor documents its fields, limits and other differences.
#[async_trait]
#[auto_impl(Arc, Box)]
pub trait ApiKeyProvider: fmt::Debug + Send + Sync + 'static {
    /// Returns the short name of the vendor for errors, spans and output, such as `"acme"`.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::ApiKeyProvider;
    /// fn describe(provider: &dyn ApiKeyProvider) -> String {
    ///     format!("keys are stored at {}", provider.vendor())
    /// }
    /// ```
    fn vendor(&self) -> &'static str;

    /// Returns the operations and fields that this provider supports.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::{ApiKeyProvider, Field, Operation};
    /// fn can_expire_keys(provider: &dyn ApiKeyProvider) -> bool {
    ///     let capabilities = provider.capabilities();
    ///     capabilities.support(Operation::Create).is_supported()
    ///         && capabilities.create_fields.contains(Field::Expiry)
    /// }
    /// ```
    fn capabilities(&self) -> Capabilities;

    /// Creates a key.
    ///
    /// The result contains the secret. Most vendors do not show it again, so store it before anything else can fail.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # use std::time::Duration;
    /// # async fn example(provider: &dyn ApiKeyProvider) -> Result<()> {
    /// let new = NewApiKey::new("ci").scopes(["deploy"]).expires_in(Duration::from_secs(30 * 86_400));
    /// let issued = provider.create(new).await?;
    /// store(issued.key.id.as_str(), issued.secret.expose());
    /// # Ok(()) }
    /// # fn store(_: &str, _: &str) {}
    /// ```
    ///
    /// # Errors
    /// - [`UnsupportedField`](crate::ErrorKind::UnsupportedField) and
    ///   [`InvalidInput`](crate::ErrorKind::InvalidInput), before a request is sent.
    /// - [`LimitReached`](crate::ErrorKind::LimitReached) if the vendor's quota is exhausted.
    /// - The kinds of a failed request.
    ///
    /// With [`Effect::Unknown`](crate::Effect::Unknown) a key may exist whose secret nobody holds: see
    /// [`orphans`](crate::ApiKeyProviderExt::orphans). With [`Effect::Applied`](crate::Effect::Applied) it does exist.
    ///
    /// # Retries
    /// Not idempotent: retried only after a failed connect or a 429.
    ///
    /// # Cancel safety
    /// A dropped call may have created a key; see [`orphans`](crate::ApiKeyProviderExt::orphans).
    async fn create(&self, new: NewApiKey) -> Result<IssuedKey>;

    /// Returns the metadata of one key.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider) -> Result<()> {
    /// let key = provider.get(&"ak_1".parse::<KeyId>().expect("a valid id")).await?;
    /// println!("{}: {}", key.id, key.status);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the key does not exist or is not visible to this credential.
    ///
    /// # Retries
    /// Safe.
    ///
    /// # Cancel safety
    /// No effect at the vendor.
    async fn get(&self, id: &KeyId) -> Result<ApiKey>;

    /// Returns one page of keys. [`keys`](crate::ApiKeyProviderExt::keys) streams all pages.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider) -> Result<()> {
    /// let page = provider.list(ListQuery::new().limit(20)).await?;
    /// if let Some(cursor) = page.next {
    ///     let second = provider.list(ListQuery::new().limit(20).cursor(cursor)).await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - [`UnsupportedField`](crate::ErrorKind::UnsupportedField) for an unsupported filter.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput) for a cursor of another provider.
    ///
    /// # Retries
    /// Safe.
    ///
    /// # Cancel safety
    /// No effect at the vendor.
    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>>;

    /// Updates the metadata of a key: each field is kept, cleared or set.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// let key = provider.update(&id, UpdateApiKey::new().name("ci-2").enabled(false)).await?;
    /// assert_eq!(key.status, KeyStatus::Disabled);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput) for an update without changes.
    /// - [`UnsupportedField`](crate::ErrorKind::UnsupportedField) for a field that cannot be set or cleared.
    /// - [`NotFound`](crate::ErrorKind::NotFound).
    ///
    /// # Retries
    /// Idempotent.
    ///
    /// # Cancel safety
    /// Repeat a dropped call, or read the key.
    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey>;

    /// Revokes a key. Every vendor supports this; afterwards the secret no longer authenticates.
    ///
    /// Some vendors disable the key, which can be undone, some keep the record of a permanently revoked key, and some
    /// remove it: see [`Revocation`].
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// let revocation = provider.revoke(&id, RevokeOptions::new()).await?;
    /// if revocation.reversible {
    ///     println!("{id} is disabled and can be enabled again");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), unless the vendor reports success for unknown ids.
    ///
    /// # Retries
    /// Idempotent: a 404 in response to a retry is success.
    ///
    /// # Cancel safety
    /// Repeat a dropped call.
    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation>;

    /// Deletes a key and its record.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// provider.delete(&id).await?;
    /// assert!(provider.get(&id).await.is_err_and(|error| error.is_not_found()));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), unless the vendor reports success for unknown ids.
    ///
    /// # Retries
    /// Idempotent: a 404 in response to a retry is success.
    ///
    /// # Cancel safety
    /// Repeat a dropped call.
    async fn delete(&self, id: &KeyId) -> Result<()>;

    /// Replaces a key's secret. Without an [`overlap`](RotateOptions::overlap), previous secrets stop authenticating
    /// immediately.
    ///
    /// Never emulated: creating a key and revoking the old one could lose a secret. [`Rotation`](crate::Rotation) does
    /// that in explicit, resumable steps, at every vendor.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// let issued = provider.rotate(&id, RotateOptions::new()).await?;
    /// store(issued.secret.expose());
    /// # Ok(()) }
    /// # fn store(_: &str) {}
    /// ```
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), and [`UnsupportedField`](crate::ErrorKind::UnsupportedField) for an
    /// overlap that the vendor does not support. With [`Effect::Unknown`](crate::Effect::Unknown) the previous secret
    /// may be invalid: rotate again, the secret of the last response is valid.
    ///
    /// # Retries
    /// Not idempotent: retried only after a failed connect or a 429.
    ///
    /// # Cancel safety
    /// A dropped call may have replaced the secret: rotate again.
    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey>;

    /// Returns a key's secret, where the vendor stores it.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// if provider.supports(Operation::Reveal) {
    ///     store(provider.reveal(&id).await?.expose());
    /// }
    /// # Ok(()) }
    /// # fn store(_: &str) {}
    /// ```
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound).
    ///
    /// # Retries
    /// Safe.
    ///
    /// # Cancel safety
    /// No effect at the vendor.
    async fn reveal(&self, id: &KeyId) -> Result<SecretKey>;

    /// Verifies a secret.
    ///
    /// An invalid secret is a result, [`Verification::Invalid`]. An error means that the secret was not verified: do
    /// not accept it.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, secret: SecretKey) -> Result<()> {
    /// match provider.verify(&secret).await? {
    ///     Verification::Valid(key) => println!("authenticated as {}", key.id),
    ///     Verification::Invalid(reason) => println!("rejected: {reason}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The kinds of a failed request.
    ///
    /// # Retries
    /// Safe.
    ///
    /// # Cancel safety
    /// No effect at the vendor, apart from usage counters.
    async fn verify(&self, secret: &SecretKey) -> Result<Verification>;
}
