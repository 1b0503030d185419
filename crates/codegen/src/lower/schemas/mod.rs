//! Schemas to types.

mod all_of;
mod builder;
mod classify;
mod discriminator;
mod form;
mod keywords;
mod objects;
mod one_of;
mod type_keyword;
mod variants;

pub(super) use self::builder::Schemas;
pub(super) use self::objects::expect_marked_secret;
