//! Locations in the original document.

use std::collections::HashMap;

use serde_json::Value;

/// The locations of the parts of a converted document in the original.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    pub(super) original: Value,
    /// JSON pointers in the original by those in the converted document. Others are equal.
    moved: HashMap<String, String>,
}

impl Origins {
    /// Records that a part comes from another location.
    pub(super) fn record(&mut self, to: impl Into<String>, from: &str) {
        self.moved.insert(to.into(), from.to_owned());
    }

    /// Returns a location in the original, or the closest one around it.
    pub(crate) fn original(&self, pointer: &str) -> String {
        let mut known = pointer;
        let mut original = loop {
            match (self.moved.get(known), known.rfind('/')) {
                (Some(from), _) => break format!("{from}{}", &pointer[known.len()..]),
                (None, Some(end)) => known = &known[..end],
                (None, None) => break pointer.to_owned(),
            }
        };
        while self.original.pointer(&original).is_none() {
            original.truncate(original.rfind('/').unwrap_or_default());
        }
        original
    }
}
