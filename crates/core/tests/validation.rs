//! Validation against the capabilities.

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

fn rejection(outcome: Result<()>) -> (ErrorKind, Option<Operation>) {
    let error = outcome.expect_err("rejected");
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
        let kind = rejection(Capabilities::none().validate("fake", operation));
        assert_eq!(kind, (ErrorKind::Unsupported, Some(operation)));
    }
}

#[test]
fn native_and_emulated_operations_are_supported() {
    const SOME: Capabilities = Capabilities::none()
        .native(&[Operation::Create, Operation::Verify])
        .emulated(&[Operation::Get, Operation::Verify]);
    assert_eq!(SOME.support(Operation::Create), Support::Native);
    assert_eq!(SOME.support(Operation::Verify), Support::Emulated, "the last declaration applies");
    assert_eq!(SOME.support(Operation::Delete), Support::Unsupported);
    assert!(
        SOME.validate("fake", Operation::Create).is_ok() && SOME.validate("fake", Operation::Get).is_ok()
    );
    assert!(Support::Native.is_supported() && Support::Emulated.is_supported());
    assert!(!Support::Unsupported.is_supported());
}

#[test]
fn setters_are_independent() {
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
fn names_are_unique() {
    let operations: HashSet<_> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    let fields: HashSet<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
    assert_eq!((operations.len(), fields.len()), (Operation::ALL.len(), Field::ALL.len()));
    assert_eq!(format!("[{:<8}|{:>6}]", Operation::Create, Field::Name), "[create  |  name]");
    assert_eq!(Support::Native.to_string(), "native");
}

proptest! {
    #[test]
    fn field_set_contains_its_fields(fields in subsequence(Field::ALL.to_vec(), 0..=Field::ALL.len())) {
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
fn create_rejects_unsupported_fields() {
    let named = ALL.create_fields(&[Field::Name]);
    named.validate_create("fake", &NewApiKey::new("n")).expect("supported");
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
        ALL.validate_create("fake", &new).expect("supported");
        let both = FieldSet::of(&[Field::Name, field]);
        assert_eq!(new.fields(), both, "only fields that are set");
    }
    names_field(NO_FIELDS.validate_create("fake", &new()), Operation::Create, Field::Name);
}

#[test]
fn update_rejects_unsupported_fields() {
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
        ALL.validate_update("fake", &changes).expect("supported");
        assert_eq!(changes.fields(), FieldSet::of(&[field]), "only fields that change");
    }
}

#[test]
fn update_rejects_clearing_settable_fields() {
    let settable = ALL.update_fields(Field::ALL, &[]);
    let new = UpdateApiKey::new;
    settable.validate_update("fake", &new().description("d").metadata(1)).expect("supported");
    for (changes, field) in [
        (new().clear_description(), Field::Description),
        (new().clear_expiry(), Field::Expiry),
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
fn update_rejects_no_changes_and_vendor_default() {
    let nothing = ALL.validate_update("fake", &UpdateApiKey::new());
    let default = ALL.validate_update("fake", &UpdateApiKey::new().expiry(Expiry::VendorDefault));
    for outcome in [nothing, default] {
        assert_eq!(rejection(outcome), (ErrorKind::InvalidInput, Some(Operation::Update)));
    }
}

#[test]
fn list_rejects_unsupported_filters_and_limit_0() {
    let new = ListQuery::new;
    for (query, field) in [
        (new().owner("o"), Field::Owner),
        (new().search("s"), Field::Search),
        (new().include_inactive(true), Field::IncludeInactive),
    ] {
        names_field(NO_FIELDS.validate_list("fake", &query), Operation::List, field);
        ALL.validate_list("fake", &query).expect("supported");
        assert_eq!(query.fields(), FieldSet::of(&[field]));
    }
    NO_FIELDS.validate_list("fake", &new().limit(1)).expect("the page size is a hint");
    let empty = NO_FIELDS.validate_list("fake", &new().limit(0));
    assert_eq!(rejection(empty), (ErrorKind::InvalidInput, Some(Operation::List)));
}

#[test]
fn cursor_requires_pagination() {
    let query = ListQuery::new().cursor(api_keys_core::Cursor::new("c"));
    let outcome = NO_FIELDS.validate_list("fake", &query);
    assert_eq!(rejection(outcome), (ErrorKind::InvalidInput, Some(Operation::List)));
    NO_FIELDS.paged().validate_list("fake", &query).expect("paginated");
}

#[test]
fn revoke_rejects_an_unsupported_reason() {
    let reason = RevokeOptions::new().reason("r");
    names_field(NO_FIELDS.validate_revoke("fake", &reason), Operation::Revoke, Field::Reason);
    NO_FIELDS.validate_revoke("fake", &RevokeOptions::new()).expect("no reason");
    ALL.validate_revoke("fake", &reason).expect("supported");
}

#[test]
fn required_owner_must_be_present() {
    let owned = ALL.owner_required();
    owned.validate_create("fake", &NewApiKey::new("n").owner("o")).expect("an owner");
    owned.validate_list("fake", &ListQuery::new().owner("o")).expect("an owner");
    for (outcome, operation) in [
        (owned.validate_create("fake", &NewApiKey::new("n")), Operation::Create),
        (owned.validate_create("fake", &NewApiKey::new("n").owner("")), Operation::Create),
        (owned.validate_list("fake", &ListQuery::new()), Operation::List),
        (owned.validate_list("fake", &ListQuery::new().owner("")), Operation::List),
    ] {
        assert_eq!(rejection(outcome), (ErrorKind::InvalidInput, Some(operation)));
    }
}

#[test]
fn unknown_extra_field_is_rejected_by_name() {
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
    ALL.validate_create("fake", &NewApiKey::new("n").extra("anything", 1)).expect("all are supported");
}

#[test]
fn unsupported_operation_precedes_its_fields() {
    let none = Capabilities::none();
    let unsupported = |operation| (ErrorKind::Unsupported, Some(operation));
    assert_eq!(rejection(none.validate_create("fake", &NewApiKey::new("n"))), unsupported(Operation::Create));
    assert_eq!(rejection(none.validate_update("fake", &UpdateApiKey::new())), unsupported(Operation::Update));
    assert_eq!(
        rejection(none.validate_list("fake", &ListQuery::new().limit(0))),
        unsupported(Operation::List)
    );
    assert_eq!(
        rejection(none.validate_revoke("fake", &RevokeOptions::new())),
        unsupported(Operation::Revoke)
    );
}
