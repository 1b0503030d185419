//! Schemas to types.

mod all_of;
mod bases;
mod builder;
mod classify;
mod discriminator;
mod form;
mod keywords;
mod objects;
mod one_of;
mod type_keyword;
mod variants;
mod xml;

pub(super) use self::builder::{Schemas, is_bytes, is_file};
pub(super) use self::keywords::is_untyped;
pub(super) use self::objects::expect_marked_secret;
