//! Filters of `list`.

use api_keys_core::{
    ApiKey, ApiKeyProvider, Cursor, ErrorKind, Field, KeyId, KeyStatus, ListQuery, ListScope, Operation,
    UpdateApiKey,
};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn new_key_is_listed(&self) -> CheckResult {
        self.require(Operation::List)?;
        let id = self.create(self.full_key()).await?.key.id;
        ensure!(has(&self.list(self.query()).await?, &id), "the key is not listed");
        Ok(())
    }

    pub(super) async fn list_excludes_revoked_keys(&self) -> CheckResult {
        self.require(Operation::List)?;
        self.require(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.revoke(&id).await?;
        ensure!(!has(&self.list(self.query()).await?, &id), "a revoked key is listed");
        Ok(())
    }

    pub(super) async fn list_excludes_disabled_keys(&self) -> CheckResult {
        self.require(Operation::List)?;
        self.require_field(Operation::Update, Field::Enabled)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.update(&id, UpdateApiKey::new().enabled(false)).await?;
        ensure!(!has(&self.list(self.query()).await?, &id), "a disabled key is listed");
        Ok(())
    }

    pub(super) async fn list_includes_revoked_keys_on_request(&self) -> CheckResult {
        self.require_field(Operation::List, Field::IncludeInactive)?;
        self.require(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.revoke(&id).await?;
        let listed = self.list(self.query().include_inactive(true)).await?;
        let expected =
            self.capabilities.revoke_keeps_record && self.capabilities.list_scope == ListScope::All;
        ensure!(has(&listed, &id) == expected, "a revoked key should be listed: {expected}");
        let active = |key: &ApiKey| key.id == id && key.status == KeyStatus::Active;
        ensure!(!listed.iter().any(active), "a revoked key is listed as active");
        Ok(())
    }

    pub(super) async fn list_filters_by_owner(&self) -> CheckResult {
        self.require_field(Operation::List, Field::Owner)?;
        self.require_field(Operation::Create, Field::Owner)?;
        self.require_capacity(2)?;
        let (Some(owner), Some(other)) = (&self.options.owner, &self.options.other_owner) else {
            return Err(CheckError::skipped("needs `Options::owner` and `Options::other_owner`"));
        };
        let ours = self.create(self.new_key().owner(owner)).await?.key.id;
        let theirs = self.create(self.new_key().owner(other)).await?.key.id;
        for (owner, own, other) in [(owner, &ours, &theirs), (other, &theirs, &ours)] {
            let listed = self.list(ListQuery::new().owner(owner)).await?;
            ensure!(has(&listed, own), "a key is not listed for its owner");
            ensure!(!has(&listed, other), "a key is listed for another owner");
        }
        Ok(())
    }

    pub(super) async fn list_filters_by_search(&self) -> CheckResult {
        self.require_field(Operation::List, Field::Search)?;
        self.require_capacity(2)?;
        let name = format!("{}apple", self.name());
        let mut apple = self.new_key();
        apple.name.clone_from(&name);
        let mut zebra = self.new_key();
        zebra.name.push_str("zebra");
        let apple = self.create(apple).await?.key.id;
        let zebra = self.create(zebra).await?.key.id;
        let listed = self.list(self.query().search(&name)).await?;
        ensure!(has(&listed, &apple), "a key is not found by its name");
        ensure!(!has(&listed, &zebra), "a key is found by the name of another key");
        Ok(())
    }

    pub(super) async fn list_rejects_a_limit_of_zero(&self) -> CheckResult {
        self.require(Operation::List)?;
        let call = self.provider.list(self.query().limit(0));
        self.expect_rejected("a limit of 0", Operation::List, ErrorKind::InvalidInput, call).await
    }

    pub(super) async fn list_rejects_a_foreign_cursor(&self) -> CheckResult {
        self.require(Operation::List)?;
        let result = self.provider.list(self.query().cursor(Cursor::new("invalid: cursor"))).await;
        self.expect_error("a foreign cursor", Operation::List, ErrorKind::InvalidInput, result).map(|_| ())
    }

    pub(super) async fn list_without_pagination_is_one_page(&self) -> CheckResult {
        self.require(Operation::List)?;
        if self.capabilities.paged {
            return Err(CheckError::skipped("listings are paginated"));
        }
        self.require_capacity(2)?;
        let ids = [self.create(self.new_key()).await?.key.id, self.create(self.new_key()).await?.key.id];
        let page = self.provider.list(self.query().limit(1)).await?;
        ensure!(page.next.is_none(), "the only page has a cursor");
        ensure!(ids.iter().all(|id| has(&page.items, id)), "a key is not on the only page");
        Ok(())
    }
}

fn has(keys: &[ApiKey], id: &KeyId) -> bool {
    keys.iter().any(|key| key.id == *id)
}
