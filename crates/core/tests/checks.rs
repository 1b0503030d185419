//! What a vendor cannot do is refused beforehand.

use std::collections::HashSet;

use api_keys_core::{
    Capabilities, Effect, ErrorKind, Expiry, Field, FieldSet, ListQuery, ListScope, NewApiKey, Operation,
    Result, RevokeOptions, Support, UpdateApiKey,
};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::json;

const ALL: Capabilities = Capabilities::none()
    .native(Operation::ALL)
    .create_fields(Field::ALL)
    .update_fields(Field::ALL, Field::ALL)
    .list_fields(Field::ALL)
    .revoke_fields(Field::ALL);

const NO_FIELDS: Capabilities = Capabilities::none().native(Operation::ALL);

fn refused(outcome: Result<()>) -> (ErrorKind, Option<Operation>) {
    let error = outcome.expect_err("refused");
    assert_eq!((error.effect(), error.vendor(), error.attempts()), (Effect::NotApplied, "fake", 0));
    (error.kind(), error.operation())
}

fn names_field(outcome: Result<()>, operation: Operation, field: Field) {
    let error = outcome.expect_err(field.as_str());
    assert_eq!((error.kind(), error.operation()), (ErrorKind::UnsupportedField, Some(operation)), "{field}");
    assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
}

#[test]
fn none_supports_nothing() {
    for operation in Operation::ALL.iter().copied() {
        assert_eq!(Capabilities::none().support(operation), Support::Unsupported);
        let kind = refused(Capabilities::none().validate("fake", operation));
        assert_eq!(kind, (ErrorKind::Unsupported, Some(operation)));
    }
}

#[test]
fn native_and_emulated_operations_can_be_called() {
    const SOME: Capabilities = Capabilities::none()
        .native(&[Operation::Create, Operation::Verify])
        .emulated(&[Operation::Get, Operation::Verify]);
    assert_eq!(SOME.support(Operation::Create), Support::Native);
    assert_eq!(SOME.support(Operation::Verify), Support::Emulated, "the last word counts");
    assert_eq!(SOME.support(Operation::Delete), Support::Unsupported);
    assert!(
        SOME.validate("fake", Operation::Create).is_ok() && SOME.validate("fake", Operation::Get).is_ok()
    );
    assert!(Support::Native.is_supported() && Support::Emulated.is_supported());
    assert!(!Support::Unsupported.is_supported());
}

#[test]
fn every_setter_sets_its_own_fact_only() {
    let none = Capabilities::none();
    let set = none
        .owner_required()
        .lists_active_only()
        .paged()
        .list_ceiling(100)
        .created_at_unreliable()
        .rotate_keeps_id()
        .revoke_reversible()
        .revoke_keeps_record()
        .max_active(5);
    assert_eq!((none.list_ceiling, none.max_active, none.list_scope), (None, None, ListScope::All));
    assert_eq!((set.list_ceiling, set.max_active), (Some(100), Some(5)));
    assert_eq!(set.list_scope, ListScope::ActiveOnly);
    assert!(none.created_at_reliable && !set.created_at_reliable);
    for (before, after) in [
        (none.owner_required, set.owner_required),
        (none.paged, set.paged),
        (none.rotate_keeps_id, set.rotate_keeps_id),
        (none.revoke_reversible, set.revoke_reversible),
        (none.revoke_keeps_record, set.revoke_keeps_record),
    ] {
        assert!(!before && after);
    }
    assert_eq!(set.create_fields, FieldSet::EMPTY);
}

#[test]
fn names_are_short_and_differ() {
    let operations: HashSet<_> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    let fields: HashSet<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
    assert_eq!((operations.len(), fields.len()), (Operation::ALL.len(), Field::ALL.len()));
    assert_eq!(format!("[{:<8}|{:>6}]", Operation::Create, Field::Name), "[create  |  name]");
    assert_eq!(Support::Native.to_string(), "native");
}

proptest! {
    #[test]
    fn a_field_set_holds_what_was_put_in(fields in subsequence(Field::ALL.to_vec(), 0..=Field::ALL.len())) {
        let set = FieldSet::of(&fields);
        for field in Field::ALL.iter().copied() {
            prop_assert_eq!(set.contains(field), fields.contains(&field));
        }
        prop_assert_eq!(set.iter().collect::<Vec<_>>(), fields.clone());
        prop_assert_eq!(fields.iter().rev().copied().collect::<FieldSet>(), set);
        prop_assert_eq!(set.is_empty(), fields.is_empty());
    }
}

#[test]
fn create_is_refused_when_it_sets_a_field_that_is_not_honoured() {
    let named = ALL.create_fields(&[Field::Name]);
    named.validate_create("fake", &NewApiKey::new("n")).expect("only a name");
    let new = || NewApiKey::new("n");
    for (new, field) in [
        (new().description("d"), Field::Description),
        (new().owner("o"), Field::Owner),
        (new().scopes([""; 0]), Field::Scopes),
        (new().expiry(Expiry::Never), Field::Expiry),
        (new().expires_in(std::time::Duration::ZERO), Field::Expiry),
        (new().metadata(json!(null)), Field::Metadata),
        (new().extra("x", 1), Field::Extra),
    ] {
        names_field(named.validate_create("fake", &new), Operation::Create, field);
        ALL.validate_create("fake", &new).expect("every field is honoured");
        let both = FieldSet::of(&[Field::Name, field]);
        assert_eq!(new.fields(), both, "only what was set counts as set");
    }
    names_field(NO_FIELDS.validate_create("fake", &new()), Operation::Create, Field::Name);
}

#[test]
fn update_is_refused_when_it_changes_a_field_that_is_not_honoured() {
    let new = UpdateApiKey::new;
    for (changes, field) in [
        (new().name("n"), Field::Name),
        (new().description("d"), Field::Description),
        (new().clear_description(), Field::Description),
        (new().owner("o"), Field::Owner),
        (new().scopes([""; 0]), Field::Scopes),
        (new().expiry(Expiry::Never), Field::Expiry),
        (new().clear_expiry(), Field::Expiry),
        (new().metadata(json!(null)), Field::Metadata),
        (new().clear_metadata(), Field::Metadata),
        (new().enabled(true), Field::Enabled),
        (new().extra("x", 1), Field::Extra),
    ] {
        names_field(NO_FIELDS.validate_update("fake", &changes), Operation::Update, field);
        ALL.validate_update("fake", &changes).expect("every field is honoured");
        assert_eq!(changes.fields(), FieldSet::of(&[field]), "only what changes counts as changed");
    }
}

#[test]
fn update_is_refused_when_it_clears_what_can_only_be_set() {
    let settable = ALL.update_fields(Field::ALL, &[]);
    let new = UpdateApiKey::new;
    settable.validate_update("fake", &new().description("d").metadata(1)).expect("set, not cleared");
    for (changes, field) in [
        (new().clear_description(), Field::Description),
        (new().clear_expiry(), Field::Expiry),
        // The same wish in other words.
        (new().expiry(Expiry::Never), Field::Expiry),
        (new().clear_metadata(), Field::Metadata),
    ] {
        names_field(settable.validate_update("fake", &changes), Operation::Update, field);
        assert_eq!(changes.cleared(), FieldSet::of(&[field]));
    }
    assert!(
        new().name("n").enabled(false).expiry(Expiry::In(std::time::Duration::ZERO)).cleared().is_empty()
    );
}

#[test]
fn update_is_refused_when_it_changes_nothing_or_to_the_vendors_default() {
    let nothing = ALL.validate_update("fake", &UpdateApiKey::new());
    let default = ALL.validate_update("fake", &UpdateApiKey::new().expiry(Expiry::VendorDefault));
    for outcome in [nothing, default] {
        assert_eq!(refused(outcome), (ErrorKind::InvalidInput, Some(Operation::Update)));
    }
}

#[test]
fn list_is_refused_when_a_filter_is_not_honoured_or_a_page_is_empty() {
    let new = ListQuery::new;
    for (query, field) in [
        (new().owner("o"), Field::Owner),
        (new().search("s"), Field::Search),
        (new().include_inactive(true), Field::IncludeInactive),
    ] {
        names_field(NO_FIELDS.validate_list("fake", &query), Operation::List, field);
        ALL.validate_list("fake", &query).expect("every filter is honoured");
        assert_eq!(query.fields(), FieldSet::of(&[field]));
    }
    NO_FIELDS.validate_list("fake", &new().limit(1)).expect("the page size is a hint");
    let empty = NO_FIELDS.validate_list("fake", &new().limit(0));
    assert_eq!(refused(empty), (ErrorKind::InvalidInput, Some(Operation::List)));
}

#[test]
fn a_cursor_is_refused_where_there_is_only_one_page() {
    let query = ListQuery::new().cursor(api_keys_core::Cursor::new("c"));
    let outcome = NO_FIELDS.validate_list("fake", &query);
    assert_eq!(refused(outcome), (ErrorKind::InvalidInput, Some(Operation::List)));
    NO_FIELDS.paged().validate_list("fake", &query).expect("the provider reads it");
}

#[test]
fn revoke_is_refused_when_the_reason_would_be_lost() {
    let reason = RevokeOptions::new().reason("r");
    names_field(NO_FIELDS.validate_revoke("fake", &reason), Operation::Revoke, Field::Reason);
    NO_FIELDS.validate_revoke("fake", &RevokeOptions::new()).expect("nothing to lose");
    ALL.validate_revoke("fake", &reason).expect("kept");
}

#[test]
fn a_missing_owner_is_refused_where_the_vendor_needs_one() {
    let owned = ALL.owner_required();
    owned.validate_create("fake", &NewApiKey::new("n").owner("o")).expect("an owner");
    owned.validate_list("fake", &ListQuery::new().owner("o")).expect("an owner");
    for (outcome, operation) in [
        (owned.validate_create("fake", &NewApiKey::new("n")), Operation::Create),
        (owned.validate_create("fake", &NewApiKey::new("n").owner("")), Operation::Create),
        (owned.validate_list("fake", &ListQuery::new()), Operation::List),
        (owned.validate_list("fake", &ListQuery::new().owner("")), Operation::List),
    ] {
        assert_eq!(refused(outcome), (ErrorKind::InvalidInput, Some(operation)));
    }
}

#[test]
fn an_unknown_vendor_specific_field_is_refused_by_name() {
    let known = ALL.extra_fields(&["ip"], &["ip", "remaining"]);
    known.validate_create("fake", &NewApiKey::new("n").extra("ip", 1)).expect("known");
    known.validate_update("fake", &UpdateApiKey::new().extra("remaining", 1)).expect("known");
    for outcome in [
        known.validate_create("fake", &NewApiKey::new("n").extra("ip", 1).extra("remaining", 1)),
        known.validate_update("fake", &UpdateApiKey::new().extra("remaining", 1).extra("typo", 1)),
    ] {
        let error = outcome.expect_err("unknown");
        assert_eq!((error.kind(), error.effect()), (ErrorKind::UnsupportedField, Effect::NotApplied));
        assert!(error.to_string().contains("`remaining`") || error.to_string().contains("`typo`"), "{error}");
    }
    ALL.validate_create("fake", &NewApiKey::new("n").extra("anything", 1)).expect("without a list, any goes");
}

#[test]
fn an_unsupported_operation_is_refused_before_its_fields_are_looked_at() {
    let none = Capabilities::none();
    let unsupported = |operation| (ErrorKind::Unsupported, Some(operation));
    assert_eq!(refused(none.validate_create("fake", &NewApiKey::new("n"))), unsupported(Operation::Create));
    assert_eq!(refused(none.validate_update("fake", &UpdateApiKey::new())), unsupported(Operation::Update));
    assert_eq!(refused(none.validate_list("fake", &ListQuery::new().limit(0))), unsupported(Operation::List));
    assert_eq!(refused(none.validate_revoke("fake", &RevokeOptions::new())), unsupported(Operation::Revoke));
}
