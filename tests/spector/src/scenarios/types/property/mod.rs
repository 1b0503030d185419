//! Scenarios of `type/property`.

mod additional_properties;
mod nullable;
mod optionality;
mod value_types;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    additional_properties::run(suite).await;
    nullable::run(suite).await;
    optionality::run(suite).await;
    value_types::run(suite).await;
}
