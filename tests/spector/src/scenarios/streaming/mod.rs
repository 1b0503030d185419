//! Scenarios of `streaming`.

mod jsonl;
mod sse;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    jsonl::run(suite).await;
    sse::run(suite).await;
}
