//! Lies about what is changed.

use api_keys_core::{ApiKeyProvider as _, Expiry, Field, Patch, RotateOptions, UpdateApiKey};

use crate::support::liar::{Lie, now};
use crate::support::vendor::DISABLING;
use crate::{Case, lie, lie_of};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        lie(
            "changes nothing",
            Lie::Update(|liar, id, changes| {
                liar.honest.capabilities.validate_update("memory", &changes)?;
                liar.honest.sent();
                now(liar.honest.keys.get(id))
                    .map_err(|error| error.with_operation(api_keys_core::Operation::Update))
            }),
            &[
                "update_sets_the_name",
                "update_sets_the_description",
                "update_sets_the_owner",
                "update_sets_the_scopes",
                "update_sets_the_expiry",
                "update_replaces_the_metadata",
                "update_sets_extra_fields",
                "update_clears_the_description",
                "update_clears_the_expiry",
                "update_to_no_expiry_clears_it",
                "update_clears_the_metadata",
                "update_switches_a_key_off_and_on",
                "a_disabled_secret_is_dead",
                "update_of_several_fields_changes_them_all",
                "verify_refuses_a_disabled_key",
                "list_leaves_out_disabled_keys",
            ],
        ),
        lie(
            "wipes the fields that are not named",
            Lie::Update(|liar, id, mut changes| {
                let wipe = !changes.fields().is_empty();
                if wipe && changes.description.is_keep() {
                    changes.description = Patch::Clear;
                }
                if wipe && changes.expiry.is_keep() {
                    changes.expiry = Patch::Clear;
                }
                now(liar.honest.update(id, changes))
            }),
            &[
                "update_sets_the_name",
                "update_sets_the_description",
                "update_sets_the_owner",
                "update_sets_the_scopes",
                "update_sets_the_expiry",
                "update_replaces_the_metadata",
                "update_sets_extra_fields",
                "update_clears_the_description",
                "update_clears_the_metadata",
                "update_switches_a_key_off_and_on",
                "update_of_several_fields_changes_them_all",
            ],
        ),
        lie(
            "merges metadata",
            Lie::Update(|liar, id, mut changes| {
                if let (Patch::Set(new), Ok(key)) = (&mut changes.metadata, now(liar.honest.get(id))) {
                    let mut merged = key.metadata.unwrap_or_default();
                    if let (Some(merged), Some(new)) = (merged.as_object_mut(), new.as_object()) {
                        merged.extend(new.clone());
                    }
                    *new = merged;
                }
                now(liar.honest.update(id, changes))
            }),
            &["update_replaces_the_metadata", "update_of_several_fields_changes_them_all"],
        ),
        lie(
            "takes clearing for keeping",
            Lie::Update(|liar, id, mut changes| {
                let asked = changes.clone();
                changes.description = unless_clear(changes.description);
                changes.expiry = unless_clear(changes.expiry).map(|expiry| match expiry {
                    Expiry::Never => Expiry::In(std::time::Duration::from_secs(3600)),
                    other => other,
                });
                changes.metadata = unless_clear(changes.metadata);
                if changes.fields().is_empty() && !asked.fields().is_empty() {
                    return now(liar.honest.get(id));
                }
                now(liar.honest.update(id, changes))
            }),
            &[
                "update_clears_the_description",
                "update_clears_the_expiry",
                "update_to_no_expiry_clears_it",
                "update_clears_the_metadata",
            ],
        ),
        lie(
            "changes only the name when there is one",
            Lie::Update(|liar, id, changes| match changes.name {
                Some(name) => now(liar.honest.update(id, UpdateApiKey::new().name(name))),
                None => now(liar.honest.update(id, changes)),
            }),
            &["update_of_several_fields_changes_them_all"],
        ),
        lie(
            "takes anything for an update",
            Lie::Update(|liar, id, mut changes| {
                if changes.expiry == Patch::Set(Expiry::VendorDefault) {
                    changes.expiry = Patch::Keep;
                }
                match changes.fields().is_empty() {
                    true => now(liar.honest.get(id)),
                    false => now(liar.honest.update(id, changes)),
                }
            }),
            &["update_of_nothing_is_refused", "update_to_the_default_expiry_is_refused"],
        ),
        lie(
            "changes the secret with the key",
            Lie::Update(|liar, id, changes| {
                let key = now(liar.honest.update(id, changes))?;
                let _ = now(liar.honest.rotate(id, RotateOptions::new()));
                Ok(key)
            }),
            &["update_keeps_the_secret"],
        ),
        lie_of(
            DISABLING,
            "cannot enable what it disabled",
            Lie::Update(|liar, id, mut changes| {
                if changes.fields().contains(Field::Enabled) {
                    changes.enabled = Some(false);
                }
                now(liar.honest.update(id, changes))
            }),
            &[
                "a_reversible_revocation_can_be_undone",
                "update_switches_a_key_off_and_on",
                "a_disabled_secret_is_dead",
            ],
        ),
    ]
}

fn unless_clear<T>(patch: Patch<T>) -> Patch<T> {
    match patch {
        Patch::Clear => Patch::Keep,
        other => other,
    }
}
