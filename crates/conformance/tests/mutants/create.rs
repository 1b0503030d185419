//! Defects of `create` and `get`.

use std::time::Duration;

use api_keys_core::{ApiKeyProvider as _, Expiry, IssuedKey, KeyStatus, SecretKey, Timestamp, UpdateApiKey};

use crate::support::mutant::{Mutation, now};
use crate::support::vendor::{DAY, REMOVING};
use crate::{Case, mutant, mutant_of};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        mutant(
            "changes names",
            Mutation::CreateRequest(|new| new.name.make_ascii_uppercase()),
            &["create_applies_the_name", "orphans_are_found_by_name"],
        ),
        mutant(
            "normalizes names",
            Mutation::CreateRequest(|new| {
                new.name = new.name.trim().chars().filter(char::is_ascii).take(100).collect()
            }),
            &[
                "create_keeps_or_rejects_a_unicode_name",
                "create_keeps_or_rejects_a_long_name",
                "create_keeps_or_rejects_a_blank_name",
            ],
        ),
        mutant(
            "drops the description",
            Mutation::CreateRequest(|new| new.description = None),
            &["create_applies_the_description"],
        ),
        mutant(
            "assigns another owner",
            Mutation::CreateRequest(|new| new.owner = Some("admin".to_owned())),
            &["create_applies_the_owner"],
        ),
        mutant(
            "drops the scopes",
            Mutation::CreateRequest(|new| new.scopes = None),
            &["create_applies_the_scopes", "create_applies_or_rejects_empty_scopes"],
        ),
        mutant(
            "grants every scope",
            Mutation::CreateRequest(|new| new.scopes = Some(vec!["*".to_owned()])),
            &["create_applies_the_scopes", "create_applies_or_rejects_empty_scopes"],
        ),
        mutant(
            "drops the metadata",
            Mutation::CreateRequest(|new| new.metadata = None),
            &["create_applies_the_metadata"],
        ),
        mutant(
            "drops extra fields",
            Mutation::CreateRequest(|new| new.extra.clear()),
            &["create_applies_extra_fields"],
        ),
        mutant(
            "drops the expiry",
            Mutation::CreateRequest(|new| new.expiry = Expiry::Never),
            &[
                "create_applies_a_lifetime",
                "create_applies_an_expiration_time",
                "create_rounds_a_lifetime_down",
                "create_with_past_expiration_is_not_active",
                "expired_key_does_not_authenticate",
            ],
        ),
        mutant(
            "expires all keys after a day",
            Mutation::CreateRequest(|new| new.expiry = Expiry::In(DAY)),
            &["create_applies_a_lifetime", "create_applies_or_rejects_no_expiration"],
        ),
        mutant(
            "expires keys immediately by default",
            Mutation::CreateRequest(|new| {
                if new.expiry == Expiry::VendorDefault {
                    new.expiry = Expiry::At(Timestamp::UNIX_EPOCH);
                }
            }),
            &["create_applies_the_default_expiration"],
        ),
        mutant_of(
            REMOVING,
            "rounds the expiry up",
            Mutation::CreateRequest(|new| {
                if let Expiry::In(span) = new.expiry {
                    new.expiry = Expiry::In(span + DAY - Duration::from_nanos(1));
                }
            }),
            &["create_rounds_a_lifetime_down", "create_rejects_a_lifetime_below_minimum"],
        ),
        mutant(
            "returns the same key twice",
            Mutation::Create(|mutant, new| {
                for (id, secret) in mutant.issued() {
                    if let Ok(key) = now(mutant.inner.get(&id)) {
                        return Ok(IssuedKey::new(key, secret));
                    }
                }
                now(mutant.inner.create(new))
            }),
            &["created_keys_are_distinct", "concurrent_creates_are_distinct"],
        ),
        mutant(
            "creates disabled keys",
            Mutation::Create(|mutant, new| {
                let mut issued = now(mutant.inner.create(new))?;
                issued.key = now(mutant.inner.update(&issued.key.id, UpdateApiKey::new().enabled(false)))?;
                Ok(issued)
            }),
            &["new_key_is_active", "new_secret_authenticates", "new_key_is_listed"],
        ),
        mutant(
            "returns another secret",
            Mutation::Create(|mutant, new| {
                let mut issued = now(mutant.inner.create(new))?;
                issued.secret = SecretKey::new("ak_unknown");
                Ok(issued)
            }),
            &["new_secret_authenticates", "verify_returns_the_key", "reveal_returns_the_issued_secret"],
        ),
        mutant(
            "returns a key that differs from the stored one",
            Mutation::Create(|mutant, new| {
                let mut issued = now(mutant.inner.create(new))?;
                issued.key.hint = Some("....".to_owned());
                Ok(issued)
            }),
            &["get_returns_the_created_key"],
        ),
        mutant(
            "returns the secret in an extra field",
            Mutation::Create(|mutant, new| {
                let mut issued = now(mutant.inner.create(new))?;
                issued.key.extra.insert("token", issued.secret.expose());
                Ok(issued)
            }),
            &["secrets_are_not_leaked"],
        ),
        mutant(
            "is unusable after a dropped create",
            Mutation::Poisoned,
            &["dropped_create_leaves_provider_usable"],
        ),
        mutant(
            "returns other values from get than from list",
            Mutation::Get(|mutant, id| {
                let mut key = now(mutant.inner.get(id))?;
                key.status = KeyStatus::Disabled;
                Ok(key)
            }),
            &["get_and_list_agree", "new_key_is_active"],
        ),
    ]
}
