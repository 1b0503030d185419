//! Applications that manage keys of a vendor.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use api_keys_emulator::Vendor;
use tokio::task::JoinSet;

use super::setup::{Setup, jump};
use crate::audit::audit;
use crate::caller::Caller;
use crate::figures::Figures;
use crate::simulation::events::{Events, Purpose};
use crate::worker::Worker;
use crate::world::Failure;

/// The number of operations of a world.
const OPERATIONS: i64 = 120;

pub(super) async fn run(seed: u64, events: &Arc<Events>) -> Result<Figures, Failure> {
    let setup = Setup::new(seed, events, Vendor::ALL)?;
    let mut rng = events.rng(Purpose::Application, &[]);
    let left = Arc::new(AtomicI64::new(OPERATIONS));
    let one_client = (rng.u8(..4) > 0).then(|| setup.connect()).transpose()?;
    let dropped = [0, 5, 30][rng.usize(..3)];
    let mut workers = JoinSet::new();
    for number in 0..rng.u32(1..8) {
        let provider = match &one_client {
            Some(provider) => Arc::clone(provider),
            None => setup.connect()?,
        };
        let caller = Caller::new(Arc::clone(&setup.world), provider, number, dropped);
        let left = Arc::clone(&left);
        workers.spawn(async move { Worker::new(caller).run(&left).await });
    }
    let jumps = tokio::spawn(jump(Arc::clone(events)));
    while let Some(result) = workers.join_next().await {
        result?;
    }
    jumps.abort();
    setup.calm_down().await;
    audit(&setup.world, &*setup.connect()?).await?;
    Ok(Figures::of(&setup.world, OPERATIONS as u64))
}
