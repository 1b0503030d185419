//! `update` as a whole.

use api_keys_core::{ApiKeyProvider, ErrorKind, Expiry, Field, Json, KeyStatus, Operation, UpdateApiKey};
use serde_json::json;

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn update_disables_and_enables_a_key(&self) -> CheckResult {
        self.require_field(Operation::Update, Field::Enabled)?;
        self.require(Operation::Get)?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.provider.get(&id).await?;
        for (enabled, unexpected) in [(false, KeyStatus::Active), (true, KeyStatus::Disabled)] {
            let response = self.update(&id, UpdateApiKey::new().enabled(enabled)).await?;
            let key = self.provider.get(&id).await?;
            ensure!(
                response.status != unexpected,
                "the response to enabled = {enabled} has the status {unexpected}"
            );
            ensure!(key.status != unexpected, "the status after enabled = {enabled} is {unexpected}");
            self.expect_equal(&before, &key, &["status"], "fields other than `enabled` changed")?;
        }
        Ok(())
    }

    pub(super) async fn disabled_secret_does_not_authenticate(&self) -> CheckResult {
        self.require_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.update(&issued.key.id, UpdateApiKey::new().enabled(false)).await?;
        ensure!(!self.authenticates(&issued.secret).await?, "the secret of a disabled key authenticates");
        self.update(&issued.key.id, UpdateApiKey::new().enabled(true)).await?;
        ensure!(
            self.authenticates(&issued.secret).await?,
            "the secret of a key that was enabled again does not authenticate"
        );
        Ok(())
    }

    pub(super) async fn update_keeps_the_secret(&self) -> CheckResult {
        let changes = self.sample_changes()?;
        let issued = self.create(self.full_key()).await?;
        self.update(&issued.key.id, changes).await?;
        ensure!(
            self.authenticates(&issued.secret).await?,
            "the secret does not authenticate after an update"
        );
        Ok(())
    }

    pub(super) async fn update_changes_several_fields(&self) -> CheckResult {
        let changes = self.sample_changes()?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.read(&id).await?;
        self.update(&id, changes.clone()).await?;
        let after = self.read(&id).await?;

        let fields = changes.fields();
        let names: Vec<_> = fields.iter().map(Field::as_str).collect();
        self.expect_equal(&before, &after, &names, &format!("fields other than {fields:?} changed"))?;
        let mut expected = after.clone();
        expected.name = changes.name.or(expected.name);
        expected.scopes = changes.scopes.or(expected.scopes);
        changes.description.apply(&mut expected.description);
        changes.metadata.map(Json::from).apply(&mut expected.metadata);
        self.expect_equal(&expected, &after, &[], "fields do not have the new value")
    }

    pub(super) async fn empty_update_is_rejected(&self) -> CheckResult {
        self.require(Operation::Update)?;
        let id = self.create(self.full_key()).await?.key.id;
        let call = self.update(&id, UpdateApiKey::new());
        self.expect_rejected("an empty update", Operation::Update, ErrorKind::InvalidInput, call).await
    }

    pub(super) async fn update_to_default_expiry_is_rejected(&self) -> CheckResult {
        self.require_field(Operation::Update, Field::Expiry)?;
        let id = self.create(self.full_key()).await?.key.id;
        let call = self.update(&id, UpdateApiKey::new().expiry(Expiry::VendorDefault));
        self.expect_rejected(
            "an update to the default expiry",
            Operation::Update,
            ErrorKind::InvalidInput,
            call,
        )
        .await
    }

    pub(super) async fn update_of_unknown_id_is_not_found(&self) -> CheckResult {
        let changes = self.sample_changes()?;
        let id = self.unknown_id().await?;
        let result = self.update(&id, changes).await;
        self.expect_not_found("a call with an unknown id", Operation::Update, result)
    }

    /// Returns changes to all supported fields that need no options.
    fn sample_changes(&self) -> CheckResult<UpdateApiKey> {
        self.require(Operation::Update)?;
        let usable = |field| self.usable(self.capabilities.update_fields, field);
        let mut changes = UpdateApiKey::new();
        if usable(Field::Name) {
            changes = changes.name(self.name());
        }
        if usable(Field::Description) {
            changes = changes.description("changed by a test");
        }
        if usable(Field::Scopes) {
            changes = changes.scopes(&self.options.scopes);
        }
        if usable(Field::Metadata) {
            changes = changes.metadata(json!({ "changed": "by a test" }));
        }
        if changes.fields().is_empty() {
            return Err(CheckError::skipped(
                "update supports neither name, description, scopes nor metadata",
            ));
        }
        Ok(changes)
    }
}
