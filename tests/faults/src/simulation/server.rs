//! A simulated server that restarts and loses writes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys_emulator::EmulatedService;
use api_keys_memory::Snapshot;
use api_keys_runtime::Bytes;
use http::{Request, Response};
use tokio::time::{Instant, sleep};

use super::events::{Events, Purpose};
use crate::audit::keys;
use crate::world::World;

/// The server of a simulation.
#[derive(Debug)]
pub(super) struct Server {
    world: Arc<World>,
    events: Arc<Events>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    service: EmulatedService,
    /// The number of restarts.
    restarts: u64,
    /// The number of handled requests.
    handled: u64,
    down_until: Instant,
    /// The number of handled requests after which a restart restores a snapshot.
    loss: Option<(u64, Snapshot)>,
    calm: bool,
    lies: bool,
}

impl Server {
    pub(super) fn new(world: Arc<World>, events: Arc<Events>, service: EmulatedService) -> Self {
        let state = State {
            service,
            restarts: 0,
            handled: 0,
            down_until: Instant::now(),
            loss: None,
            calm: false,
            lies: true,
        };
        Self { world, events, state: Mutex::new(state) }
    }

    /// Returns whether connections are refused.
    pub(super) fn is_down(&self) -> bool {
        let state = self.state();
        !state.calm && state.down_until > Instant::now()
    }

    /// Sets whether nothing goes wrong.
    pub(super) fn set_calm(&self, calm: bool) {
        let mut state = self.state();
        state.calm = calm;
        state.loss = None;
    }

    /// From now on, acknowledged writes are never lost, no request is delivered twice, and what is read is true.
    pub(super) fn be_honest(&self) {
        self.state().lies = false;
    }

    pub(super) fn lies(&self) -> bool {
        self.state().lies
    }

    pub(super) fn is_calm(&self) -> bool {
        self.state().calm
    }

    /// Handles a request, calls `acted`, and returns the response after `time`, or `None` if the server restarts before
    /// that.
    pub(super) async fn handle(
        &self,
        request: Request<Bytes>,
        time: Duration,
        acted: impl FnOnce(&Response<Bytes>),
    ) -> Option<Response<Bytes>> {
        let (service, restarts) = {
            let state = self.state();
            (state.service.clone(), state.restarts)
        };
        let response = service.call(request).await;
        acted(&response);
        self.handled().await;
        sleep(time).await;
        (self.state().restarts == restarts).then_some(response)
    }

    /// Counts a request, after which the server may restart.
    async fn handled(&self) {
        let (handled, loss) = {
            let mut state = self.state();
            state.handled += 1;
            if state.calm {
                return;
            }
            let due = state.loss.as_ref().is_some_and(|(at, _)| *at <= state.handled);
            (state.handled, if due { state.loss.take() } else { None })
        };
        let mut rng = self.events.rng(Purpose::World, &[handled]);
        if let Some((_, snapshot)) = loss {
            self.restore(snapshot).await;
            self.restart(&mut rng);
        } else if self.events.occurs(Purpose::Restart, &[handled], 0.2, || "ServerRestart".to_owned()) {
            self.restart(&mut rng);
        } else if self.lies()
            && self.events.occurs(Purpose::Restart, &[handled, 1], 0.2, || "LostWrites".to_owned())
        {
            self.state().loss = Some((handled + rng.u64(1..4), self.world.store.snapshot()));
        }
    }

    /// Replaces all keys by those of a snapshot, and records which ones differ.
    async fn restore(&self, snapshot: Snapshot) {
        let store = &self.world.store;
        let before = keys(store).await.unwrap_or_default();
        store.restore(snapshot);
        let after = keys(store).await.unwrap_or_default();
        let differ = before.iter().filter(|key| !after.contains(key));
        let reappear = after.iter().filter(|key| before.iter().all(|other| other.id != key.id));
        differ.chain(reappear).for_each(|key| self.world.ledger.rolled_back(key));
    }

    fn restart(&self, rng: &mut fastrand::Rng) {
        let mut state = self.state();
        state.restarts += 1;
        state.service = state.service.restarted();
        state.down_until = Instant::now() + Duration::from_millis(rng.u64(1..2000));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
