//! Values for each origin.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::Uri;
use http::uri::{Authority, Scheme};

/// A value for each origin that requests are sent to. There are few, so they are searched one by one.
pub(super) struct PerOrigin<T>(Mutex<Vec<(Scheme, Authority, Arc<T>)>>);

impl<T> PerOrigin<T> {
    /// Returns the value for the origin of an absolute URL. Creates it on first use.
    pub(super) fn get(&self, uri: &Uri, create: impl FnOnce() -> Option<T>) -> Option<Arc<T>> {
        let (scheme, authority) = (uri.scheme()?, uri.authority()?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            |known: &(Scheme, Authority, _)| known.0 == *scheme && known.1.as_str() == authority.as_str();
        if let Some((.., value)) = all.iter().find(|known| same(known)) {
            return Some(Arc::clone(value));
        }
        let value = Arc::new(create()?);
        all.push((scheme.clone(), authority.clone(), Arc::clone(&value)));
        Some(value)
    }
}

impl<T> Default for PerOrigin<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> fmt::Debug for PerOrigin<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerOrigin(..)")
    }
}
