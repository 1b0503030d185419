#![doc = include_str!("../README.md")]

pub mod files;
pub mod prepare;

mod diff;
mod document;
mod emit;
mod error;
mod format;
mod generate;
mod import;
mod lower;
mod model;
mod overlay;
mod problem;
mod slice;
mod sync;

pub use diff::{Comparison, Difference, Impact, Source, diff};
pub use error::Error;
pub use format::rustfmt;
pub use generate::generate;
pub use import::{Imported, Wanted, import, write_crate};
pub use overlay::Stale;
pub use problem::{Problem, Problems, Report};
pub use slice::Selection;
pub use sync::{Synced, sync};
