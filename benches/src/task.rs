//! The measured tasks.

use std::hint::black_box;

use clap::ValueEnum;
use tokio::runtime::{self, Runtime};

use crate::alloc::{self, Usage};
use crate::clients::{BenchClient, ClientKind, with_client};
use crate::server::{FAIL_LONG, FAIL_SHORT, LONG, SHORT};

/// A measured task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    Get,
    FailShort,
    FailLong,
    Create,
    ListShort,
    ListLong,
    Construct,
    ConstructFive,
    FirstCall,
}

impl Task {
    /// Returns the task's title in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::FailShort => "404 with 90 bytes",
            Self::FailLong => "404 with 64 KB",
            Self::Create => "create",
            Self::ListShort => "list of 100 keys",
            Self::ListLong => "list of 10,000 keys",
            Self::Construct => "constructing a client, with TLS",
            Self::ConstructFive => "constructing five clients that share TLS",
            Self::FirstCall => "constructing and a first get",
        }
    }

    /// Returns the base URL of a client for this task.
    pub(crate) fn base_url(self, address: &str) -> String {
        match self {
            // No request is sent, so this may be the real one.
            Self::Construct | Self::ConstructFive => "https://api.clerk.com/v1".to_owned(),
            Self::ListLong => format!("http://{address}{}", LONG.0),
            Self::FailShort => format!("http://{address}{FAIL_SHORT}"),
            Self::FailLong => format!("http://{address}{FAIL_LONG}"),
            _ => format!("http://{address}{}", SHORT.0),
        }
    }

    /// Performs the task once with a client that was built for `base_url`.
    pub(crate) async fn perform<C: BenchClient>(self, client: &C, base_url: &str) -> usize {
        match self {
            Self::Get => client.get().await,
            Self::FailShort | Self::FailLong => client.fail().await,
            Self::Create => client.create().await,
            Self::ListShort | Self::ListLong => client.list().await,
            Self::Construct => size_of_val(&black_box(C::new(base_url))),
            Self::ConstructFive => size_of_val(&black_box(C::five(base_url))),
            Self::FirstCall => C::new(base_url).get().await,
        }
    }
}

/// Builds a runtime on the current thread.
pub(crate) fn runtime() -> Runtime {
    runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Performs a task `calls` times and returns the allocations.
pub(crate) fn count_allocations(kind: ClientKind, task: Task, calls: u32, address: &str) -> Usage {
    with_client!(kind, count(task, calls, address))
}

fn count<C: BenchClient>(task: Task, calls: u32, address: &str) -> Usage {
    let runtime = runtime();
    let base_url = task.base_url(address);
    let client = C::new(&base_url);
    // The first call connects and sizes buffers.
    runtime.block_on(task.perform(&client, &base_url));
    alloc::measure(|| {
        runtime.block_on(async {
            for _ in 0..calls {
                black_box(task.perform(&client, &base_url).await);
            }
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The only test of this program: another one would allocate at the same time.
    #[test]
    fn typed_get_allocates_no_more_than_reqwest() {
        // The server allocates only when a connection begins.
        let address = crate::server::listen().to_string();
        let allocations = |kind| count_allocations(kind, Task::Get, 100, &address).allocations;
        let reqwest = allocations(ClientKind::Reqwest);
        for (kind, limit) in [(ClientKind::ReqwestTyped, reqwest), (ClientKind::Typed, reqwest / 2)] {
            let typed = allocations(kind);
            assert!(
                typed <= limit,
                "{kind:?}: {typed} allocations in 100 calls; bare reqwest makes {reqwest}"
            );
        }
    }
}
