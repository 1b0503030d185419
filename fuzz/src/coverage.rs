//! The edges of the workspace's code that are reached. They are counted in builds with `rustc-with-coverage`.

#[cfg(api_keys_coverage)]
pub use self::counters::{reached, reset, total};

/// Forgets which edges were reached.
#[cfg(not(api_keys_coverage))]
pub fn reset() {}

/// Returns the number of edges that were reached for the first time since the last call or reset. 0 without counters.
#[cfg(not(api_keys_coverage))]
pub fn reached() -> usize {
    0
}

/// Returns the number of edges. 0 without counters.
#[cfg(not(api_keys_coverage))]
pub fn total() -> usize {
    0
}

#[cfg(api_keys_coverage)]
#[expect(unsafe_code, reason = "the counters are a section of the program")]
mod counters {
    use std::slice;
    use std::sync::atomic::{AtomicU8, Ordering};
    use std::sync::{Mutex, OnceLock, PoisonError};

    /// A counter for each edge.
    static COUNTERS: OnceLock<&'static [AtomicU8]> = OnceLock::new();

    /// Whether each edge was reached.
    static REACHED: Mutex<Vec<bool>> = Mutex::new(Vec::new());

    /// Called by the instrumented code before `main`.
    #[unsafe(no_mangle)]
    extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut AtomicU8, end: *mut AtomicU8) {
        // SAFETY: these are the bounds of the counters of the whole program, which the program writes as bytes.
        let counters = unsafe { slice::from_raw_parts(start, end.offset_from_unsigned(start)) };
        let _ = COUNTERS.set(counters);
    }

    /// Forgets which edges were reached.
    pub fn reset() {
        reached();
        REACHED.lock().unwrap_or_else(PoisonError::into_inner).fill(false);
    }

    /// Returns the number of edges that were reached for the first time since the last call or reset.
    pub fn reached() -> usize {
        let counters = COUNTERS.get().copied().unwrap_or_default();
        let mut reached = REACHED.lock().unwrap_or_else(PoisonError::into_inner);
        reached.resize(counters.len(), false);
        let mut new = 0;
        for (counter, reached) in counters.iter().zip(&mut *reached) {
            if counter.load(Ordering::Relaxed) != 0 {
                counter.store(0, Ordering::Relaxed);
                new += usize::from(!std::mem::replace(reached, true));
            }
        }
        new
    }

    /// Returns the number of edges.
    pub fn total() -> usize {
        COUNTERS.get().map_or(0, |counters| counters.len())
    }
}
