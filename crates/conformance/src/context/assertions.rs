//! Assertions shared by checks.

use std::future::Future;

use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, Error, ErrorKind, Operation, Result, SecretKey,
    Verification,
};

use super::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Returns whether a secret authenticates. Skips the check if this cannot be determined.
    pub(crate) async fn authenticates(&self, secret: &SecretKey) -> CheckResult<bool> {
        let verified = match self.provider.supports(Operation::Verify) {
            true => Some(matches!(self.provider.verify(secret).await?, Verification::Valid(_))),
            false => None,
        };
        let probed = match &self.options.secret_is_live {
            Some(probe) => Some(probe(secret.clone()).await),
            None => None,
        };
        if let (Some(verified), Some(probed)) = (verified, probed) {
            ensure!(
                verified == probed,
                "verify reports {verified}, but `Options::secret_is_live` returned {probed}"
            );
        }
        let required = "needs verify or `Options::secret_is_live`";
        verified.or(probed).ok_or_else(|| CheckError::skipped(required))
    }

    /// Checks that a call is rejected before a request is sent.
    pub(crate) async fn expect_rejected<T>(
        &self,
        what: &str,
        operation: Operation,
        kind: ErrorKind,
        call: impl Future<Output = Result<T>>,
    ) -> CheckResult {
        let requests = || self.options.request_counter.as_ref().map(|count| count());
        let before = requests();
        let result = call.await;
        let after = requests();
        let error = self.expect_error(what, operation, kind, result)?;
        if error.attempts() != 0 {
            let reason = format!("{what} was rejected after {} attempts", error.attempts());
            return Err(CheckError::failed_with(reason, error));
        }
        ensure!(before == after, "{what} was rejected after a request was sent");
        Ok(())
    }

    /// Checks that a call fails without an effect.
    pub(crate) fn expect_error<T>(
        &self,
        what: &str,
        operation: Operation,
        kind: ErrorKind,
        result: Result<T>,
    ) -> CheckResult<Error> {
        let Err(error) = result else {
            return Err(CheckError::failed(format!("{what} succeeded instead of failing with {kind}")));
        };
        let expected = if error.kind() != kind {
            Some(format!("the kind {kind}, not {}", error.kind()))
        } else if error.effect() != Effect::NotApplied {
            Some(format!("no effect, not {}", error.effect()))
        } else if error.operation() != Some(operation) {
            Some(format!("the operation {operation}"))
        } else if error.vendor() != self.provider.vendor() {
            Some(format!("the vendor {}", self.provider.vendor()))
        } else {
            None
        };
        match expected {
            Some(expected) => {
                Err(CheckError::failed_with(format!("the error of {what} should have {expected}"), error))
            }
            None => Ok(error),
        }
    }

    /// Checks that a call fails with [`ErrorKind::NotFound`].
    pub(crate) fn expect_not_found<T>(
        &self,
        what: &str,
        operation: Operation,
        result: Result<T>,
    ) -> CheckResult {
        self.expect_error(what, operation, ErrorKind::NotFound, result).map(|_| ())
    }

    /// Checks that a call succeeds or fails with [`ErrorKind::NotFound`].
    pub(crate) fn expect_ok_or_not_found<T>(
        &self,
        what: &str,
        operation: Operation,
        result: Result<T>,
    ) -> CheckResult {
        match result {
            Ok(_) => Ok(()),
            error => self.expect_not_found(what, operation, error),
        }
    }
}
