#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
//!
//! # How a call goes
//!
//! Generated code builds a [`Request`] for an [`Operation`] and hands it to a [`Client`], which prepared base URL and
//! headers when it was built:
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
//! let keys: Result<_, Error<()>> = client.json::<Vec<String>, ()>(request).await;
//! match keys {
//!     Ok(answer) => println!("{:?}", answer.into_body()),
//!     Err(error) => println!("{error}, effect: {}", error.effect()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The client makes one attempt after another. Each goes through the [`Transport`] and comes back as an answer or a
//! [`Fault`]; [`decide`] says whether the request may be sent again and what the vendor may have done.

mod additional;
mod answer;
mod any;
mod authentication;
mod base;
mod body;
mod budget;
mod builder;
mod client;
mod clock;
mod config;
mod content;
mod credentials;
mod datetime;
mod error;
mod exchange;
mod fault;
mod json;
mod nullable;
mod one_of;
mod operation;
mod parameters;
mod request;
#[cfg(feature = "reqwest")]
mod reqwest;
mod response;
mod retry;
mod scrub;
pub mod secret;
#[cfg_attr(not(feature = "tracing"), path = "untraced.rs")]
mod trace;
mod transport;
mod transports;
mod upload;

pub use additional::AdditionalProperties;
pub use any::Json;
pub use authentication::Authentication;
pub use base::TrailingSlash;
pub use body::BodyLimits;
pub use builder::{BuildError, ClientBuilder, ClientHeader, Timeouts};
pub use client::Client;
pub use clock::Clock;
pub use config::HttpConfig;
pub use content::{FilePart, Multipart};
pub use datetime::DateTime;
pub use error::{DocumentedError, Error};
pub use fault::{Fault, FaultKind, VendorSaid};
pub use json::decode_json;
pub use nullable::Nullable;
pub use one_of::OneOf;
pub use operation::{Operation, OperationClass};
pub use parameters::Style;
pub use request::Request;
#[cfg(feature = "reqwest")]
pub use reqwest::ReqwestTransport;
pub use response::Response;
pub use retry::{Decision, Outcome, RetryPolicy, decide};
pub use transport::{Body, OperationContext, OutgoingRequest, Transport, TransportError, TransportErrorKind};
pub use upload::{RequestBody, Streamed};

// Parts of this crate's interface that come from elsewhere.
pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
pub use bytes::Bytes;
pub use jiff::tz::TimeZone;
pub use serde_json::error::Category;
pub use url::Url;
