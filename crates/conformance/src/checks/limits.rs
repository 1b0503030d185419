//! The vendor's quota.

use api_keys_core::{ApiKeyProvider, ErrorKind, Operation};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn quota_is_enforced_and_freed_by_revoke(&self) -> CheckResult {
        self.require(Operation::Create)?;
        let Some(limit) = self.capabilities.max_active else {
            return Err(CheckError::skipped("`max_active` is not set"));
        };
        self.require_capacity(limit)?;
        // Other keys may exist.
        let mut rejected = None;
        let mut ids = Vec::new();
        for _ in 0..=limit {
            match self.try_create(self.new_key()).await {
                Ok(issued) => ids.push(issued.key.id),
                error => {
                    rejected = Some(error);
                    break;
                }
            }
        }
        let Some(rejected) = rejected else {
            return Err(CheckError::failed(format!(
                "the quota is {limit} keys, but {} were created",
                ids.len()
            )));
        };
        let error = self.expect_error(
            "a create above the quota",
            Operation::Create,
            ErrorKind::LimitReached,
            rejected,
        )?;
        ensure!(!error.is_retryable(), "the error is retryable");

        self.require(Operation::Revoke)?;
        let Some(id) = ids.first() else {
            return Err(CheckError::failed("the quota is used by other keys"));
        };
        self.revoke(id).await?;
        let _ = self.create(self.new_key()).await?;
        Ok(())
    }
}
