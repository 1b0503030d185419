//! `get`.

use api_keys_core::{ApiKeyProvider, Operation};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn get_of_unknown_id_is_not_found(&self) -> CheckResult {
        self.require(Operation::Get)?;
        let id = self.unknown_id().await?;
        let result = self.provider.get(&id).await;
        self.expect_not_found("a call with an unknown id", Operation::Get, result)
    }

    pub(super) async fn get_and_list_agree(&self) -> CheckResult {
        self.require(Operation::Get)?;
        self.require(Operation::List)?;
        let id = self.create(self.full_key()).await?.key.id;
        let got = self.provider.get(&id).await?;
        let listed = self.list(self.query()).await?.into_iter().find(|key| key.id == id);
        let listed = listed.ok_or_else(|| CheckError::failed("the key is not listed"))?;
        // Each of the two may report fewer fields than the other.
        let (one, two) = (self.missing(&got, &listed, &[]), self.missing(&listed, &got, &[]));
        let different: Vec<_> = one.into_iter().filter(|field| two.contains(field)).collect();
        ensure!(different.is_empty(), "get differs from list: {}", different.join(", "));
        Ok(())
    }
}
