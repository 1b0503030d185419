//! Judging secrets.

use api_keys_core::{ApiKeyProvider, Field, InvalidReason, Operation, SecretKey, UpdateApiKey, Verification};

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn verify_names_the_key(&self) -> Verdict {
        self.needs(Operation::Verify)?;
        self.room(2)?;
        let one = self.create(self.full_key()).await?;
        let two = self.create(self.full_key()).await?;
        for issued in [&one, &two] {
            match self.provider.verify(&issued.secret).await? {
                Verification::Invalid(reason) => {
                    return Err(Stop::failed(format!("a new secret is {reason}")));
                }
                Verification::Valid(key) => {
                    let lost = self.lost(&key, &self.read(&issued.key.id).await?, &[]);
                    ensure!(key.id == issued.key.id, "another key is named");
                    ensure!(lost.is_empty(), "the key is told otherwise: {}", lost.join(", "));
                }
            }
        }
        Ok(())
    }

    pub(super) async fn verify_finds_no_key_for_garbage(&self) -> Verdict {
        self.needs(Operation::Verify)?;
        let garbage = SecretKey::new("no-key-has-ever-had-this-secret");
        match self.provider.verify(&garbage).await? {
            Verification::Invalid(InvalidReason::NotFound) => Ok(()),
            Verification::Invalid(reason) => {
                Err(Stop::failed(format!("garbage is {reason}, not without a key")))
            }
            Verification::Valid(_) => Err(Stop::failed("garbage is a good secret")),
        }
    }

    /// Such a secret may be refused with an error, but must not pass.
    pub(super) async fn verify_takes_no_part_of_a_secret(&self) -> Verdict {
        self.needs(Operation::Verify)?;
        let issued = self.create(self.new_key()).await?;
        let secret = issued.secret.expose();
        let shorter = secret.char_indices().next_back().map_or("", |(end, _)| &secret[..end]);
        for (what, near) in [
            ("an empty secret", String::new()),
            ("a secret without its end", shorter.to_owned()),
            ("a secret with something after it", format!("{secret}x")),
            ("a secret with something before it", format!("x{secret}")),
            ("the id", issued.key.id.to_string()),
        ] {
            let passed =
                matches!(self.provider.verify(&SecretKey::new(near)).await, Ok(Verification::Valid(_)));
            ensure!(!passed, "{what} is good");
        }
        Ok(())
    }

    pub(super) async fn verify_refuses_a_revoked_key(&self) -> Verdict {
        self.needs(Operation::Verify)?;
        self.needs(Operation::Revoke)?;
        let issued = self.create(self.new_key()).await?;
        self.revoke(&issued.key.id).await?;
        self.refused(&issued.secret, "a revoked key").await
    }

    pub(super) async fn verify_refuses_a_disabled_key(&self) -> Verdict {
        self.needs(Operation::Verify)?;
        self.needs_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.update(&issued.key.id, UpdateApiKey::new().enabled(false)).await?;
        self.refused(&issued.secret, "a disabled key").await
    }

    pub(super) async fn verify_refuses_a_deleted_key(&self) -> Verdict {
        self.needs(Operation::Verify)?;
        self.needs(Operation::Delete)?;
        let issued = self.create(self.new_key()).await?;
        self.delete(&issued.key.id).await?;
        self.refused(&issued.secret, "a deleted key").await
    }

    async fn refused(&self, secret: &SecretKey, what: &str) -> Verdict {
        match self.provider.verify(secret).await? {
            Verification::Valid(_) => Err(Stop::failed(format!("the secret of {what} is good"))),
            Verification::Invalid(InvalidReason::Expired | InvalidReason::QuotaExceeded) => {
                Err(Stop::failed(format!("the secret of {what} is refused for a reason that is not true")))
            }
            Verification::Invalid(_) => Ok(()),
        }
    }
}
