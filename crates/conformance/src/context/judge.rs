//! What several checks judge.

use std::future::Future;

use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, Error, ErrorKind, Operation, Result, SecretKey,
    Verification,
};

use super::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Whether a secret authenticates; skips the check when nobody can be asked.
    pub(crate) async fn is_live(&self, secret: &SecretKey) -> Verdict<bool> {
        let verified = match self.provider.supports(Operation::Verify) {
            true => Some(matches!(self.provider.verify(secret).await?, Verification::Valid(_))),
            false => None,
        };
        let probed = match &self.options.secret_is_live {
            Some(probe) => Some(probe(secret.clone()).await),
            None => None,
        };
        if let (Some(verified), Some(probed)) = (verified, probed) {
            let asked = "whether a secret is good";
            ensure!(verified == probed, "{asked}: verify says {verified}, the vendor's own service {probed}");
        }
        let lacks = "needs verify or `Options::secret_is_live` to see whether a secret is good";
        verified.or(probed).ok_or_else(|| Stop::skipped(lacks))
    }

    /// A call must be refused before anything is sent.
    pub(crate) async fn refuses<T>(
        &self,
        what: &str,
        operation: Operation,
        kind: ErrorKind,
        call: impl Future<Output = Result<T>>,
    ) -> Verdict {
        let requests = || self.options.request_counter.as_ref().map(|count| count());
        let before = requests();
        let result = call.await;
        let after = requests();
        let error = self.fails(what, operation, kind, result)?;
        if error.attempts() != 0 {
            let why = format!("{what} was refused, but only after {} attempts", error.attempts());
            return Err(Stop::failed_with(why, error));
        }
        ensure!(before == after, "{what} was refused, but a request reached the server");
        Ok(())
    }

    /// A call must fail so, and without an effect.
    pub(crate) fn fails<T>(
        &self,
        what: &str,
        operation: Operation,
        kind: ErrorKind,
        result: Result<T>,
    ) -> Verdict<Error> {
        let Err(error) = result else {
            return Err(Stop::failed(format!("{what} succeeded; it should fail as {kind}")));
        };
        let wrong = if error.kind() != kind {
            Some(format!("should fail as {kind}, not {}", error.kind()))
        } else if error.effect() != Effect::NotApplied {
            Some(format!("should have no effect, not {}", error.effect()))
        } else if error.operation() != Some(operation) {
            Some(format!("should fail as the operation {operation}"))
        } else if error.vendor() != self.provider.vendor() {
            Some(format!("should name the vendor {}", self.provider.vendor()))
        } else {
            None
        };
        match wrong {
            Some(wrong) => Err(Stop::failed_with(format!("{what} {wrong}"), error)),
            None => Ok(error),
        }
    }

    /// A call must succeed, or say that there is no such key.
    pub(crate) fn succeeds_or_is_not_found<T>(
        &self,
        what: &str,
        operation: Operation,
        result: Result<T>,
    ) -> Verdict {
        match result {
            Ok(_) => Ok(()),
            failed => self.fails(what, operation, ErrorKind::NotFound, failed).map(|_| ()),
        }
    }
}
