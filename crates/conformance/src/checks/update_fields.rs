//! What an update does to each field, and that it keeps the others.

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Expiry, Field, KeyExpiry, Operation, UpdateApiKey,
};
use serde_json::{Value, json};

use super::expiry::{after, ends_at};
use crate::compare::scopes;
use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn update_sets_the_name(&self) -> Verdict {
        let name = self.name();
        let (_, key) = self.changed(Field::Name, UpdateApiKey::new().name(&name)).await?;
        is_now(Field::Name, key.name, name)
    }

    pub(super) async fn update_sets_the_description(&self) -> Verdict {
        let text = "changed by a test".to_owned();
        let (_, key) = self.changed(Field::Description, UpdateApiKey::new().description(&text)).await?;
        is_now(Field::Description, key.description, text)
    }

    pub(super) async fn update_sets_the_owner(&self) -> Verdict {
        self.needs_field(Operation::Update, Field::Owner)?;
        let Some(other) = &self.options.other_owner else {
            return Err(Stop::skipped("needs `Options::other_owner`"));
        };
        let (_, key) = self.changed(Field::Owner, UpdateApiKey::new().owner(other)).await?;
        is_now(Field::Owner, key.owner, other.clone())
    }

    pub(super) async fn update_sets_the_scopes(&self) -> Verdict {
        let other = &self.options.scopes[1];
        let (_, key) = self.changed(Field::Scopes, UpdateApiKey::new().scopes([other])).await?;
        is_now(Field::Scopes, scopes(&key), [other.as_str()].into())
    }

    pub(super) async fn update_sets_the_expiry(&self) -> Verdict {
        let span = self.span() * 2;
        let (before, key) = self.changed(Field::Expiry, UpdateApiKey::new().expiry(Expiry::In(span))).await?;
        // Counted from the update, which came just after the creation.
        ends_at(after(self.started(&before), span), self.options.min_expiry.unwrap_or_default(), &[key])
    }

    pub(super) async fn update_replaces_the_metadata(&self) -> Verdict {
        // Shares a name with what was there, and leaves names of it out.
        let metadata = json!({ "team": "other", "more": [] });
        let (_, key) = self.changed(Field::Metadata, UpdateApiKey::new().metadata(metadata.clone())).await?;
        is_now(Field::Metadata, key.metadata, metadata)
    }

    pub(super) async fn update_sets_extra_fields(&self) -> Verdict {
        self.needs_field(Operation::Update, Field::Extra)?;
        let asked = self.update_extra();
        if asked.is_empty() {
            let why =
                format!("needs `Options::update_extra` for one of {:?}", self.capabilities.update_extra);
            return Err(Stop::skipped(why));
        }
        let mut changes = UpdateApiKey::new();
        changes.extra.clone_from(&asked);
        let (_, key) = self.changed(Field::Extra, changes).await?;
        asked
            .into_iter()
            .try_for_each(|(name, value)| is_now(Field::Extra, key.extra.get(&name).cloned(), value))
    }

    pub(super) async fn update_clears_the_description(&self) -> Verdict {
        self.needs_clearable(Field::Description)?;
        let (_, key) = self.changed(Field::Description, UpdateApiKey::new().clear_description()).await?;
        ensure!(key.description.is_none_or(|text| text.is_empty()), "the description is still there");
        Ok(())
    }

    pub(super) async fn update_clears_the_expiry(&self) -> Verdict {
        self.clears_the_expiry(UpdateApiKey::new().clear_expiry()).await
    }

    pub(super) async fn update_to_no_expiry_clears_it(&self) -> Verdict {
        self.clears_the_expiry(UpdateApiKey::new().expiry(Expiry::Never)).await
    }

    async fn clears_the_expiry(&self, changes: UpdateApiKey) -> Verdict {
        self.needs_clearable(Field::Expiry)?;
        let (_, key) = self.changed(Field::Expiry, changes).await?;
        ensure!(key.expiry == KeyExpiry::Never, "the key is not told to live for ever");
        Ok(())
    }

    pub(super) async fn update_clears_the_metadata(&self) -> Verdict {
        self.needs_clearable(Field::Metadata)?;
        let (_, key) = self.changed(Field::Metadata, UpdateApiKey::new().clear_metadata()).await?;
        let empty = |metadata: &Value| metadata.as_object().is_some_and(|object| object.is_empty());
        ensure!(key.metadata.as_ref().is_none_or(empty), "the metadata are still there");
        Ok(())
    }

    /// Makes a key with every field, and changes one of them: as it was before, and as it is now. The answer must be what
    /// a reading tells, and the other fields must be as they were.
    async fn changed(&self, field: Field, changes: UpdateApiKey) -> Verdict<(ApiKey, ApiKey)> {
        self.needs_field(Operation::Update, field)?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.read(&id).await?;
        let answer = self.update(&id, changes).await?;
        let after = match field {
            // It may be listed for its new owner only.
            Field::Owner if !self.provider.supports(Operation::Get) => answer.clone(),
            _ => self.read(&id).await?,
        };
        let lost = self.lost(&answer, &after, &[]);
        ensure!(lost.is_empty(), "the answer and a later reading do not tell alike: {}", lost.join(", "));
        let unlike = self.unlike(&before, &after, &[field.as_str()]);
        ensure!(unlike.is_empty(), "only `{field}` was to change, but so did: {}", unlike.join(", "));
        Ok((before, after))
    }

    fn needs_clearable(&self, field: Field) -> Verdict {
        self.needs_field(Operation::Update, field)?;
        if self.takes(self.capabilities.clearable_fields, field) {
            Ok(())
        } else {
            Err(Stop::skipped(format!("update cannot clear the field `{field}`")))
        }
    }
}

fn is_now<T: PartialEq>(field: Field, told: Option<T>, asked: T) -> Verdict {
    ensure!(told.as_ref() == Some(&asked), "`{field}` is not what it was set to");
    Ok(())
}
