//! Walking a long listing takes no more memory than walking a short one.

mod support;

use api_keys_core::{ApiKeyProviderExt as _, Capabilities, Cursor, ErrorKind, ListQuery, Operation, Page};
use futures_util::TryStreamExt as _;
use peak_alloc::PeakAlloc;
use support::{Fake, key, run};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const LISTS: Capabilities = Capabilities::none().native(&[Operation::List]).paged();

/// A vendor of so many keys, in pages of a hundred that are made when they are asked for.
fn vendor(keys: usize) -> Fake {
    Fake::unrecorded(LISTS, move |query| {
        let start: usize = query.cursor.as_ref().map_or(0, |at| at.as_str().parse().expect("its own"));
        let end = keys.min(start + 100);
        let items = (start..end).map(|n| key(&format!("ak_{n:032}"))).collect();
        Ok(Page::new(items, (end < keys).then(|| Cursor::new(end.to_string())), None))
    })
}

/// The most bytes that were live at a time during a walk.
fn peak(keys: usize) -> usize {
    let provider = vendor(keys);
    let start = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut seen = 0;
    let walk = provider.keys(ListQuery::new()).try_for_each(|_| {
        seen += 1;
        std::future::ready(Ok(()))
    });
    run(walk).expect("a walk");
    assert_eq!(seen, keys);
    ALLOCATOR.peak_usage() - start
}

/// One test, since all count with the same allocator.
#[test]
fn a_walk_over_a_million_keys_holds_no_more_than_one_over_thirty_thousand_and_ends_when_they_go_in_a_circle()
{
    let (short, long) = (peak(30_000), peak(1_000_000));
    println!("peak over 30,000 keys: {short} bytes; over 1,000,000: {long} bytes");
    assert!(long <= short + 1_000, "{long} bytes for a million keys, {short} for thirty thousand");

    // A circle so long that each key is forgotten before it comes again.
    let circle = Fake::unrecorded(LISTS, |query| {
        let start: usize = query.cursor.as_ref().map_or(0, |at| at.as_str().parse().expect("its own"));
        let items = (start..start + 100).map(|n| key(&format!("ak_{n}"))).collect();
        Ok(Page::new(items, Some(Cursor::new(((start + 100) % 30_000).to_string())), None))
    });
    let end = run(circle.keys(ListQuery::new()).try_for_each(|_| std::future::ready(Ok(()))));
    assert_eq!(end.expect_err("it never ends").kind(), ErrorKind::UnexpectedResponse);
}
