//! Scenarios of `serialization`.

mod encoded_name;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    encoded_name::run(suite).await;
}
