//! Requests and results.

use std::time::Duration;

use api_keys_core::{
    Expiry, InvalidReason, KeyId, NewApiKey, Page, Patch, RecordState, Revocation, Timestamp, Verification,
};
use proptest::prelude::*;

#[test]
fn patch_keeps_clears_or_sets() {
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
fn no_expiration_has_no_lifetime() {
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!(Expiry::VendorDefault.lifetime(now), None);
    assert_eq!(Expiry::Never.lifetime(now), None);
    assert_eq!(NewApiKey::new("n").expiry, Expiry::VendorDefault);
}

#[test]
fn past_time_has_a_lifetime_of_zero() {
    assert_eq!(Expiry::At(Timestamp::MIN).lifetime(Timestamp::MAX), Some(Duration::ZERO));
    assert_eq!(Expiry::At(Timestamp::UNIX_EPOCH).lifetime(Timestamp::UNIX_EPOCH), Some(Duration::ZERO));
}

proptest! {
    #[test]
    fn lifetime_is_exact(lifetime: Duration, now in -1_000_000_000_000_i64..1_000_000_000_000) {
        let now = Timestamp::from_millisecond(now).expect("a time");
        prop_assert_eq!(Expiry::In(lifetime).lifetime(now), Some(lifetime));
    }

    #[test]
    fn lifetime_ends_at_the_given_time(
        now in -100_000_000_000_000_i64..100_000_000_000_000,
        end in -100_000_000_000_000_i64..100_000_000_000_000,
    ) {
        let [now, end] = [now, end].map(|ms| Timestamp::from_millisecond(ms).expect("a time"));
        let lifetime = Expiry::At(end).lifetime(now).expect("a lifetime");
        prop_assert_eq!(now + lifetime, end.max(now));
    }
}

#[test]
fn longest_lifetime_is_exact() {
    let lifetime = Expiry::At(Timestamp::MAX).lifetime(Timestamp::MIN).expect("a lifetime");
    assert_eq!(Timestamp::MIN + lifetime, Timestamp::MAX);
}

#[test]
fn revocation_reports_the_record() {
    let [disabled, retained, removed] =
        [Revocation::disabled(), Revocation::retained(), Revocation::removed()];
    assert_eq!((disabled.record, disabled.reversible), (RecordState::Retained, true));
    assert_eq!((retained.record, retained.reversible), (RecordState::Retained, false));
    assert_eq!((removed.record, removed.reversible), (RecordState::Removed, false));
}

#[test]
fn valid_verification_has_a_key() {
    let key = api_keys_core::ApiKey::new(KeyId::new("ak").expect("an id"));
    assert_eq!(Verification::valid(key.clone()).key(), Some(&key));
    assert_eq!(Verification::Invalid(InvalidReason::Expired).key(), None);
    assert_eq!(InvalidReason::Other("frozen".to_owned()).to_string(), "frozen");
    assert_eq!(InvalidReason::QuotaExceeded.to_string(), "quota exceeded");
}

#[test]
fn complete_page_has_no_cursor() {
    let page = Page::complete(vec![1, 2]);
    assert_eq!((page.items, page.next, page.total), (vec![1, 2], None, None));
}
