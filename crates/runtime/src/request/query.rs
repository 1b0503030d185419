//! Queries in their encoded form.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Returns a query without the parameters of a name.
pub(crate) fn without(query: &str, name: &str) -> String {
    let others = query.split('&').filter(|pair| split(pair).0 != name);
    others.collect::<Vec<_>>().join("&")
}

/// Returns the names of the parameters.
pub(super) fn names(query: &str) -> impl Iterator<Item = Cow<'_, str>> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| split(pair).0)
}

/// Returns the first value of a parameter.
#[cfg(feature = "full-openapi")]
pub(super) fn value<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
    query.split('&').map(split).find(|(found, _)| found == name).map(|(_, value)| value)
}

fn split(pair: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    (decoded(name), decoded(value))
}
