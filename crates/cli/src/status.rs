//! Exit statuses, as listed by `--help`.

/// Done.
pub(crate) const OK: u8 = 0;
/// The vendor rejected the request or could not be reached.
pub(crate) const FAILED: u8 = 1;
/// The command could not run: invalid arguments or configuration, or not confirmed.
pub(crate) const USAGE: u8 = 2;
/// There are changes; only of `plan`.
pub(crate) const CHANGES: u8 = 2;
/// Done for some providers or keys, not for others.
pub(crate) const PARTIAL: u8 = 3;
/// The vendor applied the request or may have, and the user has to act.
pub(crate) const ATTENTION: u8 = 4;
/// A negative result, such as an invalid secret.
pub(crate) const NEGATIVE: u8 = 5;
/// Ended by Ctrl-C: 128 and the number of the signal.
pub(crate) const INTERRUPTED: u8 = 130;
