//! Minting keys.

use std::fmt::Debug;

use api_keys_core::{ApiKey, ApiKeyProvider, ErrorKind, Field, IssuedKey, NewApiKey, Operation};
use serde_json::Value;

use crate::compare::scopes;
use crate::context::{Context, metadata};
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn get_returns_what_create_returned(&self) -> Verdict {
        self.needs(Operation::Get)?;
        let issued = self.create(self.full_key()).await?;
        let told = self.provider.get(&issued.key.id).await?;
        let lost = self.lost(&issued.key, &told, &[]);
        ensure!(lost.is_empty(), "not told alike: {}", lost.join(", "));
        Ok(())
    }

    pub(super) async fn a_new_key_is_active(&self) -> Verdict {
        for key in self.made(self.full_key()).await? {
            ensure!(!key.status.is_inactive(), "a new key is {}", key.status);
        }
        Ok(())
    }

    pub(super) async fn a_new_secret_is_good(&self) -> Verdict {
        let issued = self.create(self.full_key()).await?;
        ensure!(!issued.secret.expose().trim().is_empty(), "the secret is blank");
        ensure!(self.is_live(&issued.secret).await?, "the secret does not authenticate");
        Ok(())
    }

    pub(super) async fn every_create_mints_another_key(&self) -> Verdict {
        self.room(2)?;
        let one = self.create(self.new_key()).await?;
        let two = self.create(self.new_key()).await?;
        ensure!(one.key.id != two.key.id, "two keys have the id {}", one.key.id);
        ensure!(one.secret.expose() != two.secret.expose(), "two keys have one secret");
        Ok(())
    }

    pub(super) async fn create_honours_the_name(&self) -> Verdict {
        let new = self.new_key();
        let name = new.name.clone();
        honoured(Field::Name, &name, self.made(new).await?.map(|key| key.name))
    }

    pub(super) async fn create_keeps_a_name_of_many_scripts_or_refuses_it(&self) -> Verdict {
        self.keeps_name(format!("{}ключ é 鍵 🔑 \"/%", self.name())).await
    }

    pub(super) async fn create_keeps_a_long_name_or_refuses_it(&self) -> Verdict {
        self.keeps_name(format!("{:x<255}", self.name())).await
    }

    pub(super) async fn create_keeps_a_blank_name_or_refuses_it(&self) -> Verdict {
        self.keeps_name(String::new()).await?;
        self.clean_up().await;
        self.keeps_name("   ".to_owned()).await
    }

    /// A name may be refused, but not changed.
    async fn keeps_name(&self, name: String) -> Verdict {
        self.needs(Operation::Create)?;
        let mut new = self.new_key();
        new.name.clone_from(&name);
        match self.try_create(new).await {
            Ok(issued) => {
                let names = self.told(issued).await?.map(|key| key.name);
                // Some vendors do not tell an empty name.
                if name.is_empty() { Ok(()) } else { honoured(Field::Name, &name, names) }
            }
            refused => {
                self.fails("such a name", Operation::Create, ErrorKind::InvalidInput, refused).map(|_| ())
            }
        }
    }

    pub(super) async fn create_honours_the_description(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Description)?;
        let keys = self.made(self.new_key().description("what it is for: tests")).await?;
        honoured(Field::Description, &"what it is for: tests".to_owned(), keys.map(|key| key.description))
    }

    pub(super) async fn create_honours_the_owner(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Owner)?;
        let Some(owner) = &self.options.owner else { return Err(Stop::skipped("needs `Options::owner`")) };
        let keys = self.made(self.new_key().owner(owner)).await?;
        honoured(Field::Owner, owner, keys.map(|key| key.owner))
    }

    pub(super) async fn create_honours_the_scopes(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Scopes)?;
        for asked in [&self.options.scopes[..1], &self.options.scopes[1..], &self.options.scopes[..]] {
            let keys = self.made(self.new_key().scopes(asked)).await?;
            honoured_scopes(asked, &keys)?;
            self.clean_up().await;
        }
        Ok(())
    }

    /// A vendor may refuse a key that may do nothing, but not mint one that may do something.
    pub(super) async fn create_honours_an_empty_list_of_scopes_or_refuses_it(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Scopes)?;
        match self.try_create(self.new_key().scopes::<String>([])).await {
            Ok(issued) => honoured_scopes(&[], &self.told(issued).await?),
            refused => {
                self.fails("no scope", Operation::Create, ErrorKind::InvalidInput, refused).map(|_| ())
            }
        }
    }

    pub(super) async fn create_honours_the_metadata(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Metadata)?;
        let keys = self.made(self.new_key().metadata(metadata())).await?;
        honoured(Field::Metadata, &metadata(), keys.map(|key| key.metadata))
    }

    pub(super) async fn create_honours_extra_fields(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Extra)?;
        let asked = self.create_extra();
        if asked.is_empty() {
            let why =
                format!("needs `Options::create_extra` for one of {:?}", self.capabilities.create_extra);
            return Err(Stop::skipped(why));
        }
        let mut new = self.new_key();
        new.extra.clone_from(&asked);
        let keys = self.made(new).await?;
        for (name, value) in asked {
            let told: [Option<Value>; 2] = keys.clone().map(|key| key.extra.get(&name).cloned());
            honoured(Field::Extra, &value, told)?;
        }
        Ok(())
    }

    /// Creates a key: as the answer and as a later reading tell it.
    async fn made(&self, new: NewApiKey) -> Verdict<[ApiKey; 2]> {
        let issued = self.create(new).await?;
        self.told(issued).await
    }

    pub(super) async fn told(&self, issued: IssuedKey) -> Verdict<[ApiKey; 2]> {
        let read = self.read(&issued.key.id).await?;
        Ok([issued.key, read])
    }
}

/// What is told must be what was asked, and must be told: a field that nobody can see may have been dropped.
fn honoured<T: PartialEq + Debug>(field: Field, asked: &T, told: [Option<T>; 2]) -> Verdict {
    for told in told.iter().flatten() {
        ensure!(told == asked, "`{field}` was asked to be {asked:?}, and is {told:?}");
    }
    ensure!(
        told.iter().any(Option::is_some),
        "`{field}` was asked to be {asked:?}, and neither create nor a reading tells"
    );
    Ok(())
}

fn honoured_scopes(asked: &[String], told: &[ApiKey; 2]) -> Verdict {
    let asked = asked.iter().map(String::as_str).collect();
    honoured(Field::Scopes, &asked, [scopes(&told[0]), scopes(&told[1])])
}
