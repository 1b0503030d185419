//! A faulty network of real sockets.

mod deliver;
mod foreign_origin;
mod harness;
mod http1;
mod network;
mod run;
mod stack;
mod tagging;

pub use foreign_origin::ForeignOrigin;
pub use harness::Harness;
pub use network::Proxy;
pub use run::{Load, run};
pub use stack::Stack;
pub use tagging::Tagging;

/// Raises the limit of open files to the maximum: each request needs four sockets.
pub fn allow_many_sockets() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        println!("the limit on open files stays as it is: {error}");
    }
}
