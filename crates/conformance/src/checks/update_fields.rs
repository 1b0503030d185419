//! `update` of each field.

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Expiry, Field, KeyExpiry, Operation, UpdateApiKey,
};
use serde_json::json;

use super::expiry::{after, expect_expires_at};
use crate::compare::scopes;
use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn update_sets_the_name(&self) -> CheckResult {
        let name = self.name();
        let (_, key) = self.changed(Field::Name, UpdateApiKey::new().name(&name)).await?;
        expect_value(Field::Name, key.name, name)
    }

    pub(super) async fn update_sets_the_description(&self) -> CheckResult {
        let text = "changed by a test".to_owned();
        let (_, key) = self.changed(Field::Description, UpdateApiKey::new().description(&text)).await?;
        expect_value(Field::Description, key.description, text)
    }

    pub(super) async fn update_sets_the_owner(&self) -> CheckResult {
        self.require_field(Operation::Update, Field::Owner)?;
        let Some(other) = &self.options.other_owner else {
            return Err(CheckError::skipped("needs `Options::other_owner`"));
        };
        let (_, key) = self.changed(Field::Owner, UpdateApiKey::new().owner(other)).await?;
        expect_value(Field::Owner, key.owner, other.clone())
    }

    pub(super) async fn update_sets_the_scopes(&self) -> CheckResult {
        let other = &self.options.scopes[1];
        let (_, key) = self.changed(Field::Scopes, UpdateApiKey::new().scopes([other])).await?;
        expect_value(Field::Scopes, scopes(&key), [other.as_str()].into())
    }

    pub(super) async fn update_sets_the_expiry(&self) -> CheckResult {
        let lifetime = self.lifetime() * 2;
        let (before, key) =
            self.changed(Field::Expiry, UpdateApiKey::new().expiry(Expiry::In(lifetime))).await?;
        // Relative to the update, which followed the creation immediately.
        expect_expires_at(
            after(self.creation_time(&before), lifetime),
            self.options.min_expiry.unwrap_or_default(),
            &[key],
        )
    }

    pub(super) async fn update_replaces_the_metadata(&self) -> CheckResult {
        // Has one name in common with the previous metadata, and omits others.
        let metadata = json!({ "team": "other", "more": [] });
        let (_, key) = self.changed(Field::Metadata, UpdateApiKey::new().metadata(metadata.clone())).await?;
        expect_value(Field::Metadata, key.metadata, metadata.into())
    }

    pub(super) async fn update_sets_extra_fields(&self) -> CheckResult {
        self.require_field(Operation::Update, Field::Extra)?;
        let extra = self.update_extra();
        if extra.is_empty() {
            let reason =
                format!("needs `Options::update_extra` for one of {:?}", self.capabilities.update_extra);
            return Err(CheckError::skipped(reason));
        }
        let mut changes = UpdateApiKey::new();
        changes.extra.clone_from(&extra);
        let (_, key) = self.changed(Field::Extra, changes).await?;
        extra
            .into_iter()
            .try_for_each(|(name, value)| expect_value(Field::Extra, key.extra.get(&name).cloned(), value))
    }

    pub(super) async fn update_clears_the_description(&self) -> CheckResult {
        self.require_clearable(Field::Description)?;
        let (_, key) = self.changed(Field::Description, UpdateApiKey::new().clear_description()).await?;
        ensure!(key.description.is_none_or(|text| text.is_empty()), "the description was not cleared");
        Ok(())
    }

    pub(super) async fn update_clears_the_expiry(&self) -> CheckResult {
        self.clears_the_expiry(UpdateApiKey::new().clear_expiry()).await
    }

    pub(super) async fn update_to_never_clears_the_expiry(&self) -> CheckResult {
        self.clears_the_expiry(UpdateApiKey::new().expiry(Expiry::Never)).await
    }

    async fn clears_the_expiry(&self, changes: UpdateApiKey) -> CheckResult {
        self.require_clearable(Field::Expiry)?;
        let (_, key) = self.changed(Field::Expiry, changes).await?;
        ensure!(key.expiry == KeyExpiry::Never, "the key still has an expiration");
        Ok(())
    }

    pub(super) async fn update_clears_the_metadata(&self) -> CheckResult {
        self.require_clearable(Field::Metadata)?;
        let (_, key) = self.changed(Field::Metadata, UpdateApiKey::new().clear_metadata()).await?;
        ensure!(key.metadata.is_none_or(|metadata| metadata == json!({})), "the metadata was not cleared");
        Ok(())
    }

    /// Creates a key with all fields, changes one, and returns the key before and after the update. Checks that the
    /// response matches the stored key and that the other fields are unchanged.
    async fn changed(&self, field: Field, changes: UpdateApiKey) -> CheckResult<(ApiKey, ApiKey)> {
        self.require_field(Operation::Update, field)?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.read(&id).await?;
        let response = self.update(&id, changes).await?;
        let after = match field {
            // The key may be listed only for its new owner.
            Field::Owner if !self.provider.supports(Operation::Get) => response.clone(),
            _ => self.read(&id).await?,
        };
        self.expect_included(&response, &after, "the response differs from the stored key")?;
        let failure = format!("fields other than `{field}` changed");
        self.expect_equal(&before, &after, &[field.as_str()], &failure)?;
        Ok((before, after))
    }

    fn require_clearable(&self, field: Field) -> CheckResult {
        self.require_field(Operation::Update, field)?;
        if self.usable(self.capabilities.clearable_fields, field) {
            Ok(())
        } else {
            Err(CheckError::skipped(format!("update cannot clear the field `{field}`")))
        }
    }
}

fn expect_value<T: PartialEq>(field: Field, reported: Option<T>, expected: T) -> CheckResult {
    ensure!(reported.as_ref() == Some(&expected), "`{field}` does not have the new value");
    Ok(())
}
