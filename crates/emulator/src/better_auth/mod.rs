//! The API-key plugin of a better-auth server.
//!
//! There is one user, whose session is the emulator's token, and two configurations, as on a server with organizations:
//! `default` for keys of the user, `org` for keys of an organization. Keys in the store without an owner belong to the
//! user. Not emulated: signing in, cookies and API keys instead of a session, roles in organizations.

mod body;
mod errors;
mod key;
mod limiter;
mod operations;
mod options;
mod schema;
mod secret;
mod server;

pub use self::options::{Options, Version};
pub(crate) use self::secret::store;
pub(crate) use self::server::{BASE_PATH, router};
