//! Definitions that the targets share.

use api_keys::runtime::{Method, Operation, OperationClass};

/// Credential of every client. It consists of characters that JSON and URLs write in more than one way.
pub(crate) const TOKEN: &str = "sk_canary/0123+4567==";

/// Secret of a new key in the corpus.
pub(crate) const NEW_SECRET: &str = "mk_canary_fresh_0123456789";

/// Creates an operation of a generated client.
pub(crate) const fn operation(method: Method, path: &'static str, class: OperationClass) -> Operation {
    Operation { id: "operation", method, path, class, list: false }
}

/// Returns whether `text` contains `part`.
pub(crate) fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Runs a call to completion. Sleeping takes no time.
pub(crate) fn run<T>(call: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(call))
}
