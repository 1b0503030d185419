//! Tests of the layer with a provider that counts calls and fails on demand.

mod cache;
mod fleet;
mod requests;
mod scopes;
mod support;
mod telemetry;
