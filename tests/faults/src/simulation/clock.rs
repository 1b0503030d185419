//! Simulated time.
//!
//! Within a simulation, the system's clocks follow the paused clock of the thread's tokio runtime. This includes the clocks
//! that the libraries read without tokio: `clock_gettime` is replaced in the whole program, and delegates to the system
//! on other threads.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::time::Duration;

use libc::{CLOCK_REALTIME, c_int, clockid_t, timespec};
use tokio::time::Instant;

/// The simulated time of a thread.
#[derive(Clone, Copy)]
struct Simulated {
    start: Instant,
    /// The time of the system's clocks at the start, for clocks other than the calendar.
    monotonic: Duration,
    /// The calendar at the start, plus all jumps so far.
    calendar: Duration,
}

thread_local! {
    static SIMULATED: Cell<Option<Simulated>> = const { Cell::new(None) };
}

/// The calendar at the start of every simulation: 2027-01-15.
pub(super) const START: Duration = Duration::from_secs(1_800_000_000);

/// Simulated time on this thread, until it is dropped.
#[derive(Debug)]
pub(super) struct SimulatedTime(());

impl SimulatedTime {
    /// Starts within a tokio runtime whose clock is paused.
    pub(super) fn start() -> Self {
        let monotonic = system(libc::CLOCK_MONOTONIC);
        SIMULATED.set(Some(Simulated { start: Instant::now(), monotonic, calendar: START }));
        Self(())
    }
}

impl Drop for SimulatedTime {
    fn drop(&mut self) {
        SIMULATED.set(None);
    }
}

/// Returns the time since the start of the simulation.
pub(super) fn elapsed() -> Duration {
    SIMULATED.get().map_or(Duration::ZERO, |simulated| simulated.start.elapsed())
}

/// Sets the difference of this machine's calendar from the true time.
pub(super) fn skew(seconds: i64) {
    if let Some(mut simulated) = SIMULATED.get() {
        let skew = Duration::from_secs(seconds.unsigned_abs());
        simulated.calendar = if seconds < 0 { START.saturating_sub(skew) } else { START + skew };
        SIMULATED.set(Some(simulated));
    }
}

/// Replaces the function of the C library for this program.
///
/// # Safety
/// As that function: `time` is valid for writes.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    let simulated = SIMULATED.try_with(Cell::get).ok().flatten();
    let now = match simulated {
        // The paused clock of tokio does not read the system's.
        Some(simulated) => {
            let start = if clock == CLOCK_REALTIME { simulated.calendar } else { simulated.monotonic };
            start + simulated.start.elapsed()
        }
        // SAFETY: the arguments are those of the caller.
        None => return unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) as c_int },
    };
    // SAFETY: the caller guarantees that the pointer is valid.
    unsafe { time.write(timespec { tv_sec: now.as_secs() as i64, tv_nsec: now.subsec_nanos().into() }) };
    0
}

/// Returns the time of one of the system's clocks.
fn system(clock: clockid_t) -> Duration {
    let mut time = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime, UNIX_EPOCH};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn system_clocks_follow_the_simulation() {
        let time = SimulatedTime::start();
        let (start, calendar) = (Instant::now(), SystemTime::now());
        assert_eq!(calendar.duration_since(UNIX_EPOCH).unwrap(), START);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(3600));
        skew(-60);
        assert_eq!(calendar.elapsed().unwrap(), Duration::from_secs(3540));
        drop(time);
        assert!(SystemTime::now().duration_since(UNIX_EPOCH).unwrap() != START + Duration::from_secs(3540));
    }
}
