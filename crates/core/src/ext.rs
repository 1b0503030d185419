//! What callers can do with any provider.

use std::future::Future;
use std::time::Duration;

use futures_core::Stream;
use futures_util::TryStreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use crate::walk::{Endless, Walk};
use crate::{
    ApiKey, ApiKeyProvider, Error, ErrorKind, IssuedKey, KeyId, ListQuery, NewApiKey, Operation, Result,
    Revocation, RevokeOptions,
};

/// Clocks differ and some vendors cut times to the second: keys created this long before `started_at` still
/// count as candidates of [`orphans`](ApiKeyProviderExt::orphans).
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Conveniences on top of [`ApiKeyProvider`], for callers. Implemented for every provider.
pub trait ApiKeyProviderExt: ApiKeyProvider {
    /// Whether the provider offers an operation, natively or emulated.
    fn supports(&self, operation: Operation) -> bool {
        self.capabilities().support(operation).is_supported()
    }

    /// Fails at start-up rather than at the first call: checks that all these operations are offered.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for the first that is not.
    fn require(&self, operations: &[Operation]) -> Result<()> {
        operations.iter().try_for_each(|&operation| self.capabilities().check(self.vendor(), operation))
    }

    /// Reads one key's metadata; `None` when there is no such key.
    ///
    /// # Errors
    /// Like [`get`](ApiKeyProvider::get), but for [`NotFound`](crate::ErrorKind::NotFound).
    fn find(&self, id: &KeyId) -> impl Future<Output = Result<Option<ApiKey>>> + Send {
        async move {
            match self.get(id).await {
                Ok(key) => Ok(Some(key)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        }
    }

    /// All keys that match, page after page: none that is there all the time is missed, and none comes twice, even
    /// when keys come and go meanwhile.
    ///
    /// Memory does not grow with the listing: the last 10,000 ids are remembered. A key comes again only if the
    /// listing is longer than that, and the vendor's pages start over. A vendor that pages by
    /// [offset](crate::OffsetCursor) does when the last hundred keys vanish between two pages, or move by more than
    /// a page. The stream ends at the first error.
    ///
    /// # Errors
    /// Like [`list`](ApiKeyProvider::list), and
    /// [`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse) when the vendor's pages go in a circle, or on and
    /// on without a new key.
    fn keys(&self, query: ListQuery) -> impl Stream<Item = Result<ApiKey>> + Send {
        stream::try_unfold(Walk::new(query), move |mut walk| async move {
            let Some(query) = walk.query.take() else { return Ok(None) };
            let page = self.list(query.clone()).await?;
            let fresh = walk.take(query, page).map_err(|Endless| {
                Error::new(ErrorKind::UnexpectedResponse, self.vendor(), Operation::List)
                    .with_message("the vendor's pages go in a circle, or on without a new key")
            })?;
            Ok(Some((stream::iter(fresh.into_iter().map(Ok)), walk)))
        })
        .try_flatten()
    }

    /// Rotation in two explicit steps, for vendors without [`rotate`](ApiKeyProvider::rotate): mints the new key
    /// and hands it over; the old one lives until [`Replacement::revoke_old`].
    ///
    /// ```
    /// # use api_keys_core::*;
    /// # async fn f(provider: &dyn ApiKeyProvider, old: KeyId) -> Result<()> {
    /// let replacement = provider.replace(&old, NewApiKey::new("ci")).await?;
    /// // Store `replacement.issued.secret` where the application reads it, then:
    /// replacement.revoke_old(provider).await.map_err(|failed| failed.1)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Like [`create`](ApiKeyProvider::create).
    fn replace(&self, old: &KeyId, new: NewApiKey) -> impl Future<Output = Result<Replacement>> + Send {
        async move { Ok(Replacement { issued: self.create(new).await?, old: old.clone() }) }
    }

    /// Keys that a create with [`Effect::Unknown`](crate::Effect::Unknown) may have left behind: those with the
    /// same name and owner, created since `started_at` less a minute for clocks that differ.
    ///
    /// These are candidates: leave out the ids that you hold, revoke the rest, then create again. Where a vendor's
    /// creation times cannot be trusted
    /// ([`created_at_reliable`](crate::Capabilities::created_at_reliable)), every key of the name is a candidate.
    ///
    /// # Errors
    /// Like [`list`](ApiKeyProvider::list).
    fn orphans(
        &self,
        new: &NewApiKey,
        started_at: Timestamp,
    ) -> impl Future<Output = Result<Vec<ApiKey>>> + Send {
        async move {
            let capabilities = self.capabilities();
            let mut query = ListQuery::new();
            if capabilities.list_fields.contains(crate::Field::Owner) {
                query.owner.clone_from(&new.owner);
            }
            let since = started_at.checked_sub(CLOCK_SKEW).unwrap_or(Timestamp::MIN);
            let in_window = |key: &ApiKey| {
                !capabilities.created_at_reliable || key.created_at.is_none_or(|created| created >= since)
            };
            let same_owner = |key: &ApiKey| match (&key.owner, &new.owner) {
                (Some(theirs), Some(ours)) => theirs == ours,
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

/// A new key, and the old one that it replaces and that still lives.
#[derive(Debug)]
#[must_use = "the new secret is shown only once, and the old key is still alive"]
#[non_exhaustive]
pub struct Replacement {
    /// The new key with its secret.
    pub issued: IssuedKey,
    /// The key to revoke once the new secret is in place.
    pub old: KeyId,
}

impl Replacement {
    /// The second step: revokes the old key and returns the new one.
    ///
    /// # Errors
    /// The failure of [`revoke`](ApiKeyProvider::revoke), together with the new key, which is good either way.
    pub async fn revoke_old<P: ApiKeyProvider + ?Sized>(
        self,
        provider: &P,
    ) -> Result<(IssuedKey, Revocation), Box<(IssuedKey, Error)>> {
        match provider.revoke(&self.old, RevokeOptions::new()).await {
            Ok(revocation) => Ok((self.issued, revocation)),
            Err(error) => Err(Box::new((self.issued, error))),
        }
    }
}
