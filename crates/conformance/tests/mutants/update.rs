//! Defects of `update`.

use api_keys_core::{ApiKeyProvider as _, Expiry, Field, Patch, RotateOptions, UpdateApiKey};

use crate::support::mutant::{Mutation, now};
use crate::support::vendor::DISABLING;
use crate::{Case, mutant, mutant_of};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        mutant(
            "changes nothing",
            Mutation::Update(|mutant, id, changes| {
                mutant.inner.capabilities.validate_update("memory", &changes)?;
                mutant.inner.sent();
                now(mutant.inner.keys.get(id))
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
                "update_to_never_clears_the_expiry",
                "update_clears_the_metadata",
                "update_disables_and_enables_a_key",
                "disabled_secret_does_not_authenticate",
                "update_changes_several_fields",
                "verify_rejects_a_disabled_key",
                "list_excludes_disabled_keys",
            ],
        ),
        mutant(
            "clears other fields",
            Mutation::Update(|mutant, id, mut changes| {
                let wipe = !changes.fields().is_empty();
                if wipe && changes.description.is_keep() {
                    changes.description = Patch::Clear;
                }
                if wipe && changes.expiry.is_keep() {
                    changes.expiry = Patch::Clear;
                }
                now(mutant.inner.update(id, changes))
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
                "update_disables_and_enables_a_key",
                "update_changes_several_fields",
            ],
        ),
        mutant(
            "merges metadata",
            Mutation::Update(|mutant, id, mut changes| {
                if let (Patch::Set(new), Ok(key)) = (&mut changes.metadata, now(mutant.inner.get(id))) {
                    let metadata = key.metadata.as_ref().and_then(|metadata| metadata.value().ok());
                    let mut merged = metadata.unwrap_or_default();
                    if let (Some(merged), Some(new)) = (merged.as_object_mut(), new.as_object()) {
                        merged.extend(new.clone());
                    }
                    *new = merged;
                }
                now(mutant.inner.update(id, changes))
            }),
            &["update_replaces_the_metadata", "update_changes_several_fields"],
        ),
        mutant(
            "ignores cleared fields",
            Mutation::Update(|mutant, id, mut changes| {
                let requested = changes.clone();
                changes.description = unless_clear(changes.description);
                changes.expiry = unless_clear(changes.expiry).map(|expiry| match expiry {
                    Expiry::Never => Expiry::In(std::time::Duration::from_secs(3600)),
                    other => other,
                });
                changes.metadata = unless_clear(changes.metadata);
                if changes.fields().is_empty() && !requested.fields().is_empty() {
                    return now(mutant.inner.get(id));
                }
                now(mutant.inner.update(id, changes))
            }),
            &[
                "update_clears_the_description",
                "update_clears_the_expiry",
                "update_to_never_clears_the_expiry",
                "update_clears_the_metadata",
            ],
        ),
        mutant(
            "changes only the name if it is set",
            Mutation::Update(|mutant, id, changes| match changes.name {
                Some(name) => now(mutant.inner.update(id, UpdateApiKey::new().name(name))),
                None => now(mutant.inner.update(id, changes)),
            }),
            &["update_changes_several_fields"],
        ),
        mutant(
            "accepts empty updates",
            Mutation::Update(|mutant, id, mut changes| {
                if changes.expiry == Patch::Set(Expiry::VendorDefault) {
                    changes.expiry = Patch::Keep;
                }
                match changes.fields().is_empty() {
                    true => now(mutant.inner.get(id)),
                    false => now(mutant.inner.update(id, changes)),
                }
            }),
            &["empty_update_is_rejected", "update_to_default_expiry_is_rejected"],
        ),
        mutant(
            "changes the secret",
            Mutation::Update(|mutant, id, changes| {
                let key = now(mutant.inner.update(id, changes))?;
                let _ = now(mutant.inner.rotate(id, RotateOptions::new()));
                Ok(key)
            }),
            &["update_keeps_the_secret"],
        ),
        mutant_of(
            DISABLING,
            "cannot enable what it disabled",
            Mutation::Update(|mutant, id, mut changes| {
                if changes.fields().contains(Field::Enabled) {
                    changes.enabled = Some(false);
                }
                now(mutant.inner.update(id, changes))
            }),
            &[
                "reversible_revocation_can_be_undone",
                "update_disables_and_enables_a_key",
                "disabled_secret_does_not_authenticate",
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
