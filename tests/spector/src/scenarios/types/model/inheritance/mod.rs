//! Scenarios of `type/model/inheritance`.

mod enum_discriminator;
mod nested_discriminator;
mod not_discriminated;
mod recursive;
mod single_discriminator;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    enum_discriminator::run(suite).await;
    nested_discriminator::run(suite).await;
    not_discriminated::run(suite).await;
    recursive::run(suite).await;
    single_discriminator::run(suite).await;
}
