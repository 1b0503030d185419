//! Scenarios of `versioning`.

mod added;
mod made_optional;
mod removed;
mod renamed_from;
mod return_type_changed_from;
mod type_changed_from;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    added::run(suite).await;
    made_optional::run(suite).await;
    removed::run(suite).await;
    renamed_from::run(suite).await;
    return_type_changed_from::run(suite).await;
    type_changed_from::run(suite).await;
}
