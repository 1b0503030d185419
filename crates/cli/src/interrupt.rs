//! Ctrl-C, where an answer must be waited for.

use std::future::Future;
use std::io;

use futures_util::FutureExt as _;

/// Takes over the signals that end a process, from when it is made until the process ends.
#[derive(Debug)]
pub(crate) struct Interrupts {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

/// What came of waiting.
#[derive(Debug)]
pub(crate) enum Waited<T> {
    Done(T),
    /// A second signal: the caller no longer waits.
    GivenUp,
}

impl Interrupts {
    #[cfg(unix)]
    pub(crate) fn take_over() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // Closing the terminal must not lose a secret either.
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        Ok(Self { signals: [interrupt?, terminate?, hangup?] })
    }

    #[cfg(not(unix))]
    pub(crate) fn take_over() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate, hangup] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }

    /// Whether there was a signal that nobody waited for.
    pub(crate) fn seen(&mut self) -> bool {
        self.next().now_or_never().is_some()
    }

    /// Waits for the future, also after a first signal, at which `on_signal` is called.
    pub(crate) async fn shield<F: Future>(
        &mut self,
        future: F,
        on_signal: impl FnOnce(),
    ) -> (Waited<F::Output>, bool) {
        let mut future = std::pin::pin!(future);
        tokio::select! {
            biased;
            value = &mut future => return (Waited::Done(value), false),
            () = self.next() => on_signal(),
        }
        tokio::select! {
            biased;
            value = &mut future => (Waited::Done(value), true),
            () = self.next() => (Waited::GivenUp, true),
        }
    }
}
