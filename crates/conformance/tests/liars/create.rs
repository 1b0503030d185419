//! Lies about what is minted.

use std::time::Duration;

use api_keys_core::{ApiKeyProvider as _, Expiry, IssuedKey, KeyStatus, SecretKey, Timestamp, UpdateApiKey};

use crate::support::liar::{Lie, now};
use crate::support::vendor::{DAY, REMOVING};
use crate::{Case, lie, lie_of};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        lie(
            "names keys as it likes",
            Lie::Create(|liar, mut new| {
                new.name.make_ascii_uppercase();
                now(liar.honest.create(new))
            }),
            &["create_honours_the_name", "orphans_are_found_by_name"],
        ),
        lie(
            "keeps only plain names",
            Lie::Create(|liar, mut new| {
                new.name = new.name.trim().chars().filter(char::is_ascii).take(100).collect();
                now(liar.honest.create(new))
            }),
            &[
                "create_keeps_a_name_of_many_scripts_or_refuses_it",
                "create_keeps_a_long_name_or_refuses_it",
                "create_keeps_a_blank_name_or_refuses_it",
            ],
        ),
        lie(
            "drops the description",
            Lie::Create(|liar, mut new| {
                new.description = None;
                now(liar.honest.create(new))
            }),
            &["create_honours_the_description"],
        ),
        lie(
            "gives the key to somebody else",
            Lie::Create(|liar, mut new| {
                new.owner = Some("admin".to_owned());
                now(liar.honest.create(new))
            }),
            &["create_honours_the_owner"],
        ),
        lie(
            "drops the scopes",
            Lie::Create(|liar, mut new| {
                new.scopes = None;
                now(liar.honest.create(new))
            }),
            &["create_honours_the_scopes", "create_honours_an_empty_list_of_scopes_or_refuses_it"],
        ),
        lie(
            "grants every scope",
            Lie::Create(|liar, new| now(liar.honest.create(new.scopes(["*"])))),
            &["create_honours_the_scopes", "create_honours_an_empty_list_of_scopes_or_refuses_it"],
        ),
        lie(
            "drops the metadata",
            Lie::Create(|liar, mut new| {
                new.metadata = None;
                now(liar.honest.create(new))
            }),
            &["create_honours_the_metadata"],
        ),
        lie(
            "drops extra fields",
            Lie::Create(|liar, mut new| {
                new.extra.clear();
                now(liar.honest.create(new))
            }),
            &["create_honours_extra_fields"],
        ),
        lie(
            "drops the expiry",
            Lie::Create(|liar, new| now(liar.honest.create(new.expiry(Expiry::Never)))),
            &[
                "create_honours_an_expiry_after_a_span",
                "create_honours_an_expiry_at_a_time",
                "create_rounds_an_expiry_down",
                "create_with_a_past_expiry_is_refused_or_mints_a_dead_key",
                "an_expired_key_is_dead",
            ],
        ),
        lie(
            "ends every key after a day",
            Lie::Create(|liar, new| now(liar.honest.create(new.expires_in(DAY)))),
            &["create_honours_an_expiry_after_a_span", "create_honours_no_expiry_or_refuses_it"],
        ),
        lie(
            "ends keys at once unless told otherwise",
            Lie::Create(|liar, mut new| {
                if new.expiry == Expiry::VendorDefault {
                    new.expiry = Expiry::At(Timestamp::UNIX_EPOCH);
                }
                now(liar.honest.create(new))
            }),
            &["create_leaves_an_unsaid_expiry_to_the_vendor"],
        ),
        lie_of(
            REMOVING,
            "rounds the expiry up",
            Lie::Create(|liar, mut new| {
                if let Expiry::In(span) = new.expiry {
                    new.expiry = Expiry::In(span + DAY - Duration::from_nanos(1));
                }
                now(liar.honest.create(new))
            }),
            &["create_rounds_an_expiry_down", "create_refuses_an_expiry_below_the_smallest"],
        ),
        lie(
            "mints one key for everybody",
            Lie::Create(|liar, new| {
                for (id, secret) in liar.issued() {
                    if let Ok(key) = now(liar.honest.get(&id)) {
                        return Ok(IssuedKey::new(key, secret));
                    }
                }
                now(liar.honest.create(new))
            }),
            &["every_create_mints_another_key", "concurrent_creates_mint_distinct_keys"],
        ),
        lie(
            "mints keys that are switched off",
            Lie::Create(|liar, new| {
                let mut issued = now(liar.honest.create(new))?;
                issued.key = now(liar.honest.update(&issued.key.id, UpdateApiKey::new().enabled(false)))?;
                Ok(issued)
            }),
            &["a_new_key_is_active", "a_new_secret_is_good", "a_new_key_is_listed"],
        ),
        lie(
            "answers with another secret",
            Lie::Create(|liar, new| {
                let mut issued = now(liar.honest.create(new))?;
                issued.secret = SecretKey::new("ak_of_nobody");
                Ok(issued)
            }),
            &["a_new_secret_is_good", "verify_names_the_key", "reveal_shows_the_issued_secret"],
        ),
        lie(
            "answers with another key than it keeps",
            Lie::Create(|liar, new| {
                let mut issued = now(liar.honest.create(new))?;
                issued.key.hint = Some("....".to_owned());
                Ok(issued)
            }),
            &["get_returns_what_create_returned"],
        ),
        lie(
            "shows the secret among the extra fields",
            Lie::Create(|liar, new| {
                let mut issued = now(liar.honest.create(new))?;
                issued.key.extra.insert("token".to_owned(), issued.secret.expose().into());
                Ok(issued)
            }),
            &["secrets_are_shown_nowhere_else"],
        ),
        lie(
            "does not come back from a create that was given up",
            Lie::Poisoned,
            &["a_dropped_create_leaves_the_provider_usable"],
        ),
        lie(
            "tells otherwise by id than in the list",
            Lie::Get(|liar, id| {
                let mut key = now(liar.honest.get(id))?;
                key.status = KeyStatus::Disabled;
                Ok(key)
            }),
            &["get_and_list_do_not_contradict_each_other", "a_new_key_is_active"],
        ),
    ]
}
