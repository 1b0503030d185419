//! Scenarios of `type`.

mod array;
mod dictionary;
mod enums;
mod file;
mod model;
mod property;
mod scalar;
mod union;

use std::collections::BTreeMap;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    array::run(suite).await;
    dictionary::run(suite).await;
    enums::run(suite).await;
    file::run(suite).await;
    model::run(suite).await;
    property::run(suite).await;
    scalar::run(suite).await;
    union::run(suite).await;
}

fn map<V>(entries: impl IntoIterator<Item = (&'static str, impl Into<V>)>) -> BTreeMap<String, V> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}
