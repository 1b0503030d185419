//! The vendor, the network and the clients of a simulation.

use std::sync::Arc;
use std::time::Duration;

use api_keys::{ApiKeyProvider, SecretKey, Timestamp};
use api_keys_emulator::{Dialect, Emulator, Vendor};
use api_keys_runtime::HttpConfig;
use tokio::time::{Instant, sleep};

use crate::fault::Schedule;
use crate::record::Record;
use crate::simulation::clock;
use crate::simulation::events::{Events, Purpose};
use crate::simulation::network::Network;
use crate::simulation::server::Server;
use crate::vendor::{connect, dialect};
use crate::world::{Failure, Limits, World};

const ORIGIN: &str = "https://vendor.test";

/// A vendor behind a simulated network.
pub(super) struct Setup {
    pub(super) world: Arc<World>,
    pub(super) network: Network,
    dialect: Dialect,
    base_url: String,
    token: SecretKey,
    http: HttpConfig,
}

impl Setup {
    /// Chooses a vendor of a list, its version, and the limits of the clients.
    pub(super) fn new(seed: u64, events: &Arc<Events>, vendors: &[Vendor]) -> Result<Self, Failure> {
        let mut rng = events.rng(Purpose::World, &[]);
        let dialect = dialect(vendors[rng.usize(..vendors.len())], rng.usize(..4));
        let attempt = Duration::from_secs(rng.u64(1..5));
        let limits = Limits {
            attempt,
            total: attempt + Duration::from_secs(rng.u64(1..16)),
            max_attempts: rng.u32(1..5),
            // The resolution of timers.
            slack: Duration::from_millis(5),
        };
        let skew = rng.u64(0..5);
        let time =
            move || Timestamp::UNIX_EPOCH + clock::START + clock::elapsed() + Duration::from_secs(skew);
        let service = Emulator::builder(dialect.clone()).max_active(u32::MAX).clock(time).service()?;
        Record::get().secret(service.token().expose());
        let world = World::new(dialect.clone(), service.store().clone(), seed, limits);
        let world = Arc::new(world);
        let (base_url, token) = (service.base_url(ORIGIN), service.token().clone());
        let server = Server::new(Arc::clone(&world), Arc::clone(events), service);
        let schedule = Schedule::Seeded { seed, rate: [5, 20, 45][rng.usize(..3)] };
        let network = Network::new(Arc::clone(&world), Arc::clone(events), server, schedule);
        let http = HttpConfig::new()
            .transport(Arc::new(network.clone()))
            .attempt_timeout(limits.attempt)
            .timeout(limits.total)
            .max_attempts(limits.max_attempts);
        events.note(format!("{dialect:?}, {limits:?}"));
        Ok(Self { world, network, dialect, base_url, token, http })
    }

    /// Like [`new`](Self::new), with a network and a server that keep what they acknowledge, deliver no request twice, and
    /// tell the truth about what is read. Keys may end for another reason than a call of the application.
    pub(super) fn honest(seed: u64, events: &Arc<Events>, vendors: &[Vendor]) -> Result<Self, Failure> {
        let setup = Self::new(seed, events, vendors)?;
        setup.network.be_honest();
        setup.world.ledger.expect_lost_keys();
        Ok(setup)
    }

    /// Builds a client.
    pub(super) fn connect(&self) -> Result<Arc<dyn ApiKeyProvider>, Failure> {
        Ok(connect(&self.dialect, self.base_url.clone(), &self.token, self.http.clone())?)
    }

    /// Ends all faults, and waits for late requests.
    pub(super) async fn calm_down(&self) {
        clock::skew(0);
        self.network.set_calm(true);
        sleep(Duration::from_secs(60)).await;
    }
}

/// Returns the number of points at which a process waits before it dies, below `most`; `u32::MAX` if it does not die. Half
/// of them die early.
pub(super) fn death(events: &Events, process: u32, percent: f64, most: u32) -> u32 {
    let subject = [process.into()];
    match events.occurs(Purpose::Death, &subject, percent, || format!("Death of process {process}")) {
        true => {
            let mut rng = events.rng(Purpose::Death, &[process.into(), 1]);
            let most = if rng.bool() { most } else { most / 4 };
            rng.u32(1..most)
        }
        false => u32::MAX,
    }
}

/// Sets the calendar of the clients' machine to wrong times, within the tolerance of the library.
pub(super) async fn jump(events: Arc<Events>) {
    let start = Instant::now();
    for number in 0.. {
        let mut rng = events.rng(Purpose::Jump, &[number, 1]);
        sleep(Duration::from_millis(rng.u64(1000..60_000))).await;
        let seconds = rng.i64(-50..50);
        let name = || format!("ClockJump to {seconds} s after {:?}", start.elapsed());
        if events.occurs(Purpose::Jump, &[number], 50.0, name) {
            clock::skew(seconds);
        }
    }
}
