//! Patches and expiries.

use std::time::Duration;

use api_keys_core::{
    Expiry, InvalidReason, KeyId, NewApiKey, Page, Patch, RecordState, Revocation, Timestamp, Verification,
};
use proptest::prelude::*;

#[test]
fn a_patch_keeps_clears_or_sets() {
    for (patch, after) in [(Patch::Keep, Some("old")), (Patch::Clear, None), (Patch::Set("new"), Some("new"))]
    {
        let mut slot = Some("old");
        patch.apply(&mut slot);
        assert_eq!(slot, after);
        assert_eq!(patch.is_keep(), patch == Patch::Keep);
        assert_eq!(
            patch.map(str::len),
            match patch {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(_) => Patch::Set(3),
            }
        );
    }
    let mut empty = None;
    Patch::Set("new").apply(&mut empty);
    assert_eq!(empty, Some("new"));
    assert_eq!(Patch::<()>::default(), Patch::Keep);
}

#[test]
fn an_expiry_without_an_end_has_no_span() {
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!(Expiry::VendorDefault.lifetime(now), None);
    assert_eq!(Expiry::Never.lifetime(now), None);
    assert_eq!(NewApiKey::new("n").expiry, Expiry::VendorDefault);
}

#[test]
fn a_time_that_is_past_has_no_span_left() {
    assert_eq!(Expiry::At(Timestamp::MIN).lifetime(Timestamp::MAX), Some(Duration::ZERO));
    assert_eq!(Expiry::At(Timestamp::UNIX_EPOCH).lifetime(Timestamp::UNIX_EPOCH), Some(Duration::ZERO));
}

proptest! {
    #[test]
    fn a_span_is_what_was_asked_for(span: Duration, now in -1_000_000_000_000_i64..1_000_000_000_000) {
        let now = Timestamp::from_millisecond(now).expect("a time");
        prop_assert_eq!(Expiry::In(span).lifetime(now), Some(span));
    }

    #[test]
    fn the_span_to_a_time_ends_at_that_time(
        now in -100_000_000_000_000_i64..100_000_000_000_000,
        end in -100_000_000_000_000_i64..100_000_000_000_000,
    ) {
        let [now, end] = [now, end].map(|ms| Timestamp::from_millisecond(ms).expect("a time"));
        let span = Expiry::At(end).lifetime(now).expect("a span");
        prop_assert_eq!(now + span, end.max(now));
    }
}

#[test]
fn the_longest_span_that_times_allow_is_exact() {
    let span = Expiry::At(Timestamp::MAX).lifetime(Timestamp::MIN).expect("a span");
    assert_eq!(Timestamp::MIN + span, Timestamp::MAX);
}

#[test]
fn a_revocation_tells_what_became_of_the_record() {
    let [disabled, retained, removed] =
        [Revocation::disabled(), Revocation::retained(), Revocation::removed()];
    assert_eq!((disabled.record, disabled.reversible), (RecordState::Retained, true));
    assert_eq!((retained.record, retained.reversible), (RecordState::Retained, false));
    assert_eq!((removed.record, removed.reversible), (RecordState::Removed, false));
}

#[test]
fn only_a_valid_verification_has_a_key() {
    let key = api_keys_core::ApiKey::new(KeyId::new("ak").expect("an id"));
    assert_eq!(Verification::valid(key.clone()).key(), Some(&key));
    assert_eq!(Verification::Invalid(InvalidReason::Expired).key(), None);
    assert_eq!(InvalidReason::Other("frozen".to_owned()).to_string(), "frozen");
    assert_eq!(InvalidReason::QuotaExceeded.to_string(), "quota exceeded");
}

#[test]
fn a_complete_page_has_no_successor() {
    let page = Page::complete(vec![1, 2]);
    assert_eq!((page.items, page.next, page.total), (vec![1, 2], None, None));
}
