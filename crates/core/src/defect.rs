//! Deliberate defects, with which the simulation proves that it finds them.
//!
//! They are compiled in by `--cfg api_keys_defects`, which no build for users sets. Otherwise none is ever active.

use std::fmt;
use std::str::FromStr;
#[cfg(api_keys_defects)]
use std::sync::atomic::{AtomicUsize, Ordering};

macro_rules! defects {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// A deliberate defect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Defect {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Defect {
            /// All defects.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Returns the description.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

defects! {
    /// A request that must not be repeated is retried after a timeout.
    RetryOfUnsafe,
    /// A retry does not wait as long as the vendor asks for.
    RetryAfterIgnored,
    /// A timeout is reported without an effect.
    TimeoutWithoutEffect,
    /// An incomplete response of a success is reported without an effect.
    IncompleteWithoutEffect,
    /// A 5xx status is reported without an effect.
    ServerErrorWithoutEffect,
    /// The effect of the last attempt is reported instead of that of all attempts.
    EffectOfLastAttempt,
    /// Each attempt has the time of the whole call.
    DeadlineOfCallIgnored,
    /// An attempt has no time limit.
    AttemptWithoutTimeout,
    /// Bodies are read beyond their limit.
    BodyOverLimit,
    /// Secrets in the response to a failed request are not redacted.
    SecretsNotRedacted,
    /// The body of a success that cannot be used is not kept.
    IssuedSecretForgotten,
    /// A key without the requested restrictions is returned as requested.
    RestrictionDropped,
    /// Any text is a valid id.
    AnyIdAccepted,
    /// The search for orphans trusts the clocks.
    OrphansWithoutClockSkew,
    /// A resumed rotation does not look for the key of the interrupted one.
    InterruptedSuccessorIgnored,
    /// A rotation does not wait for the end of the overlap.
    OverlapIgnored,
    /// Superseded successors are not revoked.
    SupersededKept,
    /// The saved rotation does not contain its superseded successors.
    LostJournalWrite,
    /// A failed key of a bulk operation is reported as done.
    BulkFailureHidden,
    /// A bulk operation works on keys that were not selected.
    BulkFilterIgnored,
    /// A creation is not recorded before its request.
    CreationNotRecorded,
    /// A key is revoked before its successor is delivered.
    RevokedBeforeDelivery,
    /// An interrupted creation is taken for a delivered key.
    PendingTakenForDelivered,
    /// The key of an interrupted creation is not revoked.
    InterruptedKeyKept,
    /// Keys that other machines create at the same time are ignored.
    RivalIgnored,
    /// A result of the cache outlives a change of its key.
    CacheOutlivesChange,
    /// A result of the cache outlives its lifetime.
    CacheNeverExpires,
    /// A result of the cache outlives its key.
    CacheOutlivesKey,
    /// A verification that began before a change is cached as if it began after it.
    CacheOfOldVerification,
    /// A write that waits for others has no deadline.
    QueueWithoutDeadline,
}

#[cfg(api_keys_defects)]
static ACTIVE: AtomicUsize = AtomicUsize::new(usize::MAX);

impl Defect {
    /// Activates the defect in this process, instead of any other.
    #[cfg(api_keys_defects)]
    pub fn activate(self) {
        ACTIVE.store(self as usize, Ordering::Relaxed);
    }

    /// Returns whether the defect is active.
    #[cfg(api_keys_defects)]
    pub fn is_active(self) -> bool {
        ACTIVE.load(Ordering::Relaxed) == self as usize
    }

    /// Returns whether the defect is active.
    #[cfg(not(api_keys_defects))]
    #[inline(always)]
    pub const fn is_active(self) -> bool {
        false
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}"))
    }
}

impl FromStr for Defect {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.iter().copied().find(|defect| format!("{defect:?}") == name);
        named.ok_or_else(|| format!("unknown defect `{name}`"))
    }
}
