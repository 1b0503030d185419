//! `create`.

use std::fmt::Debug;

use api_keys_core::{ApiKey, ApiKeyProvider, ErrorKind, Field, IssuedKey, Json, NewApiKey, Operation};
use serde_json::Value;

use crate::compare::scopes;
use crate::context::{Context, metadata};
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn get_returns_the_created_key(&self) -> CheckResult {
        self.require(Operation::Get)?;
        let issued = self.create(self.full_key()).await?;
        let key = self.provider.get(&issued.key.id).await?;
        self.expect_included(&issued.key, &key, "get differs from create")
    }

    pub(super) async fn new_key_is_active(&self) -> CheckResult {
        for key in self.create_and_read(self.full_key()).await? {
            ensure!(!key.status.is_inactive(), "a new key is {}", key.status);
        }
        Ok(())
    }

    pub(super) async fn new_secret_authenticates(&self) -> CheckResult {
        let issued = self.create(self.full_key()).await?;
        ensure!(!issued.secret.expose().trim().is_empty(), "the secret is blank");
        ensure!(self.authenticates(&issued.secret).await?, "the secret does not authenticate");
        Ok(())
    }

    pub(super) async fn created_keys_are_distinct(&self) -> CheckResult {
        self.require_capacity(2)?;
        let one = self.create(self.new_key()).await?;
        let two = self.create(self.new_key()).await?;
        ensure!(one.key.id != two.key.id, "two keys have the id {}", one.key.id);
        ensure!(one.secret.expose() != two.secret.expose(), "two keys have the same secret");
        Ok(())
    }

    pub(super) async fn create_applies_the_name(&self) -> CheckResult {
        let new = self.new_key();
        let name = new.name.clone();
        expect_applied(Field::Name, &name, self.create_and_read(new).await?.map(|key| key.name))
    }

    pub(super) async fn create_keeps_or_rejects_a_unicode_name(&self) -> CheckResult {
        self.keeps_name(format!("{}ключ é 鍵 🔑 \"/%", self.name())).await
    }

    pub(super) async fn create_keeps_or_rejects_a_long_name(&self) -> CheckResult {
        self.keeps_name(format!("{:x<255}", self.name())).await
    }

    pub(super) async fn create_keeps_or_rejects_a_blank_name(&self) -> CheckResult {
        self.keeps_name(String::new()).await?;
        self.clean_up().await;
        self.keeps_name("   ".to_owned()).await
    }

    /// Checks that a name is kept or rejected, but not changed.
    async fn keeps_name(&self, name: String) -> CheckResult {
        self.require(Operation::Create)?;
        let mut new = self.new_key();
        new.name.clone_from(&name);
        match self.try_create(new).await {
            Ok(issued) => {
                let names = self.with_reading(issued).await?.map(|key| key.name);
                // Some vendors do not report an empty name.
                if name.is_empty() { Ok(()) } else { expect_applied(Field::Name, &name, names) }
            }
            rejected => self
                .expect_error("the name", Operation::Create, ErrorKind::InvalidInput, rejected)
                .map(|_| ()),
        }
    }

    pub(super) async fn create_applies_the_description(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Description)?;
        let keys = self.create_and_read(self.new_key().description("created by a test")).await?;
        expect_applied(Field::Description, &"created by a test".to_owned(), keys.map(|key| key.description))
    }

    pub(super) async fn create_applies_the_owner(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Owner)?;
        let Some(owner) = &self.options.owner else {
            return Err(CheckError::skipped("needs `Options::owner`"));
        };
        let keys = self.create_and_read(self.new_key().owner(owner)).await?;
        expect_applied(Field::Owner, owner, keys.map(|key| key.owner))
    }

    pub(super) async fn create_applies_the_scopes(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Scopes)?;
        for requested in [&self.options.scopes[..1], &self.options.scopes[1..], &self.options.scopes[..]] {
            let keys = self.create_and_read(self.new_key().scopes(requested)).await?;
            expect_scopes_applied(requested, &keys)?;
            self.clean_up().await;
        }
        Ok(())
    }

    /// Checks that an empty list is applied or rejected, but not ignored.
    pub(super) async fn create_applies_or_rejects_empty_scopes(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Scopes)?;
        match self.try_create(self.new_key().scopes::<String>([])).await {
            Ok(issued) => expect_scopes_applied(&[], &self.with_reading(issued).await?),
            rejected => self
                .expect_error("an empty list of scopes", Operation::Create, ErrorKind::InvalidInput, rejected)
                .map(|_| ()),
        }
    }

    pub(super) async fn create_applies_the_metadata(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Metadata)?;
        let keys = self.create_and_read(self.new_key().metadata(metadata())).await?;
        // Metadata that cannot be represented differ, and are reported as their text.
        let value = |metadata: Json| metadata.value().unwrap_or_else(|_| metadata.as_str().into());
        expect_applied(Field::Metadata, &metadata(), keys.map(|key| key.metadata.map(value)))
    }

    pub(super) async fn create_applies_extra_fields(&self) -> CheckResult {
        self.require_field(Operation::Create, Field::Extra)?;
        let extra = self.create_extra();
        if extra.is_empty() {
            let reason =
                format!("needs `Options::create_extra` for one of {:?}", self.capabilities.create_extra);
            return Err(CheckError::skipped(reason));
        }
        let mut new = self.new_key();
        new.extra.clone_from(&extra);
        let keys = self.create_and_read(new).await?;
        for (name, value) in extra {
            let reported: [Option<Value>; 2] = keys.clone().map(|key| key.extra.get(&name).cloned());
            expect_applied(Field::Extra, &value, reported)?;
        }
        Ok(())
    }

    /// Creates a key and returns it as in the response and as stored.
    async fn create_and_read(&self, new: NewApiKey) -> CheckResult<[ApiKey; 2]> {
        let issued = self.create(new).await?;
        self.with_reading(issued).await
    }

    pub(super) async fn with_reading(&self, issued: IssuedKey) -> CheckResult<[ApiKey; 2]> {
        let read = self.read(&issued.key.id).await?;
        Ok([issued.key, read])
    }
}

/// Checks that a field has the requested value in every snapshot, and is present in at least one.
fn expect_applied<T: PartialEq + Debug>(
    field: Field,
    requested: &T,
    reported: [Option<T>; 2],
) -> CheckResult {
    for reported in reported.iter().flatten() {
        ensure!(reported == requested, "`{field}` is {reported:?} instead of {requested:?}");
    }
    ensure!(reported.iter().any(Option::is_some), "`{field}` is not reported");
    Ok(())
}

fn expect_scopes_applied(requested: &[String], keys: &[ApiKey; 2]) -> CheckResult {
    let requested = requested.iter().map(String::as_str).collect();
    expect_applied(Field::Scopes, &requested, [scopes(&keys[0]), scopes(&keys[1])])
}
