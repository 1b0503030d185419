//! Contract tests of all vendors' clients against their documents.

mod capabilities;
mod documents;
mod fields;
mod ids;
mod invalid_responses;
mod probes;
mod provider_errors;
mod providers;
mod requests;
mod responses;
mod setup;
mod tolerance;
mod validator;
mod vendor_options;
