//! Memory use of `keys`.

mod support;

use api_keys_core::{ApiKeyProviderExt as _, Capabilities, Cursor, ErrorKind, ListQuery, Operation, Page};
use futures_util::TryStreamExt as _;
use peak_alloc::PeakAlloc;
use support::{Fake, key, run};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const LISTS: Capabilities = Capabilities::none().native(&[Operation::List]).paged();

/// Returns a provider that generates pages of a hundred keys.
fn vendor(keys: usize) -> Fake {
    Fake::unrecorded(LISTS, move |query| {
        let start: usize =
            query.cursor.as_ref().map_or(0, |cursor| cursor.as_str().parse().expect("a cursor"));
        let end = keys.min(start + 100);
        let items = (start..end).map(|n| key(&format!("ak_{n:032}"))).collect();
        Ok(Page::new(items, (end < keys).then(|| Cursor::new(end.to_string())), None))
    })
}

/// Returns the peak memory use of an iteration, in bytes.
fn peak(keys: usize) -> usize {
    let provider = vendor(keys);
    let start = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut seen = 0;
    let iteration = provider.keys(ListQuery::new()).try_for_each(|_| {
        seen += 1;
        std::future::ready(Ok(()))
    });
    run(iteration).expect("keys");
    assert_eq!(seen, keys);
    ALLOCATOR.peak_usage() - start
}

/// A single test, because all tests share the allocator.
#[test]
fn keys_memory_is_bounded() {
    let (short, long) = (peak(30_000), peak(1_000_000));
    println!("peak over 30,000 keys: {short} bytes; over 1,000,000: {long} bytes");
    assert!(long <= short + 1_000, "{long} bytes for a million keys, {short} for thirty thousand");

    // A loop that is longer than the remembered ids.
    let endless = Fake::unrecorded(LISTS, |query| {
        let start: usize =
            query.cursor.as_ref().map_or(0, |cursor| cursor.as_str().parse().expect("a cursor"));
        let items = (start..start + 100).map(|n| key(&format!("ak_{n}"))).collect();
        Ok(Page::new(items, Some(Cursor::new(((start + 100) % 30_000).to_string())), None))
    });
    let end = run(endless.keys(ListQuery::new()).try_for_each(|_| std::future::ready(Ok(()))));
    assert_eq!(end.expect_err("endless").kind(), ErrorKind::UnexpectedResponse);
}
