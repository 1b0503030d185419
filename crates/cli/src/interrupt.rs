//! Signals during calls whose response must not be lost.

use std::future::Future;

use futures_util::FutureExt as _;

use crate::failure::Failure;

/// Handlers of the signals that end a process. They stay installed until the process ends.
#[derive(Debug)]
pub(crate) struct Interrupts {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

/// Result of [`Interrupts::shield`].
#[derive(Debug)]
pub(crate) enum Waited<T> {
    Done(T),
    /// A second signal ended the wait.
    Aborted,
}

impl Interrupts {
    #[cfg(unix)]
    pub(crate) fn install() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        // SIGHUP: closing the terminal must not lose a secret.
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let failed = |error| Failure::new("failed to install signal handlers").caused_by(&error);
        let [interrupt, terminate, hangup] = kinds.map(|kind| signal(kind).map_err(failed));
        Ok(Self { signals: [interrupt?, terminate?, hangup?] })
    }

    #[cfg(not(unix))]
    pub(crate) fn install() -> Result<Self, Failure> {
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

    /// Returns whether a signal is pending.
    pub(crate) fn pending(&mut self) -> bool {
        self.next().now_or_never().is_some()
    }

    /// Waits for a future until a second signal. Calls `on_signal` on the first one, and returns whether there was one.
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
            () = self.next() => (Waited::Aborted, true),
        }
    }
}
