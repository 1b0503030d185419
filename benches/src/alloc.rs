//! A counting wrapper around the system allocator.
//!
//! Published counting allocators either leave out the peak or turn a reallocation into a copy, which changes the
//! instructions that are counted in the same process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Counts allocations. A reallocation counts as an allocation.
pub(crate) struct Counting;

// SAFETY: every call goes to the system allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller upholds the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        release(layout.size());
        // SAFETY: the caller upholds the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        release(layout.size());
        count(size);
        // SAFETY: the caller upholds the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

fn count(size: usize) {
    if !STOPPED.load(Relaxed) {
        ALLOCATIONS.fetch_add(1, Relaxed);
        let live = LIVE.fetch_add(size, Relaxed) + size;
        PEAK.fetch_max(live, Relaxed);
    }
}

fn release(size: usize) {
    if !STOPPED.load(Relaxed) {
        LIVE.fetch_sub(size, Relaxed);
    }
}

/// Stops counting for the rest of this process: threads that allocate would compete for the counters.
pub(crate) fn stop() {
    STOPPED.store(true, Relaxed);
}

/// Allocations made during a call to [`measure`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) allocations: usize,
    /// The maximum of live bytes, in excess of those live at the start.
    pub(crate) peak: usize,
}

/// Returns the number of allocations until now.
pub(crate) fn total() -> usize {
    ALLOCATIONS.load(Relaxed)
}

/// Runs `work` and returns its allocations.
pub(crate) fn measure(work: impl FnOnce()) -> Usage {
    let (allocations, live) = (ALLOCATIONS.load(Relaxed), LIVE.load(Relaxed));
    PEAK.store(live, Relaxed);
    work();
    Usage { allocations: ALLOCATIONS.load(Relaxed) - allocations, peak: PEAK.load(Relaxed) - live }
}
