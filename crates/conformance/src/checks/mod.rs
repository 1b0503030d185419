//! The checks, by topic. Each is a method of [`Context`] that is named after the expected behavior.

mod capabilities;
mod concurrency;
mod create;
mod delete;
mod expiry;
mod extension;
mod get;
mod limits;
mod list;
mod pagination;
mod remaining_keys;
mod reveal;
mod revoke;
mod rotate;
mod rotation;
mod secrecy;
mod unsupported;
mod update;
mod update_fields;
mod verify;

use futures_util::future::BoxFuture;

use api_keys_core::{ApiKeyProvider, Operation};

use crate::context::Context;
use crate::result::CheckResult;

/// A check.
pub(crate) struct Entry<P: ?Sized> {
    pub(crate) name: &'static str,
    pub(crate) operation: Option<Operation>,
    pub(crate) run: for<'a> fn(&'a Context<'a, P>) -> BoxFuture<'a, CheckResult>,
}

macro_rules! entries {
    ($($operation:expr => [$($name:ident,)+])+) => {
        vec![$($(Entry {
            name: stringify!($name),
            operation: $operation,
            run: |context| Box::pin(context.$name()),
        }),+),+]
    };
}

/// Returns all checks in the order of execution. Checks come after those that they rely on.
pub(crate) fn all<P: ApiKeyProvider + ?Sized>() -> Vec<Entry<P>> {
    entries![
        None => [
            capabilities_are_consistent,
            capabilities_are_constant,
        ]
        Some(Operation::Revoke) => [
            revoke_is_supported,
        ]
        Some(Operation::Get) => [
            get_returns_the_created_key,
        ]
        Some(Operation::Create) => [
            new_key_is_active,
            new_secret_authenticates,
            created_keys_are_distinct,
            create_applies_the_name,
            create_keeps_or_rejects_a_unicode_name,
            create_keeps_or_rejects_a_long_name,
            create_keeps_or_rejects_a_blank_name,
            create_applies_the_description,
            create_applies_the_owner,
            create_applies_the_scopes,
            create_applies_or_rejects_empty_scopes,
            create_applies_the_metadata,
            create_applies_extra_fields,
            create_applies_a_lifetime,
            create_applies_an_expiration_time,
            create_rounds_a_lifetime_down,
            create_applies_or_rejects_no_expiration,
            create_applies_the_default_expiration,
            create_rejects_a_lifetime_below_minimum,
            create_with_past_expiration_is_not_active,
            expired_key_does_not_authenticate,
        ]
        None => [
            secrets_are_not_leaked,
        ]
        Some(Operation::Get) => [
            get_of_unknown_id_is_not_found,
            get_and_list_agree,
        ]
        Some(Operation::List) => [
            new_key_is_listed,
            list_excludes_revoked_keys,
            list_excludes_disabled_keys,
            list_includes_revoked_keys_on_request,
            list_filters_by_owner,
            list_filters_by_search,
            list_rejects_a_limit_of_zero,
            list_rejects_a_foreign_cursor,
            list_without_pagination_is_one_page,
            small_pages_contain_every_key,
            keys_returns_every_key_once,
            pages_skip_no_key_during_changes,
            keys_returns_every_key_once_during_changes,
        ]
        Some(Operation::Update) => [
            update_sets_the_name,
            update_sets_the_description,
            update_sets_the_owner,
            update_sets_the_scopes,
            update_sets_the_expiry,
            update_replaces_the_metadata,
            update_sets_extra_fields,
            update_clears_the_description,
            update_clears_the_expiry,
            update_to_never_clears_the_expiry,
            update_clears_the_metadata,
            update_disables_and_enables_a_key,
            disabled_secret_does_not_authenticate,
            update_keeps_the_secret,
            update_changes_several_fields,
            empty_update_is_rejected,
            update_to_default_expiry_is_rejected,
            update_of_unknown_id_is_not_found,
        ]
        Some(Operation::Revoke) => [
            revoke_result_matches_capabilities,
            revoked_secret_does_not_authenticate,
            revoke_accepts_a_reason,
            revoke_does_not_affect_other_keys,
            revoke_can_be_repeated,
            revoke_of_unknown_id_is_ok_or_not_found,
            reversible_revocation_can_be_undone,
            final_revocation_cannot_be_undone,
        ]
        Some(Operation::Delete) => [
            deleted_key_is_not_found,
            deleted_secret_does_not_authenticate,
            delete_does_not_affect_other_keys,
            revoked_key_can_be_deleted,
            repeated_delete_is_ok_or_not_found,
            delete_of_unknown_id_is_ok_or_not_found,
        ]
        Some(Operation::Rotate) => [
            rotate_id_matches_capabilities,
            rotate_issues_a_different_secret,
            rotate_invalidates_the_old_secret,
            rotate_keeps_the_metadata,
            rotate_can_be_repeated,
            rotated_key_can_be_revoked,
            rotate_of_unknown_id_is_not_found,
            rotate_with_overlap_keeps_the_old_secret,
        ]
        Some(Operation::Reveal) => [
            reveal_returns_the_issued_secret,
            reveal_returns_the_rotated_secret,
            reveal_of_unknown_id_is_not_found,
        ]
        Some(Operation::Verify) => [
            verify_returns_the_key,
            verify_of_unknown_secret_is_not_found,
            verify_rejects_similar_secrets,
            verify_rejects_a_revoked_key,
            verify_rejects_a_disabled_key,
            verify_rejects_a_deleted_key,
        ]
        None => [
            unsupported_operations_send_no_request,
        ]
        Some(Operation::Create) => [
            create_rejects_unsupported_fields,
            create_rejects_unknown_extra_fields,
            create_requires_an_owner,
        ]
        Some(Operation::Update) => [
            update_rejects_unsupported_fields,
            update_rejects_clearing_unclearable_fields,
            update_rejects_unknown_extra_fields,
        ]
        Some(Operation::List) => [
            list_rejects_unsupported_fields,
            list_requires_an_owner,
        ]
        Some(Operation::Revoke) => [
            revoke_rejects_unsupported_fields,
        ]
        Some(Operation::Rotate) => [
            rotate_rejects_unsupported_fields,
        ]
        Some(Operation::Get) => [
            find_of_unknown_id_is_none,
        ]
        Some(Operation::List) => [
            orphans_are_found_by_name,
        ]
        None => [
            rotation_keeps_the_old_secret_until_finish,
            rotation_keeps_the_fields,
            rotation_resumes_an_interrupted_issue,
            rotation_resumes_before_the_delivery,
            aborted_rotation_keeps_the_old_secret,
            rotation_rejects_a_revoked_key,
        ]
        Some(Operation::Create) => [
            concurrent_creates_are_distinct,
        ]
        None => [
            concurrent_calls_on_one_key_agree,
        ]
        Some(Operation::Create) => [
            dropped_create_leaves_provider_usable,
            quota_is_enforced_and_freed_by_revoke,
        ]
        None => [
            no_keys_remain,
        ]
    ]
}
