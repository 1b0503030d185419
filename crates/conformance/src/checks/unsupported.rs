//! Rejection of unsupported operations and fields before a request is sent.

use std::future::Future;
use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider, ErrorKind, Expiry, Field, FieldSet, KeyId, ListQuery, Operation, RevokeOptions,
    RotateOptions, SecretKey, UpdateApiKey,
};

use crate::context::{Context, metadata};
use crate::result::{CheckError, CheckResult};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn unsupported_operations_send_no_request(&self) -> CheckResult {
        let id = unsent_id()?;
        let provider = self.provider;
        let supported = |operation: &Operation| self.capabilities.support(*operation).is_supported();
        if Operation::ALL.iter().all(supported) {
            return Err(CheckError::skipped("all operations are supported"));
        }
        for operation in Operation::ALL.iter().copied().filter(|operation| !supported(operation)) {
            let kind = ErrorKind::Unsupported;
            let what = operation.as_str();
            match operation {
                Operation::Create => {
                    self.expect_rejected(what, operation, kind, self.try_create(self.new_key())).await
                }
                Operation::Get => self.expect_rejected(what, operation, kind, provider.get(&id)).await,
                Operation::List => {
                    self.expect_rejected(what, operation, kind, provider.list(self.query())).await
                }
                Operation::Update => {
                    let changes = UpdateApiKey::new().name(self.name());
                    self.expect_rejected(what, operation, kind, provider.update(&id, changes)).await
                }
                Operation::Revoke => {
                    self.expect_rejected(what, operation, kind, provider.revoke(&id, RevokeOptions::new()))
                        .await
                }
                Operation::Delete => self.expect_rejected(what, operation, kind, provider.delete(&id)).await,
                Operation::Rotate => {
                    self.expect_rejected(what, operation, kind, provider.rotate(&id, RotateOptions::new()))
                        .await
                }
                Operation::Reveal => self.expect_rejected(what, operation, kind, provider.reveal(&id)).await,
                Operation::Verify => {
                    self.expect_rejected(what, operation, kind, provider.verify(&SecretKey::new("unknown")))
                        .await
                }
            }?;
        }
        Ok(())
    }

    pub(super) async fn create_rejects_unsupported_fields(&self) -> CheckResult {
        self.require(Operation::Create)?;
        let unsupported = outside(self.capabilities.create_fields, |field| match field {
            Field::Description => Some(self.new_key().description("description")),
            Field::Owner => Some(self.new_key().owner("owner")),
            Field::Scopes => Some(self.new_key().scopes([&self.options.scopes[0]])),
            Field::Expiry => Some(self.new_key().expires_in(self.lifetime())),
            Field::Metadata => Some(self.new_key().metadata(metadata())),
            Field::Extra => Some(self.new_key().extra("conformance", true)),
            _ => None,
        })?;
        for (field, new) in unsupported {
            self.expect_field_rejected(Operation::Create, field, self.try_create(new)).await?;
        }
        Ok(())
    }

    pub(super) async fn create_rejects_unknown_extra_fields(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Extra)?;
        if self.capabilities.create_extra.is_empty() {
            return Err(CheckError::skipped("all extra fields are supported"));
        }
        let call = self.try_create(self.new_key().extra("unknown_field", true));
        self.expect_field_rejected(Operation::Create, Field::Extra, call).await
    }

    pub(super) async fn create_requires_an_owner(&self) -> CheckResult {
        self.require(Operation::Create)?;
        if !self.capabilities.owner_required {
            return Err(CheckError::skipped("an owner is not required"));
        }
        for owner in [None, Some(String::new())] {
            let mut new = self.new_key();
            new.owner = owner;
            let call = self.try_create(new);
            self.expect_rejected(
                "a create without an owner",
                Operation::Create,
                ErrorKind::InvalidInput,
                call,
            )
            .await?;
        }
        Ok(())
    }

    pub(super) async fn update_rejects_unsupported_fields(&self) -> CheckResult {
        self.require(Operation::Update)?;
        let id = unsent_id()?;
        let unsupported = outside(self.capabilities.update_fields, |field| match field {
            Field::Name => Some(UpdateApiKey::new().name(self.name())),
            Field::Description => Some(UpdateApiKey::new().description("description")),
            Field::Owner => Some(UpdateApiKey::new().owner("owner")),
            Field::Scopes => Some(UpdateApiKey::new().scopes([&self.options.scopes[0]])),
            Field::Expiry => Some(UpdateApiKey::new().expiry(Expiry::In(self.lifetime()))),
            Field::Metadata => Some(UpdateApiKey::new().metadata(metadata())),
            Field::Enabled => Some(UpdateApiKey::new().enabled(true)),
            Field::Extra => Some(UpdateApiKey::new().extra("conformance", true)),
            _ => None,
        })?;
        for (field, changes) in unsupported {
            self.expect_field_rejected(Operation::Update, field, self.provider.update(&id, changes)).await?;
        }
        Ok(())
    }

    pub(super) async fn update_rejects_clearing_unclearable_fields(&self) -> CheckResult {
        self.require(Operation::Update)?;
        let id = unsent_id()?;
        let unsupported = outside(self.capabilities.clearable_fields, |field| match field {
            Field::Description => Some(UpdateApiKey::new().clear_description()),
            Field::Expiry => Some(UpdateApiKey::new().clear_expiry()),
            Field::Metadata => Some(UpdateApiKey::new().clear_metadata()),
            _ => None,
        })?;
        for (field, changes) in unsupported {
            self.expect_field_rejected(Operation::Update, field, self.provider.update(&id, changes)).await?;
        }
        Ok(())
    }

    pub(super) async fn update_rejects_unknown_extra_fields(&self) -> CheckResult {
        self.require_field(Operation::Update, Field::Extra)?;
        if self.capabilities.update_extra.is_empty() {
            return Err(CheckError::skipped("all extra fields are supported"));
        }
        let id = unsent_id()?;
        let call = self.provider.update(&id, UpdateApiKey::new().extra("unknown_field", true));
        self.expect_field_rejected(Operation::Update, Field::Extra, call).await
    }

    pub(super) async fn list_rejects_unsupported_fields(&self) -> CheckResult {
        self.require(Operation::List)?;
        let unsupported = outside(self.capabilities.list_fields, |field| match field {
            Field::Owner => Some(self.query().owner("owner")),
            Field::Search => Some(self.query().search("something")),
            Field::IncludeInactive => Some(self.query().include_inactive(true)),
            _ => None,
        })?;
        for (field, query) in unsupported {
            self.expect_field_rejected(Operation::List, field, self.provider.list(query)).await?;
        }
        Ok(())
    }

    pub(super) async fn list_requires_an_owner(&self) -> CheckResult {
        self.require(Operation::List)?;
        if !self.capabilities.owner_required {
            return Err(CheckError::skipped("an owner is not required"));
        }
        let call = self.provider.list(ListQuery::new());
        self.expect_rejected("a list without an owner", Operation::List, ErrorKind::InvalidInput, call).await
    }

    pub(super) async fn revoke_rejects_unsupported_fields(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        if self.capabilities.revoke_fields.contains(Field::Reason) {
            return Err(CheckError::skipped("all fields are supported"));
        }
        let id = unsent_id()?;
        let call = self.provider.revoke(&id, RevokeOptions::new().reason("leaked"));
        self.expect_field_rejected(Operation::Revoke, Field::Reason, call).await
    }

    pub(super) async fn rotate_rejects_unsupported_fields(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        if self.capabilities.rotate_fields.contains(Field::Overlap) {
            return Err(CheckError::skipped("all fields are supported"));
        }
        let id = unsent_id()?;
        let call = self.provider.rotate(&id, RotateOptions::new().overlap(Duration::from_secs(60)));
        self.expect_field_rejected(Operation::Rotate, Field::Overlap, call).await
    }

    async fn expect_field_rejected<T>(
        &self,
        operation: Operation,
        field: Field,
        call: impl Future<Output = api_keys_core::Result<T>>,
    ) -> CheckResult {
        let what = format!("{operation} with the field `{field}`");
        self.expect_rejected(&what, operation, ErrorKind::UnsupportedField, call).await
    }
}

/// Returns a request for each field that is not in the set. Skips the check if there are none.
fn outside<T>(set: FieldSet, request: impl Fn(Field) -> Option<T>) -> CheckResult<Vec<(Field, T)>> {
    let outside = Field::ALL.iter().copied().filter(|&field| !set.contains(field));
    let requests: Vec<_> = outside.filter_map(|field| Some((field, request(field)?))).collect();
    if requests.is_empty() { Err(CheckError::skipped("all fields are supported")) } else { Ok(requests) }
}

/// Returns an id for requests that must not be sent.
fn unsent_id() -> CheckResult<KeyId> {
    KeyId::new("unsent").map_err(|error| CheckError::failed(error.to_string()))
}
