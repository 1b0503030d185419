//! What cannot be done is known beforehand: nothing is sent.

use std::future::Future;

use api_keys_core::{
    ApiKeyProvider, ErrorKind, Expiry, Field, FieldSet, KeyId, ListQuery, Operation, RevokeOptions,
    RotateOptions, SecretKey, UpdateApiKey,
};

use crate::context::{Context, metadata};
use crate::stop::{Stop, Verdict};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn unsupported_operations_send_nothing(&self) -> Verdict {
        let id = no_key()?;
        let provider = self.provider;
        let supported = |operation: &Operation| self.capabilities.support(*operation).is_supported();
        if Operation::ALL.iter().all(supported) {
            return Err(Stop::skipped("every operation is supported"));
        }
        for operation in Operation::ALL.iter().copied().filter(|operation| !supported(operation)) {
            let kind = ErrorKind::Unsupported;
            let what = operation.as_str();
            match operation {
                Operation::Create => {
                    self.refuses(what, operation, kind, self.try_create(self.new_key())).await
                }
                Operation::Get => self.refuses(what, operation, kind, provider.get(&id)).await,
                Operation::List => self.refuses(what, operation, kind, provider.list(self.query())).await,
                Operation::Update => {
                    let changes = UpdateApiKey::new().name(self.name());
                    self.refuses(what, operation, kind, provider.update(&id, changes)).await
                }
                Operation::Revoke => {
                    self.refuses(what, operation, kind, provider.revoke(&id, RevokeOptions::new())).await
                }
                Operation::Delete => self.refuses(what, operation, kind, provider.delete(&id)).await,
                Operation::Rotate => {
                    self.refuses(what, operation, kind, provider.rotate(&id, RotateOptions::new())).await
                }
                Operation::Reveal => self.refuses(what, operation, kind, provider.reveal(&id)).await,
                Operation::Verify => {
                    self.refuses(what, operation, kind, provider.verify(&SecretKey::new("no-secret"))).await
                }
            }?;
        }
        Ok(())
    }

    pub(super) async fn unsupported_fields_of_create_send_nothing(&self) -> Verdict {
        self.needs(Operation::Create)?;
        let unsupported = outside(self.capabilities.create_fields, |field| match field {
            Field::Description => Some(self.new_key().description("what it is for")),
            Field::Owner => Some(self.new_key().owner("somebody")),
            Field::Scopes => Some(self.new_key().scopes([&self.options.scopes[0]])),
            Field::Expiry => Some(self.new_key().expires_in(self.span())),
            Field::Metadata => Some(self.new_key().metadata(metadata())),
            Field::Extra => Some(self.new_key().extra("conformance", true)),
            _ => None,
        })?;
        for (field, new) in unsupported {
            self.refuses_field(Operation::Create, field, self.try_create(new)).await?;
        }
        Ok(())
    }

    pub(super) async fn unknown_extra_fields_of_create_send_nothing(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Extra)?;
        if self.capabilities.create_extra.is_empty() {
            return Err(Stop::skipped("any extra field is taken"));
        }
        let call = self.try_create(self.new_key().extra("no_vendor_has_this", true));
        self.refuses_field(Operation::Create, Field::Extra, call).await
    }

    pub(super) async fn a_create_without_its_owner_sends_nothing(&self) -> Verdict {
        self.needs(Operation::Create)?;
        if !self.capabilities.owner_required {
            return Err(Stop::skipped("no owner is needed"));
        }
        for owner in [None, Some(String::new())] {
            let mut new = self.new_key();
            new.owner = owner;
            let call = self.try_create(new);
            self.refuses("a key without an owner", Operation::Create, ErrorKind::InvalidInput, call).await?;
        }
        Ok(())
    }

    pub(super) async fn unsupported_fields_of_update_send_nothing(&self) -> Verdict {
        self.needs(Operation::Update)?;
        let id = no_key()?;
        let unsupported = outside(self.capabilities.update_fields, |field| match field {
            Field::Name => Some(UpdateApiKey::new().name(self.name())),
            Field::Description => Some(UpdateApiKey::new().description("what it is for")),
            Field::Owner => Some(UpdateApiKey::new().owner("somebody")),
            Field::Scopes => Some(UpdateApiKey::new().scopes([&self.options.scopes[0]])),
            Field::Expiry => Some(UpdateApiKey::new().expiry(Expiry::In(self.span()))),
            Field::Metadata => Some(UpdateApiKey::new().metadata(metadata())),
            Field::Enabled => Some(UpdateApiKey::new().enabled(true)),
            Field::Extra => Some(UpdateApiKey::new().extra("conformance", true)),
            _ => None,
        })?;
        for (field, changes) in unsupported {
            self.refuses_field(Operation::Update, field, self.provider.update(&id, changes)).await?;
        }
        Ok(())
    }

    pub(super) async fn fields_that_cannot_be_cleared_send_nothing(&self) -> Verdict {
        self.needs(Operation::Update)?;
        let id = no_key()?;
        let unsupported = outside(self.capabilities.clearable_fields, |field| match field {
            Field::Description => Some(UpdateApiKey::new().clear_description()),
            Field::Expiry => Some(UpdateApiKey::new().clear_expiry()),
            Field::Metadata => Some(UpdateApiKey::new().clear_metadata()),
            _ => None,
        })?;
        for (field, changes) in unsupported {
            self.refuses_field(Operation::Update, field, self.provider.update(&id, changes)).await?;
        }
        Ok(())
    }

    pub(super) async fn unknown_extra_fields_of_update_send_nothing(&self) -> Verdict {
        self.needs_field(Operation::Update, Field::Extra)?;
        if self.capabilities.update_extra.is_empty() {
            return Err(Stop::skipped("any extra field is taken"));
        }
        let id = no_key()?;
        let call = self.provider.update(&id, UpdateApiKey::new().extra("no_vendor_has_this", true));
        self.refuses_field(Operation::Update, Field::Extra, call).await
    }

    pub(super) async fn unsupported_fields_of_list_send_nothing(&self) -> Verdict {
        self.needs(Operation::List)?;
        let unsupported = outside(self.capabilities.list_fields, |field| match field {
            Field::Owner => Some(self.query().owner("somebody")),
            Field::Search => Some(self.query().search("something")),
            Field::IncludeInactive => Some(self.query().include_inactive(true)),
            _ => None,
        })?;
        for (field, query) in unsupported {
            self.refuses_field(Operation::List, field, self.provider.list(query)).await?;
        }
        Ok(())
    }

    pub(super) async fn a_list_without_its_owner_sends_nothing(&self) -> Verdict {
        self.needs(Operation::List)?;
        if !self.capabilities.owner_required {
            return Err(Stop::skipped("no owner is needed"));
        }
        let call = self.provider.list(ListQuery::new());
        self.refuses("a listing without an owner", Operation::List, ErrorKind::InvalidInput, call).await
    }

    pub(super) async fn unsupported_fields_of_revoke_send_nothing(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        if self.capabilities.revoke_fields.contains(Field::Reason) {
            return Err(Stop::skipped("every field is supported"));
        }
        let id = no_key()?;
        let call = self.provider.revoke(&id, RevokeOptions::new().reason("leaked"));
        self.refuses_field(Operation::Revoke, Field::Reason, call).await
    }

    async fn refuses_field<T>(
        &self,
        operation: Operation,
        field: Field,
        call: impl Future<Output = api_keys_core::Result<T>>,
    ) -> Verdict {
        let what = format!("{operation} with the field `{field}`");
        self.refuses(&what, operation, ErrorKind::UnsupportedField, call).await
    }
}

/// The fields outside of a set, each with a request that has it; skips the check where there are none.
fn outside<T>(set: FieldSet, request: impl Fn(Field) -> Option<T>) -> Verdict<Vec<(Field, T)>> {
    let outside = Field::ALL.iter().copied().filter(|&field| !set.contains(field));
    let requests: Vec<_> = outside.filter_map(|field| Some((field, request(field)?))).collect();
    if requests.is_empty() { Err(Stop::skipped("every field is supported")) } else { Ok(requests) }
}

/// An id that is never to be sent.
fn no_key() -> Verdict<KeyId> {
    KeyId::new("no-such-key").map_err(|error| Stop::failed(error.to_string()))
}
