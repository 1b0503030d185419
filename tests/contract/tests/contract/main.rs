//! What the five documents say, the five clients do.

mod answers;
mod capabilities;
mod documents;
mod fields;
mod forms;
mod garbage;
mod ids;
mod judge;
mod probes;
mod provider_errors;
mod providers;
mod requests;
mod setup;
mod tolerance;
