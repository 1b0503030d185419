//! Updates as a whole.

use api_keys_core::{ApiKeyProvider, ErrorKind, Expiry, Field, KeyStatus, Operation, UpdateApiKey};
use serde_json::json;

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn update_switches_a_key_off_and_on(&self) -> Verdict {
        self.needs_field(Operation::Update, Field::Enabled)?;
        self.needs(Operation::Get)?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.provider.get(&id).await?;
        for (enabled, wrong) in [(false, KeyStatus::Active), (true, KeyStatus::Disabled)] {
            let answer = self.update(&id, UpdateApiKey::new().enabled(enabled)).await?;
            let key = self.provider.get(&id).await?;
            ensure!(
                answer.status != wrong,
                "with enabled = {enabled}, update answers that the key is {wrong}"
            );
            ensure!(key.status != wrong, "with enabled = {enabled}, the key is {wrong}");
            let unlike = self.unlike(&before, &key, &["status"]);
            ensure!(unlike.is_empty(), "more than `enabled` changed: {}", unlike.join(", "));
        }
        Ok(())
    }

    pub(super) async fn a_disabled_secret_is_dead(&self) -> Verdict {
        self.needs_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.update(&issued.key.id, UpdateApiKey::new().enabled(false)).await?;
        ensure!(!self.is_live(&issued.secret).await?, "the secret of a disabled key authenticates");
        self.update(&issued.key.id, UpdateApiKey::new().enabled(true)).await?;
        ensure!(
            self.is_live(&issued.secret).await?,
            "the secret of a key that is enabled again does not authenticate"
        );
        Ok(())
    }

    pub(super) async fn update_keeps_the_secret(&self) -> Verdict {
        let changes = self.several_changes()?;
        let issued = self.create(self.full_key()).await?;
        self.update(&issued.key.id, changes).await?;
        ensure!(self.is_live(&issued.secret).await?, "after an update, the secret does not authenticate");
        Ok(())
    }

    pub(super) async fn update_of_several_fields_changes_them_all(&self) -> Verdict {
        let changes = self.several_changes()?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.read(&id).await?;
        self.update(&id, changes.clone()).await?;
        let after = self.read(&id).await?;

        let fields = changes.fields();
        let names: Vec<_> = fields.iter().map(Field::as_str).collect();
        let unlike = self.unlike(&before, &after, &names);
        ensure!(unlike.is_empty(), "more than {fields:?} changed: {}", unlike.join(", "));
        let mut asked = after.clone();
        asked.name = changes.name.or(asked.name);
        asked.scopes = changes.scopes.or(asked.scopes);
        changes.description.apply(&mut asked.description);
        changes.metadata.apply(&mut asked.metadata);
        let unset = self.unlike(&asked, &after, &[]);
        ensure!(unset.is_empty(), "of {fields:?} these are not what they were set to: {}", unset.join(", "));
        Ok(())
    }

    pub(super) async fn update_of_nothing_is_refused(&self) -> Verdict {
        self.needs(Operation::Update)?;
        let id = self.create(self.full_key()).await?.key.id;
        let call = self.update(&id, UpdateApiKey::new());
        self.refuses("an update of nothing", Operation::Update, ErrorKind::InvalidInput, call).await
    }

    pub(super) async fn update_to_the_default_expiry_is_refused(&self) -> Verdict {
        self.needs_field(Operation::Update, Field::Expiry)?;
        let id = self.create(self.full_key()).await?.key.id;
        let call = self.update(&id, UpdateApiKey::new().expiry(Expiry::VendorDefault));
        self.refuses("the vendor's default expiry", Operation::Update, ErrorKind::InvalidInput, call).await
    }

    pub(super) async fn update_of_an_unknown_id_is_not_found(&self) -> Verdict {
        let changes = self.several_changes()?;
        let id = self.unknown_id().await?;
        let result = self.update(&id, changes).await;
        self.fails("an unknown id", Operation::Update, ErrorKind::NotFound, result)?;
        Ok(())
    }

    /// A change of every field that update sets, but for those that need options.
    fn several_changes(&self) -> Verdict<UpdateApiKey> {
        self.needs(Operation::Update)?;
        let takes = |field| self.takes(self.capabilities.update_fields, field);
        let mut changes = UpdateApiKey::new();
        if takes(Field::Name) {
            changes = changes.name(self.name());
        }
        if takes(Field::Description) {
            changes = changes.description("changed with others");
        }
        if takes(Field::Scopes) {
            changes = changes.scopes(&self.options.scopes);
        }
        if takes(Field::Metadata) {
            changes = changes.metadata(json!({ "changed": "with others" }));
        }
        if changes.fields().is_empty() {
            return Err(Stop::skipped("update sets neither name, description, scopes nor metadata"));
        }
        Ok(changes)
    }
}
