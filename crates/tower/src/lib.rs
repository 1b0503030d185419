#![cfg_attr(docsrs, feature(doc_cfg))]
//! Authentication of HTTP requests with API keys: see [`Authenticator`] and [`ApiKeyLayer`].
#![cfg_attr(feature = "axum", doc = include_str!("../README.md"))]

mod authenticated;
mod authenticator;
#[cfg(feature = "axum")]
mod axum;
mod cache;
mod credential;
mod invalidating;
mod layer;
mod rate_limit;
mod rejection;
mod scopes;
mod telemetry;

pub use crate::authenticated::Authenticated;
pub use crate::authenticator::{Authenticator, AuthenticatorBuilder};
pub use crate::layer::{ApiKeyLayer, ApiKeyService, ResponseFuture};
pub use crate::rejection::Rejection;
pub use crate::scopes::{RequireScopes, RequireScopesLayer};
