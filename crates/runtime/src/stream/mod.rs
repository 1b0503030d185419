//! Responses whose body is read as it arrives, and listings that are requested page by page.

pub(crate) mod bytes;
mod events;
pub(crate) mod items;
pub(crate) mod json_lines;
mod parser;

pub use self::events::{DecodeEvent, EventStream};
pub use self::parser::ServerSentEvent;
