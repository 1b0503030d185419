#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("enable the feature `sqlite` or `postgres` of `api-keys-sql`");

mod config;
mod event;
mod import;
#[cfg(feature = "postgres")]
mod postgres;
mod provider;
mod record;
mod schema;
mod secret;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod usage;

pub use crate::config::SqlConfig;
pub use crate::event::{Event, EventQuery};
pub use crate::import::Import;
pub use crate::provider::CAPABILITIES;
pub use crate::secret::format::SecretFormat;
pub use crate::sql::{Sql, SqlBuilder};

const VENDOR: &str = "sql";
