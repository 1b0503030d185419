//! What a contestant is asked to do, and doing it in a process where instructions and allocations are counted.

use std::hint::black_box;

use clap::ValueEnum;
use tokio::runtime::{self, Runtime};

use crate::alloc::{self, Usage};
use crate::contestants::{ByHand, Contestant, Dyn, Floor, Kind, Middleware, Typed};
use crate::server::{FEW, MANY};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    Get,
    Create,
    ListFew,
    ListMany,
    Construct,
    ConstructFive,
    FirstCall,
}

impl Task {
    /// What the table calls it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Create => "create",
            Self::ListFew => "list of 100 keys",
            Self::ListMany => "list of 10,000 keys",
            Self::Construct => "constructing a client, with TLS",
            Self::ConstructFive => "constructing five clients that share TLS",
            Self::FirstCall => "constructing and a first get",
        }
    }

    /// The base URL that a client for this task is made with.
    pub(crate) fn base_url(self, address: &str) -> String {
        match self {
            // Nothing is sent, so this may be the real one.
            Self::Construct | Self::ConstructFive => "https://api.clerk.com/v1".to_owned(),
            Self::ListMany => format!("http://{address}{}", MANY.0),
            _ => format!("http://{address}{}", FEW.0),
        }
    }

    /// Does the task once. `client` was made with `base_url`.
    pub(crate) async fn once<C: Contestant>(self, client: &C, base_url: &str) -> usize {
        match self {
            Self::Get => client.get().await,
            Self::Create => client.create().await,
            Self::ListFew | Self::ListMany => client.list().await,
            Self::Construct => size_of_val(&black_box(C::new(base_url))),
            Self::ConstructFive => size_of_val(&black_box(C::five(base_url))),
            Self::FirstCall => C::new(base_url).get().await,
        }
    }
}

/// A runtime on this thread alone.
pub(crate) fn runtime() -> Runtime {
    runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Does the task `calls` times, and returns the allocations of all calls and the most memory that was in use.
pub(crate) fn work(contestant: Kind, task: Task, calls: u32, address: &str) -> Usage {
    match contestant {
        Kind::ByHand => run::<ByHand>(task, calls, address),
        Kind::Floor => run::<Floor>(task, calls, address),
        Kind::Typed => run::<Typed>(task, calls, address),
        Kind::Dyn => run::<Dyn>(task, calls, address),
        Kind::Middleware => run::<Middleware>(task, calls, address),
    }
}

fn run<C: Contestant>(task: Task, calls: u32, address: &str) -> Usage {
    let runtime = runtime();
    let base_url = task.base_url(address);
    let client = C::new(&base_url);
    // The first call connects and sizes buffers.
    runtime.block_on(task.once(&client, &base_url));
    alloc::usage(|| {
        runtime.block_on(async {
            for _ in 0..calls {
                black_box(task.once(&client, &base_url).await);
            }
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The only test of this program: another would allocate at the same time.
    #[test]
    fn reading_a_key_allocates_no_more_often_than_with_bare_reqwest() {
        // The server allocates only when a connection begins.
        let address = crate::server::listen().to_string();
        let allocations = |contestant| work(contestant, Task::Get, 100, &address).allocations;
        let (bare, typed) = (allocations(Kind::ByHand), allocations(Kind::Typed));
        assert!(typed <= bare, "{typed} allocations in 100 calls, where bare reqwest makes {bare}");
    }
}
