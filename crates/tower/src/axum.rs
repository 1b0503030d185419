//! Extraction in handlers of axum.

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use crate::authenticated::Authenticated;
use crate::rejection::Rejection;

/// Extracts the key of the request. Without [`ApiKeyLayer`](crate::ApiKeyLayer), the request is rejected.
impl<S: Send + Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        parts.extensions.get().cloned().ok_or(Rejection::Missing)
    }
}

/// Extracts the key of the request, if [`ApiKeyLayer`](crate::ApiKeyLayer) authenticated it.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Authenticated {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(parts.extensions.get().cloned())
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.response::<bytes::Bytes>().map(Into::into)
    }
}
