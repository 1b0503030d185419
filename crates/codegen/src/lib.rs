#![doc = include_str!("../README.md")]

pub mod files;
pub mod prepare;

mod diff;
mod document;
mod emit;
mod error;
mod format;
mod generate;
mod lower;
mod model;
mod overlay;
mod package;
mod problem;
mod selection;
mod source;
mod sync;

pub use diff::{Comparison, Difference, Impact, diff};
pub use error::Error;
pub use format::rustfmt;
pub use generate::{Generated, Options, generate};
pub use overlay::Stale;
pub use package::write_crate;
pub use problem::{Problem, Problems, Report};
pub use selection::Selection;
pub use source::Source;
pub use sync::{Synced, sync};
