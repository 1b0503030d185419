//! User guide.
//!
//! | page | contents |
//! |---|---|
//! | [`authentication`] | requests to your own service, caches and their times |
//! | [`rotation`] | rotation without downtime, at every vendor |
//! | [`declaring`] | keys as code: from zero, in GitHub Actions, from keys made by hand, from one vendor to another |
//! | [`choosing`] | vendors by requirement, in the documentation and in code |
//! | [`swapping`] | moving from one vendor to another: configuration, differences, migration of keys |
//! | [`errors`] | kinds, effects, recovery of lost keys |
//! | [`retries`] | retries, timeouts, proxies and connection pools |
//! | [`secrets`] | storing, redaction, credentials, verification |
//! | [`testing`] | the in-memory provider, emulators, simulated failures |
//! | [`adding`] | custom providers and wrappers |
//! | [`bulk`] | bulk operations |
//! | [`blocking`] | use from synchronous code |
//!
//! Runnable programs are in the
//! [examples](https://github.com/api-keys/api-keys/tree/main/crates/api-keys/examples).

#[doc = include_str!("../docs/guide/adding.md")]
pub mod adding {}
#[doc = include_str!("../docs/guide/authentication.md")]
pub mod authentication {}
#[doc = include_str!("../docs/guide/blocking.md")]
pub mod blocking {}
#[doc = include_str!("../docs/guide/bulk.md")]
pub mod bulk {}
#[doc = include_str!("../docs/guide/choosing.md")]
pub mod choosing {}
#[doc = include_str!("../docs/guide/declaring.md")]
pub mod declaring {}
#[doc = include_str!("../docs/guide/errors.md")]
pub mod errors {}
#[doc = include_str!("../docs/guide/retries.md")]
pub mod retries {}
#[doc = include_str!("../docs/guide/rotation.md")]
pub mod rotation {}
#[doc = include_str!("../docs/guide/secrets.md")]
pub mod secrets {}
#[doc = include_str!("../docs/guide/swapping.md")]
pub mod swapping {}
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
