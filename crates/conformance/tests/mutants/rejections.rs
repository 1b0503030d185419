//! Defects of capabilities, rejections and errors.

use api_keys_core::{
    ApiKeyProvider as _, Capabilities, Effect, Error, ErrorKind, Field, Operation, RotateOptions,
};

use crate::support::mutant::{Mutation, now};
use crate::support::vendor::{DISABLING, KEEPING, OWNING, REMOVING, everything};
use crate::{Case, mutant, mutant_of};

const REJECTIONS: &[&str] = &[
    "unsupported_operations_send_no_request",
    "create_rejects_unsupported_fields",
    "list_rejects_unsupported_fields",
    "revoke_rejects_unsupported_fields",
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = of_capabilities();
    cases.extend(of_rejections());
    cases.extend(of_errors());
    cases
}

fn of_capabilities() -> Vec<Case> {
    let with = |change: fn(&mut Capabilities)| {
        let mut capabilities = everything();
        change(&mut capabilities);
        capabilities
    };
    vec![
        mutant_of(
            with(|capabilities| capabilities.revoke_keeps_record = false),
            "reports that revoke removes the record",
            Mutation::Revoke(|mutant, id, options| now(mutant.inner.keys.revoke(id, options))),
            &["revoke_result_matches_capabilities"],
        ),
        mutant_of(
            everything().max_active(3),
            "reports a wrong quota",
            Mutation::Create(|mutant, new| {
                // The in-process provider enforces the quota.
                let result = now(mutant.inner.create(new));
                match result {
                    Err(error) if error.kind() == ErrorKind::LimitReached => {
                        Err(Error::new(ErrorKind::PermissionDenied, "memory", Operation::Create))
                    }
                    result => result,
                }
            }),
            &["quota_is_enforced_and_freed_by_revoke"],
        ),
        mutant(
            "has inconsistent capabilities",
            Mutation::Capabilities(|_| everything().revoke_reversible().list_fields(&[Field::Reason])),
            &["capabilities_are_consistent"],
        ),
        mutant(
            "changes its capabilities",
            Mutation::Capabilities(|mutant| match mutant.issued().len() {
                0 => everything(),
                _ => everything().max_active(7),
            }),
            &["capabilities_are_constant"],
        ),
        mutant_of(
            Capabilities::none()
                .native(&[Operation::Create, Operation::Delete])
                .create_fields(&[Field::Name]),
            "does not support revoke",
            Mutation::SendsFirst,
            &["revoke_is_supported"],
        ),
    ]
}

fn of_rejections() -> Vec<Case> {
    vec![
        mutant_of(KEEPING, "sends a request before validation", Mutation::SendsFirst, REJECTIONS),
        mutant_of(
            DISABLING,
            "sends a request before it rejects an update",
            Mutation::SendsFirst,
            &[
                "update_rejects_unsupported_fields",
                "update_rejects_clearing_unclearable_fields",
                "create_rejects_unknown_extra_fields",
                "update_rejects_unknown_extra_fields",
                "empty_update_is_rejected",
            ],
        ),
        mutant_of(
            OWNING,
            "sends a request before it requires the owner",
            Mutation::SendsFirst,
            &["create_requires_an_owner", "list_requires_an_owner"],
        ),
        mutant_of(KEEPING, "reports an attempt", Mutation::Error(|error| error.with_attempts(1)), REJECTIONS),
        mutant_of(
            OWNING,
            "drops unsupported fields",
            Mutation::CreateRequest(|new| {
                new.description = None;
                new.scopes = None;
                new.metadata = None;
                new.extra.clear();
            }),
            &["create_rejects_unsupported_fields"],
        ),
        mutant_of(
            DISABLING,
            "drops unknown extra fields",
            Mutation::CreateRequest(|new| drop(new.extra.remove("unknown_field"))),
            &["create_rejects_unknown_extra_fields"],
        ),
        mutant_of(
            KEEPING,
            "supports rotate despite its capabilities",
            Mutation::Rotate(|mutant, id| now(mutant.inner.keys.rotate(id, RotateOptions::new()))),
            &["unsupported_operations_send_no_request"],
        ),
    ]
}

fn of_errors() -> Vec<Case> {
    const NOT_FOUND: &[&str] = &[
        "get_of_unknown_id_is_not_found",
        "find_of_unknown_id_is_none",
        "update_of_unknown_id_is_not_found",
        "revoke_of_unknown_id_is_ok_or_not_found",
        "delete_of_unknown_id_is_ok_or_not_found",
        "repeated_delete_is_ok_or_not_found",
        "rotate_of_unknown_id_is_not_found",
        "reveal_of_unknown_id_is_not_found",
        "deleted_key_is_not_found",
        "revoked_key_can_be_deleted",
    ];
    const ANY_ERROR: &[&str] = &["get_of_unknown_id_is_not_found", "empty_update_is_rejected"];
    vec![
        mutant(
            "reports unknown ids as invalid input",
            Mutation::Error(|error| match (error.kind(), error.operation()) {
                (ErrorKind::NotFound, Some(operation)) => {
                    Error::new(ErrorKind::InvalidInput, "memory", operation)
                }
                _ => error,
            }),
            NOT_FOUND,
        ),
        mutant(
            "reports another operation",
            Mutation::Error(|error| error.with_operation(Operation::Verify)),
            ANY_ERROR,
        ),
        mutant(
            "reports an unknown effect",
            Mutation::Error(|error| error.with_effect(Effect::Unknown)),
            ANY_ERROR,
        ),
        mutant(
            "reports another vendor",
            Mutation::Error(|error| match error.operation() {
                Some(operation) => Error::new(error.kind(), "other", operation),
                None => error,
            }),
            ANY_ERROR,
        ),
        mutant_of(
            REMOVING,
            "reports an invalid name as unavailable",
            Mutation::Create(|mutant, new| match new.name.trim().is_empty() {
                true => Err(Error::new(ErrorKind::Unavailable, "memory", Operation::Create)),
                false => now(mutant.inner.create(new)),
            }),
            &["create_keeps_or_rejects_a_blank_name"],
        ),
    ]
}
