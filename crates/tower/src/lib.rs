#![cfg_attr(docsrs, feature(doc_cfg))]
//! Authentication of HTTP requests with API keys: see [`Authenticator`] and [`ApiKeyLayer`].
#![cfg_attr(all(feature = "axum", feature = "redis"), doc = include_str!("../README.md"))]

mod authenticated;
mod authenticator;
#[cfg(feature = "axum")]
mod axum;
mod cache;
mod changes;
mod credential;
mod digest;
#[cfg(feature = "redis")]
mod fleet;
#[cfg(not(feature = "redis"))]
#[path = "fleet/absent.rs"]
mod fleet;
mod flights;
mod invalidating;
mod layer;
mod rate_limit;
mod rejection;
mod scopes;
mod telemetry;
mod verifier;

pub use crate::authenticated::Authenticated;
pub use crate::authenticator::{Authenticator, AuthenticatorBuilder};
#[cfg(feature = "redis")]
pub use crate::fleet::Fleet;
pub use crate::layer::{ApiKeyLayer, ApiKeyService, ResponseFuture};
pub use crate::rejection::Rejection;
pub use crate::scopes::{RequireScopes, RequireScopesLayer};
