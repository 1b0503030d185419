#![doc = include_str!("../README.md")]

pub mod files;
pub mod prepare;

mod config;
mod diff;
mod document;
mod emit;
mod error;
mod excerpts;
mod format;
mod generate;
mod locate;
mod lower;
mod methods;
mod model;
mod overlay;
mod package;
mod pagination;
mod problem;
mod selection;
mod source;
mod sync;

pub use config::{Config, Inputs};
pub use diff::{Comparison, Difference, Impact, diff};
pub use error::Error;
pub use format::rustfmt;
pub use generate::{Generated, Options, generate};
pub use overlay::Stale;
pub use package::write_crate;
pub use pagination::{Next, Pagination};
pub use problem::{Problem, Problems, Report, Topic};
pub use selection::Selection;
pub use source::Source;
pub use sync::{Synced, sync};
