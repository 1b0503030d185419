//! Counters.

use std::collections::BTreeMap;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};

use crate::support::requests;

#[test]
fn requests_are_counted() {
    let recorder = DebuggingRecorder::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    metrics::with_local_recorder(&recorder, || runtime.block_on(requests()));
    let mut counters = BTreeMap::new();
    let mut times = 0;
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(|label| label.value().to_owned()).collect();
        match value {
            DebugValue::Counter(count) => {
                counters.insert(format!("{} {}", key.key().name(), labels.join(" ")), count);
            }
            DebugValue::Histogram(values) => times += values.len(),
            DebugValue::Gauge(_) => {}
        }
    }
    let expected = [
        ("api_keys_cache_lookups hit", 1),
        ("api_keys_cache_lookups miss", 3),
        ("api_keys_requests accepted", 2),
        ("api_keys_requests malformed", 1),
        ("api_keys_requests not_found", 1),
        ("api_keys_requests unavailable", 1),
    ];
    assert_eq!(counters, expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!(times, 3);
}
