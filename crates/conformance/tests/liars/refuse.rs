//! Lies about what is known beforehand, and about what failed.

use api_keys_core::{
    ApiKeyProvider as _, Capabilities, Effect, Error, ErrorKind, Field, Operation, RotateOptions,
};

use crate::support::liar::{Lie, now};
use crate::support::vendor::{DISABLING, KEEPING, OWNING, REMOVING, everything};
use crate::{Case, lie, lie_of};

const REFUSALS: &[&str] = &[
    "unsupported_operations_send_nothing",
    "unsupported_fields_of_create_send_nothing",
    "unsupported_fields_of_list_send_nothing",
    "unsupported_fields_of_revoke_send_nothing",
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = of_capabilities();
    cases.extend(of_refusals());
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
        lie_of(
            with(|capabilities| capabilities.revoke_keeps_record = false),
            "says that revoke leaves no record",
            Lie::Revoke(|liar, id, options| now(liar.honest.keys.revoke(id, options))),
            &["revoke_does_to_the_record_what_capabilities_say"],
        ),
        lie_of(
            everything().max_active(3),
            "knows of a quota that the vendor does not have",
            Lie::Create(|liar, new| {
                // The embedded provider would keep it.
                let result = now(liar.honest.create(new));
                match result {
                    Err(error) if error.kind() == ErrorKind::LimitReached => {
                        Err(Error::new(ErrorKind::PermissionDenied, "memory", Operation::Create))
                    }
                    result => result,
                }
            }),
            &["the_quota_is_reached_as_such_and_freed_by_revoke"],
        ),
        lie(
            "contradicts itself",
            Lie::Capabilities(|_| everything().revoke_reversible().list_fields(&[Field::Reason])),
            &["capabilities_do_not_contradict_themselves"],
        ),
        lie(
            "changes its mind",
            Lie::Capabilities(|liar| match liar.issued().len() {
                0 => everything(),
                _ => everything().max_active(7),
            }),
            &["capabilities_do_not_change"],
        ),
        lie_of(
            Capabilities::none()
                .native(&[Operation::Create, Operation::Delete])
                .create_fields(&[Field::Name]),
            "has no emergency button",
            Lie::SendsFirst,
            &["every_provider_can_revoke"],
        ),
    ]
}

fn of_refusals() -> Vec<Case> {
    vec![
        lie_of(KEEPING, "asks the vendor before it refuses", Lie::SendsFirst, REFUSALS),
        lie_of(
            DISABLING,
            "asks the vendor before it refuses an update",
            Lie::SendsFirst,
            &[
                "unsupported_fields_of_update_send_nothing",
                "fields_that_cannot_be_cleared_send_nothing",
                "unknown_extra_fields_of_create_send_nothing",
                "unknown_extra_fields_of_update_send_nothing",
                "update_of_nothing_is_refused",
            ],
        ),
        lie_of(
            OWNING,
            "asks the vendor before it misses the owner",
            Lie::SendsFirst,
            &["a_create_without_its_owner_sends_nothing", "a_list_without_its_owner_sends_nothing"],
        ),
        lie_of(KEEPING, "says that it tried", Lie::Error(|error| error.with_attempts(1)), REFUSALS),
        lie_of(
            OWNING,
            "drops what the vendor does not have",
            Lie::Create(|liar, mut new| {
                new.description = None;
                new.scopes = None;
                new.metadata = None;
                new.extra.clear();
                now(liar.honest.create(new))
            }),
            &["unsupported_fields_of_create_send_nothing"],
        ),
        lie_of(
            DISABLING,
            "drops extra fields that the vendor does not have",
            Lie::Create(|liar, mut new| {
                new.extra.remove("no_vendor_has_this");
                now(liar.honest.create(new))
            }),
            &["unknown_extra_fields_of_create_send_nothing"],
        ),
        lie_of(
            KEEPING,
            "rotates by minting a second key",
            Lie::Rotate(|liar, id| now(liar.honest.keys.rotate(id, RotateOptions::new()))),
            &["unsupported_operations_send_nothing"],
        ),
    ]
}

fn of_errors() -> Vec<Case> {
    const NOT_FOUND: &[&str] = &[
        "get_of_an_unknown_id_is_not_found",
        "find_of_an_unknown_id_is_none",
        "update_of_an_unknown_id_is_not_found",
        "revoke_of_an_unknown_id_succeeds_or_is_not_found",
        "delete_of_an_unknown_id_succeeds_or_is_not_found",
        "delete_can_be_repeated_or_is_not_found",
        "rotate_of_an_unknown_id_is_not_found",
        "reveal_of_an_unknown_id_is_not_found",
        "a_deleted_key_is_gone",
        "a_revoked_key_can_be_deleted",
    ];
    const NAMED: &[&str] = &["get_of_an_unknown_id_is_not_found", "update_of_nothing_is_refused"];
    vec![
        lie(
            "takes an unknown id for a slip of the caller",
            Lie::Error(|error| match (error.kind(), error.operation()) {
                (ErrorKind::NotFound, Some(operation)) => {
                    Error::new(ErrorKind::InvalidInput, "memory", operation)
                }
                _ => error,
            }),
            NOT_FOUND,
        ),
        lie("names another operation", Lie::Error(|error| error.with_operation(Operation::Verify)), NAMED),
        lie("is unsure of what it refused", Lie::Error(|error| error.with_effect(Effect::Unknown)), NAMED),
        lie(
            "names another vendor",
            Lie::Error(|error| match error.operation() {
                Some(operation) => Error::new(error.kind(), "nobody", operation),
                None => error,
            }),
            NAMED,
        ),
        lie_of(
            REMOVING,
            "takes a name for a mistake of the vendor",
            Lie::Create(|liar, new| match new.name.trim().is_empty() {
                true => Err(Error::new(ErrorKind::Unavailable, "memory", Operation::Create)),
                false => now(liar.honest.create(new)),
            }),
            &["create_keeps_a_blank_name_or_refuses_it"],
        ),
    ]
}
