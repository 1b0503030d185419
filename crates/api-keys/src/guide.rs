//! The guide: one page for each question that comes up when this library is put to use.
//!
//! | | |
//! |---|---|
//! | [`choosing`] | which vendor can do what, and where its limits are |
//! | [`swapping`] | from one vendor to another, in the code and at the vendors |
//! | [`errors`] | what kind, whether the vendor acted, what to do |
//! | [`retries`] | what is sent again, and how long things take |
//! | [`secrets`] | handing them over, keeping them out of sight, checking them |
//! | [`testing`] | memory, emulators, failures |
//! | [`adding`] | a provider of your own |
//! | [`bulk`] | many keys, rotation schedules |
//! | [`blocking`] | from synchronous code |
//!
//! Programs that run are in the
//! [examples](https://github.com/api-keys/api-keys/tree/main/crates/api-keys/examples).

#[doc = include_str!("../docs/guide/adding.md")]
pub mod adding {}
#[doc = include_str!("../docs/guide/blocking.md")]
pub mod blocking {}
#[doc = include_str!("../docs/guide/bulk.md")]
pub mod bulk {}
#[doc = include_str!("../docs/guide/choosing.md")]
pub mod choosing {}
#[doc = include_str!("../docs/guide/errors.md")]
pub mod errors {}
#[doc = include_str!("../docs/guide/retries.md")]
pub mod retries {}
#[doc = include_str!("../docs/guide/secrets.md")]
pub mod secrets {}
#[doc = include_str!("../docs/guide/swapping.md")]
pub mod swapping {}
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
