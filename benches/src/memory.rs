//! Keys in memory.

use std::fmt::Write as _;
use std::time::Instant;

use api_keys::memory::Memory;
use api_keys::{ApiKeyProvider, ListQuery, NewApiKey};

use crate::stats::median;
use crate::task;

const NUMBERS: [usize; 3] = [1_000, 100_000, 1_000_000];
const CALLS: usize = 1_000;

/// Measures the provider with different numbers of keys, and returns a Markdown table.
pub(crate) fn markdown() -> String {
    let mut text = String::from("| | figure | ratio |\n|---|---:|---:|\n");
    let runtime = task::runtime();
    let mut bases = [None; 2];
    for keys in NUMBERS {
        let times = runtime.block_on(measure(keys));
        for (index, title) in
            ["page of 100 keys", "create with a limit of active keys"].into_iter().enumerate()
        {
            let base = *bases[index].get_or_insert(times[index]);
            let (micros, ratio) = (1e6 * times[index], times[index] / base);
            let _ = writeln!(text, "| {title}, {keys} keys | {micros:.1} µs | {ratio:.2} |");
        }
    }
    text
}

/// Returns the median seconds of a page and of a create.
async fn measure(keys: usize) -> [f64; 2] {
    let provider = Memory::builder().max_active(u32::MAX).build().expect("a provider");
    for number in 0..keys {
        let _ = provider.create(NewApiKey::new(format!("key {number}"))).await.expect("a key");
    }
    let mut query = ListQuery::new();
    let (mut pages, mut creates) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let start = Instant::now();
        let page = provider.list(query.clone()).await.expect("a page");
        pages.push(start.elapsed().as_secs_f64());
        query = match page.next {
            Some(next) => ListQuery::new().cursor(next),
            None => ListQuery::new(),
        };
        let start = Instant::now();
        let _ = provider.create(NewApiKey::new("new")).await.expect("a key");
        creates.push(start.elapsed().as_secs_f64());
    }
    [median(&pages), median(&creates)]
}
