//! Lies about which secrets are dead, and which live.

use api_keys_core::{
    ApiKeyProvider as _, ApiKeyProviderExt as _, Error, ErrorKind, InvalidReason, IssuedKey, ListQuery,
    NewApiKey, Operation, Revocation, RevokeOptions, RotateOptions, UpdateApiKey, Verification,
};
use futures_util::TryStreamExt as _;

use crate::support::liar::{Liar, Lie, now};
use crate::support::vendor::REMOVING;
use crate::{Case, lie, lie_of};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = of_revoke();
    cases.extend(of_delete());
    cases.extend(of_rotate());
    cases.extend(of_verify());
    cases
}

fn of_revoke() -> Vec<Case> {
    vec![
        lie(
            "says revoked, and is not",
            Lie::Revoke(|_, _, _| Ok(Revocation::retained())),
            &[
                "revoke_does_to_the_record_what_capabilities_say",
                "a_revoked_secret_is_dead",
                "list_leaves_out_revoked_keys",
                "verify_refuses_a_revoked_key",
                "a_rotated_key_can_be_revoked",
                "replace_hands_over_before_it_revokes",
            ],
        ),
        lie_of(
            REMOVING,
            "says revoked, and the quota is not freed",
            Lie::Revoke(|_, _, _| Ok(Revocation::removed())),
            &["the_quota_is_reached_as_such_and_freed_by_revoke", "a_revoked_secret_is_dead"],
        ),
        lie(
            "says that the record is removed",
            Lie::Revoke(|liar, id, options| {
                now(liar.honest.revoke(id, options)).map(|_| Revocation::removed())
            }),
            &["revoke_does_to_the_record_what_capabilities_say"],
        ),
        lie(
            "has no room for a reason",
            Lie::Revoke(|liar, id, options| match options.reason {
                Some(_) => Err(Error::new(ErrorKind::UnexpectedResponse, "memory", Operation::Revoke)),
                None => now(liar.honest.revoke(id, options)),
            }),
            &["revoke_takes_a_reason"],
        ),
        lie(
            "revokes every key",
            Lie::Revoke(|liar, id, options| {
                let revocation = now(liar.honest.revoke(id, options))?;
                for id in ids(liar) {
                    now(liar.honest.revoke(&id, RevokeOptions::new()))?;
                }
                Ok(revocation)
            }),
            &["revoke_spares_other_keys"],
        ),
        lie(
            "revokes only once",
            Lie::Revoke(|liar, id, options| match now(liar.honest.get(id)) {
                Ok(key) if key.status.is_inactive() => {
                    Err(Error::new(ErrorKind::Conflict, "memory", Operation::Revoke))
                }
                _ => now(liar.honest.revoke(id, options)),
            }),
            &["revoke_can_be_repeated", "concurrent_calls_on_one_key_agree"],
        ),
        lie(
            "only disables what it says to revoke for good",
            Lie::Revoke(|liar, id, _| {
                let result = now(liar.honest.update(id, UpdateApiKey::new().enabled(false)));
                result.map(|_| Revocation::retained())
            }),
            &["a_final_revocation_cannot_be_undone"],
        ),
    ]
}

fn of_delete() -> Vec<Case> {
    vec![
        lie(
            "says deleted, and is not",
            Lie::Delete(|_, _| Ok(())),
            &[
                "a_deleted_key_is_gone",
                "a_deleted_secret_is_dead",
                "verify_refuses_a_deleted_key",
                "nothing_is_left_over",
            ],
        ),
        lie(
            "only revokes what it says to delete",
            Lie::Delete(|liar, id| now(liar.honest.revoke(id, RevokeOptions::new())).map(|_| ())),
            &["a_deleted_key_is_gone", "a_revoked_key_can_be_deleted"],
        ),
        lie(
            "deletes every key",
            Lie::Delete(|liar, id| {
                now(liar.honest.delete(id))?;
                ids(liar).iter().try_for_each(|id| now(liar.honest.delete(id)))
            }),
            &["delete_spares_other_keys"],
        ),
    ]
}

fn of_rotate() -> Vec<Case> {
    vec![
        lie(
            "mints a second key, and lets the old secret live",
            Lie::Rotate(|liar, id| {
                let key =
                    now(liar.honest.get(id)).map_err(|error| error.with_operation(Operation::Rotate))?;
                let mut new = NewApiKey::new(key.name.unwrap_or_default());
                new.owner = key.owner;
                now(liar.honest.create(new))
            }),
            &[
                "rotate_keeps_the_id_as_capabilities_say",
                "rotate_kills_the_old_secret",
                "rotate_can_be_repeated",
            ],
        ),
        lie(
            "answers with the old secret",
            Lie::Rotate(|liar, id| {
                let key =
                    now(liar.honest.get(id)).map_err(|error| error.with_operation(Operation::Rotate))?;
                let secret = now(liar.honest.reveal(id))?;
                Ok(IssuedKey::new(key, secret))
            }),
            &["rotate_mints_another_secret", "rotate_kills_the_old_secret"],
        ),
        lie(
            "forgets the metadata when it rotates",
            Lie::Rotate(|liar, id| {
                let mut issued = now(liar.honest.rotate(id, RotateOptions::new()))?;
                issued.key = now(liar.honest.update(id, UpdateApiKey::new().clear_metadata()))?;
                Ok(issued)
            }),
            &["rotate_keeps_the_rest"],
        ),
        lie(
            "reveals the latest secret of all",
            Lie::Reveal(|liar, id| {
                let secret = now(liar.honest.reveal(id))?;
                Ok(liar.issued().pop().map_or(secret, |(_, latest)| latest))
            }),
            &["reveal_shows_the_issued_secret"],
        ),
        lie(
            "reveals the first secret of a key",
            Lie::Reveal(|liar, id| {
                let secret = now(liar.honest.reveal(id))?;
                let first = liar.issued().into_iter().find(|(issued, _)| issued == id);
                Ok(first.map_or(secret, |(_, first)| first))
            }),
            &["reveal_shows_the_rotated_secret"],
        ),
    ]
}

fn of_verify() -> Vec<Case> {
    vec![
        lie(
            "names another key",
            Lie::Verify(|liar, secret| {
                let verification = now(liar.honest.verify(secret))?;
                Ok(match (verification, now(liar.honest.list(ListQuery::new()))?.items.into_iter().next()) {
                    (Verification::Valid(_), Some(first)) => Verification::valid(first),
                    (verification, _) => verification,
                })
            }),
            &["verify_names_the_key"],
        ),
        lie(
            "calls garbage revoked",
            Lie::Verify(|liar, secret| {
                Ok(match now(liar.honest.verify(secret))? {
                    Verification::Invalid(_) => Verification::Invalid(InvalidReason::Revoked),
                    valid => valid,
                })
            }),
            &["verify_finds_no_key_for_garbage"],
        ),
        lie(
            "compares only the beginning",
            Lie::Verify(|liar, secret| {
                let near = liar.issued().into_iter().find(|(_, issued)| {
                    issued.expose().starts_with(secret.expose())
                        || secret.expose().starts_with(issued.expose())
                });
                now(liar.honest.verify(&near.map_or(secret.clone(), |(_, issued)| issued)))
            }),
            &["verify_takes_no_part_of_a_secret"],
        ),
        lie(
            "lets every secret pass that was ever issued",
            Lie::Verify(|liar, secret| {
                let known = liar.issued().into_iter().find(|(_, issued)| issued.expose() == secret.expose());
                match known {
                    Some((id, _)) => Ok(Verification::valid(api_keys_core::ApiKey::new(id))),
                    None => now(liar.honest.verify(secret)),
                }
            }),
            &[
                "verify_refuses_a_revoked_key",
                "verify_refuses_a_disabled_key",
                "verify_refuses_a_deleted_key",
                "a_revoked_secret_is_dead",
                "a_deleted_secret_is_dead",
                "a_disabled_secret_is_dead",
                "rotate_kills_the_old_secret",
                "an_expired_key_is_dead",
            ],
        ),
    ]
}

fn ids(liar: &Liar) -> Vec<api_keys_core::KeyId> {
    let keys: Vec<_> = now(liar.honest.keys.keys(ListQuery::new()).try_collect()).expect("the keys");
    keys.into_iter().map(|key: api_keys_core::ApiKey| key.id).collect()
}
