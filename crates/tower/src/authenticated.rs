//! The key of a request.

use std::ops::Deref;
use std::sync::Arc;

use api_keys_core::ApiKey;

/// The key that authenticates a request, an extension of the request.
///
/// It may have been verified up to the time of life of the cache ago, so its status and its times are those of then.
#[derive(Debug, Clone)]
pub struct Authenticated(pub(crate) Arc<ApiKey>);

impl Deref for Authenticated {
    type Target = ApiKey;

    fn deref(&self) -> &ApiKey {
        &self.0
    }
}

impl Authenticated {
    /// Returns whether the key has all of the scopes. A key whose scopes are unknown has none.
    pub fn has_scopes(&self, scopes: &[impl AsRef<str>]) -> bool {
        let known = self.scopes.as_deref().unwrap_or_default();
        scopes.iter().all(|scope| known.iter().any(|known| known == scope.as_ref()))
    }
}
