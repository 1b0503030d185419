//! Scenarios of `type/enum`.

mod extensible;
mod fixed;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    extensible::run(suite).await;
    fixed::run(suite).await;
}
