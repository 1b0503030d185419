//! The checks: one method of [`Context`] each, named after the behaviour, by topic.

mod capabilities;
mod concurrency;
mod create;
mod delete;
mod expiry;
mod extension;
mod get;
mod left_over;
mod limits;
mod list;
mod paging;
mod reveal;
mod revoke;
mod rotate;
mod secrecy;
mod unsupported;
mod update;
mod update_fields;
mod verify;

use futures_util::future::BoxFuture;

use api_keys_core::ApiKeyProvider;

use crate::context::Context;
use crate::stop::Verdict;

/// A check as it is run.
pub(crate) struct Entry<P: ?Sized> {
    pub(crate) name: &'static str,
    pub(crate) run: for<'a> fn(&'a Context<'a, P>) -> BoxFuture<'a, Verdict>,
}

macro_rules! entries {
    ($($name:ident,)+) => {
        vec![$(Entry { name: stringify!($name), run: |context| Box::pin(context.$name()) }),+]
    };
}

/// Every check, in the order in which they run: what later ones rely on comes first.
pub(crate) fn all<P: ApiKeyProvider + ?Sized>() -> Vec<Entry<P>> {
    entries![
        capabilities_do_not_contradict_themselves,
        capabilities_do_not_change,
        every_provider_can_revoke,
        get_returns_what_create_returned,
        a_new_key_is_active,
        a_new_secret_is_good,
        every_create_mints_another_key,
        create_honours_the_name,
        create_keeps_a_name_of_many_scripts_or_refuses_it,
        create_keeps_a_long_name_or_refuses_it,
        create_keeps_a_blank_name_or_refuses_it,
        create_honours_the_description,
        create_honours_the_owner,
        create_honours_the_scopes,
        create_honours_an_empty_list_of_scopes_or_refuses_it,
        create_honours_the_metadata,
        create_honours_extra_fields,
        create_honours_an_expiry_after_a_span,
        create_honours_an_expiry_at_a_time,
        create_rounds_an_expiry_down,
        create_honours_no_expiry_or_refuses_it,
        create_leaves_an_unsaid_expiry_to_the_vendor,
        create_refuses_an_expiry_below_the_smallest,
        create_with_a_past_expiry_is_refused_or_mints_a_dead_key,
        an_expired_key_is_dead,
        secrets_are_shown_nowhere_else,
        get_of_an_unknown_id_is_not_found,
        get_and_list_do_not_contradict_each_other,
        a_new_key_is_listed,
        list_leaves_out_revoked_keys,
        list_leaves_out_disabled_keys,
        list_shows_revoked_keys_when_asked,
        list_by_owner_shows_only_its_keys,
        list_by_search_shows_only_matches,
        list_refuses_a_page_of_no_keys,
        list_refuses_a_foreign_cursor,
        list_without_paging_is_one_page,
        small_pages_hold_every_key,
        keys_returns_every_key_once,
        no_key_is_missed_while_keys_come_and_go,
        keys_returns_every_key_once_while_keys_come_and_go,
        update_sets_the_name,
        update_sets_the_description,
        update_sets_the_owner,
        update_sets_the_scopes,
        update_sets_the_expiry,
        update_replaces_the_metadata,
        update_sets_extra_fields,
        update_clears_the_description,
        update_clears_the_expiry,
        update_to_no_expiry_clears_it,
        update_clears_the_metadata,
        update_switches_a_key_off_and_on,
        a_disabled_secret_is_dead,
        update_keeps_the_secret,
        update_of_several_fields_changes_them_all,
        update_of_nothing_is_refused,
        update_to_the_default_expiry_is_refused,
        update_of_an_unknown_id_is_not_found,
        revoke_does_to_the_record_what_capabilities_say,
        a_revoked_secret_is_dead,
        revoke_takes_a_reason,
        revoke_spares_other_keys,
        revoke_can_be_repeated,
        revoke_of_an_unknown_id_succeeds_or_is_not_found,
        a_reversible_revocation_can_be_undone,
        a_final_revocation_cannot_be_undone,
        a_deleted_key_is_gone,
        a_deleted_secret_is_dead,
        delete_spares_other_keys,
        a_revoked_key_can_be_deleted,
        delete_can_be_repeated_or_is_not_found,
        delete_of_an_unknown_id_succeeds_or_is_not_found,
        rotate_keeps_the_id_as_capabilities_say,
        rotate_mints_another_secret,
        rotate_kills_the_old_secret,
        rotate_keeps_the_rest,
        rotate_can_be_repeated,
        a_rotated_key_can_be_revoked,
        rotate_of_an_unknown_id_is_not_found,
        reveal_shows_the_issued_secret,
        reveal_shows_the_rotated_secret,
        reveal_of_an_unknown_id_is_not_found,
        verify_names_the_key,
        verify_finds_no_key_for_garbage,
        verify_takes_no_part_of_a_secret,
        verify_refuses_a_revoked_key,
        verify_refuses_a_disabled_key,
        verify_refuses_a_deleted_key,
        unsupported_operations_send_nothing,
        unsupported_fields_of_create_send_nothing,
        unknown_extra_fields_of_create_send_nothing,
        a_create_without_its_owner_sends_nothing,
        unsupported_fields_of_update_send_nothing,
        fields_that_cannot_be_cleared_send_nothing,
        unknown_extra_fields_of_update_send_nothing,
        unsupported_fields_of_list_send_nothing,
        a_list_without_its_owner_sends_nothing,
        unsupported_fields_of_revoke_send_nothing,
        find_of_an_unknown_id_is_none,
        orphans_are_found_by_name,
        replace_hands_over_before_it_revokes,
        concurrent_creates_mint_distinct_keys,
        concurrent_calls_on_one_key_agree,
        a_dropped_create_leaves_the_provider_usable,
        the_quota_is_reached_as_such_and_freed_by_revoke,
        nothing_is_left_over,
    ]
}
