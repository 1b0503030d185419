//! Checks of one vendor.

use futures_util::future::LocalBoxFuture;

use crate::connection::Vendor;

mod capabilities;
mod documents;
mod fields;
mod ids;
mod invalid_responses;
pub mod optional;
mod probes;
mod provider_errors;
mod providers;
mod requests;
mod responses;
mod setup;
mod tolerance;

/// A check, which panics on violations.
pub type Check = fn(&'static Vendor) -> LocalBoxFuture<'static, ()>;

/// Runs a check by its name.
///
/// # Panics
/// If the check fails, or does not exist.
pub fn run(name: &str, vendor: &'static Vendor) {
    let (_, check) = CHECKS.iter().find(|(other, _)| *other == name).expect("a name of a check");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(check(vendor));
}

/// Defines [`CHECKS`] and [`contract_tests!`](crate::contract_tests). `$d` is `$` in the inner macro.
macro_rules! checks {
    ($d:tt $($module:ident { $($check:ident)* })*) => {
        /// All checks by their names.
        pub static CHECKS: &[(&str, Check)] = &[$($(
            (concat!(stringify!($module), "::", stringify!($check)), |vendor| Box::pin($module::$check(vendor))),
        )*)*];

        /// Creates a test of every check, for a `static` of type [`Vendor`](crate::Vendor).
        #[macro_export]
        macro_rules! contract_tests {
            ($d vendor:ident) => {
                $(mod $module {
                    $(#[test]
                    fn $check() {
                        let name = concat!(stringify!($module), "::", stringify!($check));
                        ::api_keys_contract_tests::run(name, &super::$d vendor);
                    })*
                })*
            };
        }
    };
}

checks! { $
    capabilities {
        unsupported_operation_sends_nothing
        unsupported_create_field_sends_nothing
        unsupported_update_field_sends_nothing
        unsupported_filter_sends_nothing
        missing_owner_sends_nothing
        past_expiration_sends_nothing
    }
    documents {
        all_documented_operations_are_called
        examples_match_their_schemas
    }
    fields {
        create_sends_each_supported_field
        update_sends_each_supported_field
        list_sends_each_supported_filter
        inactive_keys_are_listed_on_request
        the_reason_of_a_revocation_is_sent
        expiration_is_never_later_or_missing
    }
    ids {
        client_encodes_ids_as_one_segment
        invalid_segment_sends_nothing
        provider_sends_ids_unchanged
    }
    invalid_responses {
        undecodable_success_is_applied_and_kept
        web_page_is_not_a_success
        missing_required_field_is_located
        missing_and_unexpected_bodies
        gateway_error_is_its_status
        undecodable_error_keeps_its_status
        echoed_credential_is_redacted
    }
    provider_errors {
        documented_error_has_a_fitting_kind
        undecodable_response_reports_its_effect
    }
    providers {
        supported_operations_follow_the_document
        create_with_all_fields_is_verified
        update_of_all_fields_is_verified
    }
    requests {
        failure_names_the_documented_operation
        request_matches_the_document
    }
    responses {
        documented_success_decodes_completely
        documented_error_decodes_by_status
    }
    setup {
        invalid_base_url_is_a_configuration_error
        invalid_credential_is_a_configuration_error
        credential_is_not_printed
        base_url_path_is_kept
        default_base_paths
    }
    tolerance {
        unknown_fields_are_accepted
        unknown_enum_values_are_kept
        optional_fields_may_be_missing
        nullable_fields_may_be_null
        optional_fields_can_be_null
        lists_may_be_empty
        any_status_of_success_is_success
        content_type_is_not_checked
    }
}
