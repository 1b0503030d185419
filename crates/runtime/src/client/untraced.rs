//! A replacement for `trace.rs` in builds without the `tracing` feature.

use std::time::Duration;

use http::StatusCode;

use crate::error::Failure;
use crate::request::operation::Operation;
use crate::request::origin::Origin;

#[derive(Debug)]
pub(crate) struct Span;

impl Span {
    pub(crate) fn call(_vendor: &'static str, _operation: &Operation) -> Self {
        Self
    }

    pub(crate) fn attempt(_operation: &Operation, _origin: &Origin, _attempt: u32) -> Self {
        Self
    }

    pub(crate) fn within<F>(&self, future: F) -> F {
        future
    }

    pub(crate) fn identified(&self, _id: &str) {}

    pub(crate) fn is_disabled(&self) -> bool {
        true
    }

    pub(crate) fn responded(&self, _status: StatusCode) {}

    pub(crate) fn failed(&self, _failure: &Failure) {}
}

pub(crate) fn retrying(_failure: &Failure, _attempt: u32, _delay: Duration) {}
