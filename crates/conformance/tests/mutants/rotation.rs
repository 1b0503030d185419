//! Defects that a rotation would suffer from.

use api_keys_core::{ApiKeyProvider as _, KeyStatus, Page, Revocation, RotateOptions, UpdateApiKey};

use crate::support::mutant::{Mutation, now};
use crate::support::vendor::{DISABLING, KEEPING, REMOVING};
use crate::{Case, mutant, mutant_of};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        mutant(
            "ignores the overlap",
            Mutation::Rotate(|mutant, id| now(mutant.inner.rotate(id, RotateOptions::new()))),
            &["rotate_with_overlap_keeps_the_old_secret", "rotation_keeps_the_old_secret_until_finish"],
        ),
        mutant_of(
            REMOVING,
            "drops an unsupported overlap",
            Mutation::Rotate(|mutant, id| now(mutant.inner.rotate(id, RotateOptions::new()))),
            &["rotate_rejects_unsupported_fields"],
        ),
        mutant_of(
            DISABLING,
            "stores other metadata than it returns",
            Mutation::Create(|mutant, new| {
                let issued = now(mutant.inner.create(new))?;
                now(mutant
                    .inner
                    .keys
                    .update(&issued.key.id, UpdateApiKey::new().metadata(mutant.issued().len())))?;
                Ok(issued)
            }),
            &["rotation_keeps_the_fields"],
        ),
        mutant_of(
            KEEPING,
            "lists no keys",
            Mutation::List(|_, _| Ok(Page::complete(Vec::new()))),
            &["rotation_resumes_an_interrupted_issue"],
        ),
        mutant_of(
            DISABLING,
            "does not revoke",
            Mutation::Revoke(|_, _, _| Ok(Revocation::disabled())),
            &[
                "rotation_keeps_the_old_secret_until_finish",
                "rotation_resumes_before_the_delivery",
                "aborted_rotation_keeps_the_old_secret",
            ],
        ),
        mutant_of(
            KEEPING,
            "reports revoked keys as active",
            Mutation::Get(|mutant, id| {
                let mut key = now(mutant.inner.get(id))?;
                key.status = KeyStatus::Active;
                Ok(key)
            }),
            &["rotation_rejects_a_revoked_key"],
        ),
    ]
}
