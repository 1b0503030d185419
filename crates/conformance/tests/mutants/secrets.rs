//! Defects of `revoke`, `delete`, `rotate`, `reveal` and `verify`.

use api_keys_core::{
    ApiKeyProvider as _, ApiKeyProviderExt as _, Error, ErrorKind, InvalidReason, IssuedKey, ListQuery,
    NewApiKey, Operation, Revocation, RevokeOptions, RotateOptions, UpdateApiKey, Verification,
};
use futures_util::TryStreamExt as _;

use crate::support::mutant::{Mutant, Mutation, now};
use crate::support::vendor::REMOVING;
use crate::{Case, mutant, mutant_of};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = of_revoke();
    cases.extend(of_delete());
    cases.extend(of_rotate());
    cases.extend(of_verify());
    cases
}

fn of_revoke() -> Vec<Case> {
    vec![
        mutant(
            "does not revoke",
            Mutation::Revoke(|_, _, _| Ok(Revocation::retained())),
            &[
                "revoke_result_matches_capabilities",
                "revoked_secret_does_not_authenticate",
                "list_excludes_revoked_keys",
                "verify_rejects_a_revoked_key",
                "rotated_key_can_be_revoked",
            ],
        ),
        mutant_of(
            REMOVING,
            "does not free the quota",
            Mutation::Revoke(|_, _, _| Ok(Revocation::removed())),
            &["quota_is_enforced_and_freed_by_revoke", "revoked_secret_does_not_authenticate"],
        ),
        mutant(
            "reports a removed record",
            Mutation::Revoke(|mutant, id, options| {
                now(mutant.inner.revoke(id, options)).map(|_| Revocation::removed())
            }),
            &["revoke_result_matches_capabilities"],
        ),
        mutant(
            "rejects a reason",
            Mutation::Revoke(|mutant, id, options| match options.reason {
                Some(_) => Err(Error::new(ErrorKind::UnexpectedResponse, "memory", Operation::Revoke)),
                None => now(mutant.inner.revoke(id, options)),
            }),
            &["revoke_accepts_a_reason"],
        ),
        mutant(
            "revokes every key",
            Mutation::Revoke(|mutant, id, options| {
                let revocation = now(mutant.inner.revoke(id, options))?;
                for id in ids(mutant) {
                    now(mutant.inner.revoke(&id, RevokeOptions::new()))?;
                }
                Ok(revocation)
            }),
            &["revoke_does_not_affect_other_keys"],
        ),
        mutant(
            "revokes only once",
            Mutation::Revoke(|mutant, id, options| match now(mutant.inner.get(id)) {
                Ok(key) if key.status.is_inactive() => {
                    Err(Error::new(ErrorKind::Conflict, "memory", Operation::Revoke))
                }
                _ => now(mutant.inner.revoke(id, options)),
            }),
            &["revoke_can_be_repeated", "concurrent_calls_on_one_key_agree"],
        ),
        mutant(
            "disables instead of revoking",
            Mutation::Revoke(|mutant, id, _| {
                let result = now(mutant.inner.update(id, UpdateApiKey::new().enabled(false)));
                result.map(|_| Revocation::retained())
            }),
            &["final_revocation_cannot_be_undone"],
        ),
    ]
}

fn of_delete() -> Vec<Case> {
    vec![
        mutant(
            "does not delete",
            Mutation::Delete(|_, _| Ok(())),
            &[
                "deleted_key_is_not_found",
                "deleted_secret_does_not_authenticate",
                "verify_rejects_a_deleted_key",
                "no_keys_remain",
            ],
        ),
        mutant(
            "revokes instead of deleting",
            Mutation::Delete(|mutant, id| now(mutant.inner.revoke(id, RevokeOptions::new())).map(|_| ())),
            &["deleted_key_is_not_found", "revoked_key_can_be_deleted"],
        ),
        mutant(
            "deletes every key",
            Mutation::Delete(|mutant, id| {
                now(mutant.inner.delete(id))?;
                ids(mutant).iter().try_for_each(|id| now(mutant.inner.delete(id)))
            }),
            &["delete_does_not_affect_other_keys"],
        ),
    ]
}

fn of_rotate() -> Vec<Case> {
    vec![
        mutant(
            "creates a second key instead of rotating",
            Mutation::Rotate(|mutant, id| {
                let key =
                    now(mutant.inner.get(id)).map_err(|error| error.with_operation(Operation::Rotate))?;
                let mut new = NewApiKey::new(key.name.unwrap_or_default());
                new.owner = key.owner;
                now(mutant.inner.create(new))
            }),
            &[
                "rotate_id_matches_capabilities",
                "rotate_invalidates_the_old_secret",
                "rotate_can_be_repeated",
            ],
        ),
        mutant(
            "returns the old secret",
            Mutation::Rotate(|mutant, id| {
                let key =
                    now(mutant.inner.get(id)).map_err(|error| error.with_operation(Operation::Rotate))?;
                let secret = now(mutant.inner.reveal(id))?;
                Ok(IssuedKey::new(key, secret))
            }),
            &["rotate_issues_a_different_secret", "rotate_invalidates_the_old_secret"],
        ),
        mutant(
            "drops the metadata",
            Mutation::Rotate(|mutant, id| {
                let mut issued = now(mutant.inner.rotate(id, RotateOptions::new()))?;
                issued.key = now(mutant.inner.update(id, UpdateApiKey::new().clear_metadata()))?;
                Ok(issued)
            }),
            &["rotate_keeps_the_metadata"],
        ),
        mutant(
            "reveals the latest secret of any key",
            Mutation::Reveal(|mutant, id| {
                let secret = now(mutant.inner.reveal(id))?;
                Ok(mutant.issued().pop().map_or(secret, |(_, latest)| latest))
            }),
            &["reveal_returns_the_issued_secret"],
        ),
        mutant(
            "reveals the first secret of a key",
            Mutation::Reveal(|mutant, id| {
                let secret = now(mutant.inner.reveal(id))?;
                let first = mutant.issued().into_iter().find(|(issued, _)| issued == id);
                Ok(first.map_or(secret, |(_, first)| first))
            }),
            &["reveal_returns_the_rotated_secret"],
        ),
    ]
}

fn of_verify() -> Vec<Case> {
    vec![
        mutant(
            "returns another key",
            Mutation::Verify(|mutant, secret| {
                let verification = now(mutant.inner.verify(secret))?;
                Ok(match (verification, now(mutant.inner.list(ListQuery::new()))?.items.into_iter().next()) {
                    (Verification::Valid(_), Some(first)) => Verification::valid(first),
                    (verification, _) => verification,
                })
            }),
            &["verify_returns_the_key"],
        ),
        mutant(
            "reports unknown secrets as revoked",
            Mutation::Verify(|mutant, secret| {
                Ok(match now(mutant.inner.verify(secret))? {
                    Verification::Invalid(_) => Verification::Invalid(InvalidReason::Revoked),
                    valid => valid,
                })
            }),
            &["verify_of_unknown_secret_is_not_found"],
        ),
        mutant(
            "compares prefixes",
            Mutation::Verify(|mutant, secret| {
                let near = mutant.issued().into_iter().find(|(_, issued)| {
                    issued.expose().starts_with(secret.expose())
                        || secret.expose().starts_with(issued.expose())
                });
                now(mutant.inner.verify(&near.map_or(secret.clone(), |(_, issued)| issued)))
            }),
            &["verify_rejects_similar_secrets"],
        ),
        mutant(
            "accepts every issued secret",
            Mutation::Verify(|mutant, secret| {
                let known =
                    mutant.issued().into_iter().find(|(_, issued)| issued.expose() == secret.expose());
                match known {
                    Some((id, _)) => Ok(Verification::valid(api_keys_core::ApiKey::new(id))),
                    None => now(mutant.inner.verify(secret)),
                }
            }),
            &[
                "verify_rejects_a_revoked_key",
                "verify_rejects_a_disabled_key",
                "verify_rejects_a_deleted_key",
                "revoked_secret_does_not_authenticate",
                "deleted_secret_does_not_authenticate",
                "disabled_secret_does_not_authenticate",
                "rotate_invalidates_the_old_secret",
                "expired_key_does_not_authenticate",
            ],
        ),
    ]
}

fn ids(mutant: &Mutant) -> Vec<api_keys_core::KeyId> {
    let keys: Vec<_> = now(mutant.inner.keys.keys(ListQuery::new()).try_collect()).expect("the keys");
    keys.into_iter().map(|key: api_keys_core::ApiKey| key.id).collect()
}
