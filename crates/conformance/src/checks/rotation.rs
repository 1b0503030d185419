//! `Rotation`.

use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, ErrorKind, Field, IssuedKey, Operation, Rotation,
    RotationMethod, RotationOptions, Timestamp,
};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

const OVERLAP: Duration = Duration::from_secs(60);

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn rotation_keeps_the_old_secret_until_finish(&self) -> CheckResult {
        self.require_capacity(2)?;
        let old = self.create(self.new_key()).await?;
        let mut rotation = self.plan(&old).await?;
        let new = self.issue(&mut rotation).await?;
        ensure!(
            self.authenticates(&old.secret).await?,
            "the old secret does not authenticate during the overlap"
        );
        ensure!(self.authenticates(&new.secret).await?, "the new secret does not authenticate");
        self.complete(&mut rotation).await?;
        ensure!(self.authenticates(&new.secret).await?, "the new secret does not authenticate at the end");
        ensure!(!self.authenticates(&old.secret).await?, "the old secret authenticates after the overlap");
        Ok(())
    }

    pub(super) async fn rotation_keeps_the_fields(&self) -> CheckResult {
        self.require_capacity(2)?;
        let old = self.create(self.full_key()).await?;
        let before = self.read(&old.key.id).await?;
        let mut rotation = self.plan(&old).await?;
        let new = self.issue(&mut rotation).await?;
        let after = self.read(&new.key.id).await?;
        let except = ["id", "hint", "created_at", "expiry"];
        self.expect_equal(&before, &after, &except, "the successor has other fields")?;
        if let (Some(before), Some(after)) = (lifetime(&before), lifetime(&after)) {
            ensure!(
                before.abs_diff(after) <= OVERLAP,
                "the lifetime of the successor is {after:?}, that of the key {before:?}"
            );
        }
        Ok(())
    }

    /// As after a lost response, or a crash during the call.
    pub(super) async fn rotation_resumes_an_interrupted_issue(&self) -> CheckResult {
        self.require_capacity(3)?;
        let old = self.create(self.new_key()).await?;
        let rotation = self.plan(&old).await?;
        let lost = self.issue(&mut restored(&rotation)?).await?;
        let mut rotation = restored(&rotation)?;
        let new = self.issue(&mut rotation).await?;
        self.expect_one_successor(&rotation).await?;
        ensure!(self.authenticates(&new.secret).await?, "the new secret does not authenticate");
        if rotation.method == RotationMethod::Replace && new.secret.expose() != lost.secret.expose() {
            ensure!(!self.authenticates(&lost.secret).await?, "the lost secret authenticates");
        }
        Ok(())
    }

    /// As after a crash between the response and the delivery.
    pub(super) async fn rotation_resumes_before_the_delivery(&self) -> CheckResult {
        self.require_capacity(3)?;
        let old = self.create(self.new_key()).await?;
        let mut rotation = self.plan(&old).await?;
        let lost = self.issue(&mut rotation).await?;
        let mut rotation = restored(&rotation)?;
        let new = self.issue(&mut rotation).await?;
        ensure!(
            self.authenticates(&old.secret).await?,
            "the old secret does not authenticate before the delivery"
        );
        ensure!(
            self.authenticates(&lost.secret).await?,
            "the secret whose delivery may have succeeded does not authenticate before the next delivery"
        );
        rotation.mark_delivered(Timestamp::now());
        rotation.revoke_superseded(self.provider).await?;
        self.settle().await;
        self.expect_one_successor(&rotation).await?;
        ensure!(self.authenticates(&new.secret).await?, "the new secret does not authenticate");
        Ok(())
    }

    pub(super) async fn aborted_rotation_keeps_the_old_secret(&self) -> CheckResult {
        self.require_capacity(2)?;
        let old = self.create(self.new_key()).await?;
        let mut rotation = self.plan(&old).await?;
        let new = self.issue(&mut rotation).await?;
        if rotation.method == RotationMethod::Native {
            let aborted = rotation.abort(self.provider, Timestamp::now()).await;
            self.expect_error("abort of a native rotation", Operation::Rotate, ErrorKind::Conflict, aborted)?;
            return Ok(());
        }
        rotation.abort(self.provider, Timestamp::now()).await?;
        self.settle().await;
        ensure!(self.authenticates(&old.secret).await?, "the old secret does not authenticate");
        ensure!(!self.authenticates(&new.secret).await?, "the secret of the aborted rotation authenticates");
        Ok(())
    }

    pub(super) async fn rotation_rejects_a_revoked_key(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        let old = self.create(self.new_key()).await?;
        self.revoke(&old.key.id).await?;
        let plan = self.provider.plan_rotation(&old.key.id, RotationOptions::new(), Timestamp::now()).await;
        match plan {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::Unsupported
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(CheckError::failed_with("failed with another kind of error", error)),
            // Some vendors rotate in place without a status.
            Ok(rotation) if rotation.method == RotationMethod::Native => Ok(()),
            Ok(_) => Err(CheckError::failed("the rotation of a revoked key was planned")),
        }
    }

    /// Plans a rotation with an overlap. Skips the check if neither method is supported.
    async fn plan(&self, old: &IssuedKey) -> CheckResult<Rotation> {
        let options = RotationOptions::new().overlap(OVERLAP);
        match self.provider.plan_rotation(&old.key.id, options, Timestamp::now()).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                Err(CheckError::skipped("neither rotate with an overlap nor create and revoke are supported"))
            }
            planned => Ok(planned?),
        }
    }

    async fn issue(&self, rotation: &mut Rotation) -> CheckResult<IssuedKey> {
        let issued = rotation.issue(self.provider, Timestamp::now()).await;
        match &issued {
            Ok(issued) => self.track(issued),
            Err(_) => self.expect_unknown_key(),
        }
        self.settle().await;
        Ok(issued?)
    }

    /// Delivers the secret and ends the overlap.
    async fn complete(&self, rotation: &mut Rotation) -> CheckResult {
        rotation.mark_delivered(Timestamp::now());
        let mut now = Timestamp::now();
        if rotation.method == RotationMethod::Native {
            let Some(wait) = &self.options.wait else {
                return Err(CheckError::skipped(
                    "needs `Options::wait`, because the vendor ends the overlap",
                ));
            };
            wait(OVERLAP).await;
            now = rotation.due().unwrap_or(now);
        }
        rotation.finish(self.provider, now).await?;
        self.settle().await;
        Ok(())
    }

    /// Checks that the rotated key has exactly one active successor.
    async fn expect_one_successor(&self, rotation: &Rotation) -> CheckResult {
        self.require(Operation::List)?;
        let base = rotation.key.name.as_deref().unwrap_or_default();
        let is_sibling = |key: &&ApiKey| key.name.as_deref().is_some_and(|name| name.starts_with(base));
        let keys = self.list(self.query()).await?;
        let active = keys.iter().filter(is_sibling).filter(|key| !key.status.is_inactive());
        let successors: Vec<_> =
            active.filter(|key| key.id != rotation.key.id).map(|key| key.id.to_string()).collect();
        let expected = usize::from(rotation.new_id().is_some_and(|new| *new != rotation.key.id));
        ensure!(successors.len() == expected, "the key has the successors {}", successors.join(", "));
        Ok(())
    }

    pub(super) async fn rotate_with_overlap_keeps_the_old_secret(&self) -> CheckResult {
        self.require_field(Operation::Rotate, Field::Overlap)?;
        let issued = self.create(self.new_key()).await?;
        let options = || api_keys_core::RotateOptions::new().overlap(OVERLAP);
        let first = self.provider.rotate(&issued.key.id, options()).await?;
        self.track(&first);
        let second = self.provider.rotate(&first.key.id, options()).await?;
        self.track(&second);
        self.settle().await;
        for (secret, which) in
            [(&issued.secret, "first"), (&first.secret, "previous"), (&second.secret, "current")]
        {
            ensure!(self.authenticates(secret).await?, "the {which} secret does not authenticate");
        }
        Ok(())
    }
}

/// Returns a rotation as it is loaded after a crash.
fn restored(rotation: &Rotation) -> CheckResult<Rotation> {
    let saved = serde_json::to_string(rotation).map_err(|error| CheckError::failed(error.to_string()))?;
    serde_json::from_str(&saved).map_err(|error| CheckError::failed(error.to_string()))
}

fn lifetime(key: &ApiKey) -> Option<Duration> {
    key.expiry.at()?.duration_since(key.created_at?).try_into().ok()
}
