//! Traits of the public types.

use std::error::Error as StdError;
use std::fmt::Debug;

use api_keys_runtime::{
    Authentication, Body, BuildError, Client, ClientBuilder, Error, HttpConfig, OutgoingRequest, Request,
    Response, RetryPolicy, Timeouts, TransportError,
};

#[test]
fn public_types_are_send() {
    fn shared<T: Send + Sync + Unpin + Debug>() {}
    fn sent<T: Send + Unpin + Debug>() {}
    shared::<Client>();
    shared::<ClientBuilder>();
    shared::<HttpConfig>();
    shared::<Authentication>();
    shared::<Request>();
    shared::<Response<String>>();
    shared::<OutgoingRequest>();
    shared::<RetryPolicy>();
    shared::<Timeouts>();
    // A body is read by one reader at a time.
    sent::<Body>();
}

#[test]
fn errors_fit_into_those_of_an_application() {
    fn boxed<T: StdError + Send + Sync + 'static>() {}
    boxed::<Error<()>>();
    boxed::<Error>();
    boxed::<BuildError>();
    boxed::<TransportError>();
}
