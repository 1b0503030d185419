//! Cleanup.

use api_keys_core::ApiKeyProvider;

use crate::context::Context;
use crate::result::{CheckError, CheckResult};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Checks that no key of the run authenticates. Records may remain.
    pub(super) async fn no_keys_remain(&self) -> CheckResult {
        self.expect_unknown_key();
        self.clean_up().await;
        let found = self.find_remaining().await;
        found.iter().flatten().for_each(|key| self.track_id(&key.id));
        let ids = self.tracked_ids();
        if !ids.is_empty() {
            let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
            return Err(CheckError::failed(format!(
                "these keys must be removed manually: {}",
                ids.join(", ")
            )));
        }
        let prefix = &self.options.name_prefix;
        found.map(drop).map_err(|error| {
            CheckError::failed_with(format!("failed to list keys whose names begin with `{prefix}`"), error)
        })
    }
}
