#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
//!
//! # Usage
//!
//! Generated code builds a [`Request`] for an [`Operation`] and sends it with a [`Client`], which has prepared base
//! URL, headers and credentials:
//!
//! ```no_run
//! use api_keys_runtime::{Authentication, Client, Error, Method, Operation, OperationClass, Request};
//!
//! static LIST_API_KEYS: Operation = Operation {
//!     id: "listApiKeys",
//!     method: Method::GET,
//!     path: "/api_keys",
//!     class: OperationClass::Safe,
//!     list: true,
//! };
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("https://api.example.com/v1")
//!     .authentication(Authentication::bearer("sk_live_0123456789"))
//!     .build()?;
//! let request = Request::new(&LIST_API_KEYS).query("limit", 10);
//! match client.send_json::<Vec<String>, ()>(request).await {
//!     Ok(response) => println!("{:?}", response.into_body()),
//!     Err(error) => println!("{error}, effect: {}", error.effect()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The client makes one attempt after another through the [`Transport`]; [`decide`] determines whether to retry after a
//! failed attempt, and its effect at the vendor.

mod auth;
mod build_error;
mod client;
mod error;
mod provider;
mod request;
mod response;
#[cfg(feature = "full-openapi")]
mod stream;
mod transport;
mod types;
#[cfg(feature = "full-openapi")]
mod xml;

// Parts of the public interface that are defined by other crates.
pub use ::bytes::Bytes;
#[cfg(feature = "full-openapi")]
pub use ::futures_core::Stream;
pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
pub use ::jiff::tz::TimeZone;
pub use ::serde_json::error::Category;
pub use api_keys_core::Json;

pub use crate::auth::authentication::Authentication;
pub use crate::auth::secret_name::looks_secret;
pub use crate::build_error::BuildError;
pub use crate::client::Client;
pub use crate::client::builder::{ClientBuilder, ClientHeader};
pub use crate::client::clock::Clock;
pub use crate::client::config::HttpConfig;
pub use crate::client::retry::{Decision, Outcome, RetryPolicy, decide};
pub use crate::client::timeouts::Timeouts;
pub use crate::error::{DocumentedError, Error, ErrorDetails, FailureKind};
pub use crate::provider::OperationCall;
pub use crate::request::Request;
pub use crate::request::base_url::TrailingSlash;
#[cfg(feature = "full-openapi")]
pub use crate::request::multipart::{FilePart, Multipart};
pub use crate::request::operation::{Operation, OperationClass};
#[cfg(feature = "full-openapi")]
pub use crate::request::parameters::Style;
pub use crate::request::payload::{RequestBody, Streamed};
pub use crate::request::secret;
pub use crate::response::body::BodyLimits;
pub use crate::response::json::decode_json;
pub use crate::response::{Response, ResponseMeta};
#[cfg(feature = "full-openapi")]
pub use crate::stream::{
    DecodeEvent, EventStream, ServerSentEvent,
    bytes::ByteStream,
    items::{Items, NextPage, Page, PageParameter},
    json_lines::JsonLines,
};
pub use crate::transport::body::Body;
pub use crate::transport::error::{TransportError, TransportErrorKind};
#[cfg(feature = "hyper-no-provider")]
pub use crate::transport::hyper::HyperTransport;
pub use crate::transport::pool_settings::PoolSettings;
#[cfg(feature = "reqwest")]
pub use crate::transport::reqwest::ReqwestTransport;
pub use crate::transport::{OperationContext, OutgoingRequest, Transport};
pub use crate::types::additional_properties::AdditionalProperties;
pub use crate::types::date_time::DateTime;
pub use crate::types::nullable::Nullable;
#[cfg(feature = "full-openapi")]
pub use crate::types::one_of::OneOf;
#[cfg(feature = "full-openapi")]
pub use crate::xml::{XmlContent, XmlEntries, XmlNode, XmlObject, XmlProperty, decode_xml};
