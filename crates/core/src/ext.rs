//! Convenience methods for callers.

use std::future::Future;
use std::time::Duration;

use futures_core::Stream;
use futures_util::TryStreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use crate::capabilities::field::Field;
use crate::capabilities::operation::Operation;
use crate::defect::Defect;
use crate::error::kind::ErrorKind;
use crate::error::{Error, Result};
use crate::pagination::{Endless, Pagination};
use crate::provider::contract::ApiKeyProvider;
use crate::rotation::Rotation;
use crate::rotation::options::RotationOptions;
use crate::types::key::{ApiKey, KeyId};
use crate::types::listing::ListQuery;
use crate::types::new_key::NewApiKey;
use crate::types::revocation::RevokeOptions;
use crate::types::secret::SecretKey;

/// The tolerance for clock skew and for vendors that truncate times to the second.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Convenience methods for callers of an [`ApiKeyProvider`]. Implemented for every provider.
pub trait ApiKeyProviderExt: ApiKeyProvider {
    /// Returns whether an operation is supported, natively or emulated.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// fn can_rotate(provider: &dyn ApiKeyProvider) -> bool {
    ///     provider.supports(Operation::Rotate)
    /// }
    /// ```
    fn supports(&self, operation: Operation) -> bool {
        self.capabilities().support(operation).is_supported()
    }

    /// Checks that operations are supported. Call it at startup to fail early.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// fn check(provider: &dyn ApiKeyProvider) -> Result<()> {
    ///     provider.require(&[Operation::Create, Operation::Verify])
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for the first unsupported operation.
    fn require(&self, operations: &[Operation]) -> Result<()> {
        operations.iter().try_for_each(|&operation| self.capabilities().validate(self.vendor(), operation))
    }

    /// Returns the metadata of one key, or `None` if it does not exist.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// if let Some(key) = provider.find(&id).await? {
    ///     println!("{}", key.status);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The errors of [`get`](ApiKeyProvider::get), except for [`NotFound`](crate::ErrorKind::NotFound).
    fn find(&self, id: &KeyId) -> impl Future<Output = Result<Option<ApiKey>>> + Send {
        async move {
            match self.get(id).await {
                Ok(key) => Ok(Some(key)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        }
    }

    /// Revokes a key, which need not exist.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// provider.revoke_if_exists(&id).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`revoke`](ApiKeyProvider::revoke), except for [`NotFound`](crate::ErrorKind::NotFound).
    fn revoke_if_exists(&self, id: &KeyId) -> impl Future<Output = Result<()>> + Send {
        async move {
            match self.revoke(id, RevokeOptions::new()).await {
                Err(error) if !error.is_not_found() => Err(error),
                _ => Ok(()),
            }
        }
    }

    /// Returns the secret of a key, or `None` if the vendor does not store it, or does not reveal it to this credential.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider, id: KeyId) -> Result<()> {
    /// let stored = provider.reveal_if_stored(&id).await?.is_some();
    /// # let _ = stored;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The [retryable](Error::is_retryable) errors of [`reveal`](ApiKeyProvider::reveal).
    fn reveal_if_stored(&self, id: &KeyId) -> impl Future<Output = Result<Option<SecretKey>>> + Send {
        async move {
            if !self.supports(Operation::Reveal) {
                return Ok(None);
            }
            match self.reveal(id).await {
                Ok(secret) => Ok(Some(secret)),
                Err(error) if error.is_retryable() => Err(error),
                Err(_) => Ok(None),
            }
        }
    }

    /// Streams all matching keys, page by page. A key that exists during the whole iteration is neither missed nor
    /// repeated, even if other keys are created or removed.
    ///
    /// Memory is bounded: the last 10,000 ids are remembered. A key is repeated only if the listing is longer and the
    /// vendor's pages start over. A vendor that paginates by [offset](crate::provider::OffsetCursor) starts over if
    /// the last hundred keys are removed between two pages or move by more than a page. The stream ends at the first
    /// error.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// use futures_util::TryStreamExt as _;
    ///
    /// # async fn example(provider: &dyn ApiKeyProvider) -> Result<()> {
    /// let mut keys = std::pin::pin!(provider.keys(ListQuery::new()));
    /// while let Some(key) = keys.try_next().await? {
    ///     println!("{}", key.id);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](ApiKeyProvider::list), and
    /// [`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse) if pages repeat without new keys.
    fn keys(&self, query: ListQuery) -> impl Stream<Item = Result<ApiKey>> + Send {
        stream::try_unfold(Pagination::new(query), move |mut pages| async move {
            let Some(query) = pages.query.take() else { return Ok(None) };
            let page = self.list(query.clone()).await?;
            let new = pages.advance(query, page).map_err(|Endless| {
                Error::new(ErrorKind::UnexpectedResponse, self.vendor(), Operation::List)
                    .with_message("pagination did not terminate: pages repeat without new keys")
            })?;
            Ok(Some((stream::iter(new.into_iter().map(Ok)), pages)))
        })
        .try_flatten()
    }

    /// Plans a [`Rotation`] of a key, without changes at the vendor.
    ///
    /// Reads the key and, unless the vendor replaces secrets in place, lists all keys.
    ///
    /// # Examples
    /// See [`Rotation`].
    ///
    /// # Errors
    /// The errors of [`get`](ApiKeyProvider::get) and [`list`](ApiKeyProvider::list), and:
    /// - [`UnsupportedField`](crate::ErrorKind::UnsupportedField) if the successor cannot be like the key, with one
    ///   [violation](Error::violations) for each field; see [`RotationOptions::waive`];
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput) if the new secret would expire before the end of the overlap;
    /// - [`LimitReached`](crate::ErrorKind::LimitReached) if the vendor's limit of keys leaves no room for a successor,
    ///   or if the vendor does not list all keys;
    /// - [`Conflict`](crate::ErrorKind::Conflict) if the key is not active.
    fn plan_rotation(
        &self,
        id: &KeyId,
        options: RotationOptions,
        now: Timestamp,
    ) -> impl Future<Output = Result<Rotation>> + Send {
        Rotation::plan(self, id, options, now)
    }

    /// Returns the keys that a create with [`Effect::Unknown`](crate::Effect::Unknown) may have left behind: those with
    /// the same name and owner, created since one minute before `started_at`.
    ///
    /// The result contains candidates: exclude the ids that you know, revoke the others, then create again. If the
    /// vendor's creation times are unreliable
    /// ([`created_at_reliable`](crate::Capabilities::created_at_reliable)), every key with the name is a candidate.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # async fn example(provider: &dyn ApiKeyProvider) -> Result<()> {
    /// let (new, started_at) = (NewApiKey::new("ci"), Timestamp::now());
    /// if let Err(error) = provider.create(new.clone()).await {
    ///     if error.effect() != Effect::NotApplied {
    ///         for key in provider.orphans(&new, started_at).await? {
    ///             provider.revoke(&key.id, RevokeOptions::new()).await?;
    ///         }
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](ApiKeyProvider::list).
    fn orphans(
        &self,
        new: &NewApiKey,
        started_at: Timestamp,
    ) -> impl Future<Output = Result<Vec<ApiKey>>> + Send {
        async move {
            let capabilities = self.capabilities();
            let mut query = ListQuery::new();
            if capabilities.list_fields.contains(Field::Owner) {
                query.owner.clone_from(&new.owner);
            }
            let skew = if Defect::OrphansWithoutClockSkew.is_active() { Duration::ZERO } else { CLOCK_SKEW };
            let since = started_at.checked_sub(skew).unwrap_or(Timestamp::MIN);
            let in_window = |key: &ApiKey| {
                !capabilities.created_at_reliable || key.created_at.is_none_or(|created| created >= since)
            };
            let same_owner = |key: &ApiKey| match (&key.owner, &new.owner) {
                (Some(reported), Some(requested)) => reported == requested,
                _ => true,
            };
            self.keys(query)
                .try_filter(|key| {
                    let matches =
                        key.name.as_deref() == Some(new.name.as_str()) && same_owner(key) && in_window(key);
                    std::future::ready(matches)
                })
                .try_collect()
                .await
        }
    }
}

impl<P: ApiKeyProvider + ?Sized> ApiKeyProviderExt for P {}
