//! Which keys are listed.

use api_keys_core::{
    ApiKey, ApiKeyProvider, Cursor, ErrorKind, Field, KeyId, KeyStatus, ListQuery, ListScope, Operation,
    UpdateApiKey,
};

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn a_new_key_is_listed(&self) -> Verdict {
        self.needs(Operation::List)?;
        let id = self.create(self.full_key()).await?.key.id;
        ensure!(has(&self.list(self.query()).await?, &id), "the key is not listed");
        Ok(())
    }

    pub(super) async fn list_leaves_out_revoked_keys(&self) -> Verdict {
        self.needs(Operation::List)?;
        self.needs(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.revoke(&id).await?;
        ensure!(
            !has(&self.list(self.query()).await?, &id),
            "a revoked key is listed among those that authenticate"
        );
        Ok(())
    }

    pub(super) async fn list_leaves_out_disabled_keys(&self) -> Verdict {
        self.needs(Operation::List)?;
        self.needs_field(Operation::Update, Field::Enabled)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.update(&id, UpdateApiKey::new().enabled(false)).await?;
        ensure!(
            !has(&self.list(self.query()).await?, &id),
            "a disabled key is listed among those that authenticate"
        );
        Ok(())
    }

    pub(super) async fn list_shows_revoked_keys_when_asked(&self) -> Verdict {
        self.needs_field(Operation::List, Field::IncludeInactive)?;
        self.needs(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.revoke(&id).await?;
        let listed = self.list(self.query().include_inactive(true)).await?;
        let expected =
            self.capabilities.revoke_keeps_record && self.capabilities.list_scope == ListScope::All;
        ensure!(has(&listed, &id) == expected, "whether a revoked key is listed should be {expected}");
        let active = |key: &ApiKey| key.id == id && key.status == KeyStatus::Active;
        ensure!(!listed.iter().any(active), "a revoked key is listed as active");
        Ok(())
    }

    pub(super) async fn list_by_owner_shows_only_its_keys(&self) -> Verdict {
        self.needs_field(Operation::List, Field::Owner)?;
        self.needs_field(Operation::Create, Field::Owner)?;
        self.room(2)?;
        let (Some(owner), Some(other)) = (&self.options.owner, &self.options.other_owner) else {
            return Err(Stop::skipped("needs `Options::owner` and `Options::other_owner`"));
        };
        let ours = self.create(self.new_key().owner(owner)).await?.key.id;
        let theirs = self.create(self.new_key().owner(other)).await?.key.id;
        for (owner, its, not_its) in [(owner, &ours, &theirs), (other, &theirs, &ours)] {
            let listed = self.list(ListQuery::new().owner(owner)).await?;
            ensure!(has(&listed, its), "a key is not listed for its owner");
            ensure!(!has(&listed, not_its), "a key is listed for another owner");
        }
        Ok(())
    }

    pub(super) async fn list_by_search_shows_only_matches(&self) -> Verdict {
        self.needs_field(Operation::List, Field::Search)?;
        self.room(2)?;
        let name = format!("{}apple", self.name());
        let mut apple = self.new_key();
        apple.name.clone_from(&name);
        let mut zebra = self.new_key();
        zebra.name.push_str("zebra");
        let apple = self.create(apple).await?.key.id;
        let zebra = self.create(zebra).await?.key.id;
        let listed = self.list(self.query().search(&name)).await?;
        ensure!(has(&listed, &apple), "a key is not found by its name");
        ensure!(!has(&listed, &zebra), "a key is found by another key's name");
        Ok(())
    }

    pub(super) async fn list_refuses_a_page_of_no_keys(&self) -> Verdict {
        self.needs(Operation::List)?;
        let call = self.provider.list(self.query().limit(0));
        self.refuses("a page of no keys", Operation::List, ErrorKind::InvalidInput, call).await
    }

    pub(super) async fn list_refuses_a_foreign_cursor(&self) -> Verdict {
        self.needs(Operation::List)?;
        let result = self.provider.list(self.query().cursor(Cursor::new("nobody: made this"))).await;
        self.fails("a foreign cursor", Operation::List, ErrorKind::InvalidInput, result)?;
        Ok(())
    }

    pub(super) async fn list_without_paging_is_one_page(&self) -> Verdict {
        self.needs(Operation::List)?;
        if self.capabilities.paged {
            return Err(Stop::skipped("listing is by pages"));
        }
        self.room(2)?;
        let ids = [self.create(self.new_key()).await?.key.id, self.create(self.new_key()).await?.key.id];
        let page = self.provider.list(self.query().limit(1)).await?;
        ensure!(page.next.is_none(), "listing is not by pages, but the first is not the last");
        ensure!(ids.iter().all(|id| has(&page.items, id)), "not every key is on the only page");
        Ok(())
    }
}

fn has(keys: &[ApiKey], id: &KeyId) -> bool {
    keys.iter().any(|key| key.id == *id)
}
