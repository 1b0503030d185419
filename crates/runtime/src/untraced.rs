//! Stands in for `trace.rs` in a build without the `tracing` feature.

use std::time::Duration;

use http::StatusCode;
use url::Url;

use crate::{Fault, Operation};

#[derive(Debug)]
pub(crate) struct Span;

impl Span {
    pub(crate) fn call(_vendor: &'static str, _operation: &Operation) -> Self {
        Self
    }

    pub(crate) fn attempt(_operation: &Operation, _url: &Url, _attempt: u32) -> Self {
        Self
    }

    pub(crate) fn within<F>(&self, future: F) -> F {
        future
    }

    pub(crate) fn answered(&self, _status: StatusCode) {}

    pub(crate) fn failed(&self, _fault: &Fault) {}
}

pub(crate) fn sending_again(_fault: &Fault, _attempt: u32, _wait: Duration) {}
