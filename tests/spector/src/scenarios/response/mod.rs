//! Scenarios of `response`.

mod body_or_no_content;
mod status_code_range;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    body_or_no_content::run(suite).await;
    status_code_range::run(suite).await;
}
