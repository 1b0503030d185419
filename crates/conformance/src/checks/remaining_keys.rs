//! Cleanup.

use api_keys_core::ApiKeyProvider;

use crate::context::Context;
use crate::result::{CheckError, CheckResult};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Checks that no key of the run authenticates. Records may remain.
    pub(super) async fn no_keys_remain(&self) -> CheckResult {
        self.expect_unknown_key();
        self.clean_up().await;
        let remaining = self.find_remaining().await?;
        let mut ids = self.tracked_ids();
        ids.extend(
            remaining.into_iter().map(|key| key.id).filter(|id| !ids.contains(id)).collect::<Vec<_>>(),
        );
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
        Err(CheckError::failed(format!("these keys must be removed manually: {}", ids.join(", "))))
    }
}
