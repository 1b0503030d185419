//! What must hold whatever a server answers and whatever a caller passes in.
//!
//! Each target takes bytes, reads them as an input of its kind, and panics when a promise is broken. A fuzzer looks
//! for such bytes (`fuzz_targets/`), and a test replays those that are known (`tests/replay.rs`).

mod answer;
mod base_url;
mod config;
mod date_time;
mod judge;
mod key_id;
mod provider;
mod retry_after;
mod server;
mod vendors;

pub use base_url::base_url;
pub use config::config;
pub use date_time::date_time;
pub use key_id::key_id;
pub use retry_after::retry_after;
pub use vendors::{better_auth, clerk, fastapi, keyshield, latitude_sh, mcp};

/// A target: panics when the bytes break a promise.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its corpus.
pub const TARGETS: [(&str, Target); 11] = [
    ("base_url", base_url),
    ("better_auth", better_auth),
    ("clerk", clerk),
    ("config", config),
    ("date_time", date_time),
    ("fastapi", fastapi),
    ("key_id", key_id),
    ("keyshield", keyshield),
    ("latitude_sh", latitude_sh),
    ("mcp", mcp),
    ("retry_after", retry_after),
];

/// The credential of every client here. Its characters are those that JSON and URLs write in more than one way.
const TOKEN: &str = "sk_canary/0123+4567==";

/// What the seeds of the corpus have for the secret of a new key.
const FRESH: &str = "mk_canary_fresh_0123456789";

/// Whether a text holds another.
fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Runs a call to its end. Waiting takes no time.
fn run<T>(call: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(call))
}
