//! Guarantees for any response of a server and any input of a caller.
//!
//! Each target parses bytes as an input of its kind and panics if a guarantee is violated. A fuzzer searches for such
//! bytes (`fuzz_targets/`), and a test replays the corpus (`tests/replay.rs`).

mod base_url;
mod client;
mod command;
mod config;
pub mod coverage;
mod credential;
mod date_time;
mod key_id;
mod plan;
mod provider;
mod response;
mod retry_after;
mod rotation;
mod secrets;
mod server;
mod target;

pub use base_url::base_url;
pub use command::{config_file, journal};
pub use config::config;
pub use credential::credential;
pub use date_time::date_time;
pub use key_id::key_id;
pub use plan::{declaration, mark, state};
pub use provider::provider;
pub use retry_after::retry_after;
pub use rotation::rotation;

/// A fuzz target.
pub type Target = fn(&[u8]);

/// Targets by name, which is also the name of the corpus folder.
pub const TARGETS: [(&str, Target); 13] = [
    ("base_url", base_url),
    ("config", config),
    ("config_file", config_file),
    ("credential", credential),
    ("date_time", date_time),
    ("declaration", declaration),
    ("journal", journal),
    ("key_id", key_id),
    ("mark", mark),
    ("provider", provider),
    ("retry_after", retry_after),
    ("rotation", rotation),
    ("state", state),
];

/// Defines the program of a target: for `cargo fuzz`, or one that replays the files given as arguments.
#[macro_export]
macro_rules! fuzz_target {
    ($target:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| api_keys_fuzz::$target(data));

        #[cfg(not(fuzzing))]
        fn main() {
            for path in std::env::args_os().skip(1) {
                api_keys_fuzz::$target(&std::fs::read(path).expect("a readable file"));
            }
        }
    };
}
