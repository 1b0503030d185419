//! When new keys end.

use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, ErrorKind, Expiry, Field, KeyExpiry, KeyStatus,
    Operation, Timestamp,
};

use crate::compare::apart;
use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

/// Clocks differ, and requests take their time.
pub(super) const SLACK: Duration = Duration::from_secs(60);

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn create_honours_an_expiry_after_a_span(&self) -> Verdict {
        self.ends(Expiry::In(self.span()), Duration::ZERO).await
    }

    pub(super) async fn create_honours_an_expiry_at_a_time(&self) -> Verdict {
        // Vendors that count spans are sent a span that has become a little shorter, and may round that down.
        let cut = self.options.min_expiry.unwrap_or_default();
        self.ends(Expiry::At(Timestamp::now().checked_add(self.span()).unwrap_or(Timestamp::MAX)), cut).await
    }

    pub(super) async fn create_rounds_an_expiry_down(&self) -> Verdict {
        self.ends(Expiry::In(self.span() + self.unit() / 2), self.unit()).await
    }

    /// A key must not live longer than asked, and no shorter than by the cut.
    async fn ends(&self, asked: Expiry, cut: Duration) -> Verdict {
        self.needs_field(Operation::Create, Field::Expiry)?;
        let issued = self.create(self.new_key().expiry(asked)).await?;
        let keys = self.told(issued).await?;
        let asked = match asked {
            Expiry::At(time) => time,
            // Both times come from the vendor's clock.
            _ => after(self.started(&keys[1]), asked.lifetime(Timestamp::MIN).unwrap_or_default()),
        };
        ends_at(asked, cut, &keys)
    }

    /// When a key was created.
    pub(super) fn started(&self, key: &ApiKey) -> Timestamp {
        key.created_at.filter(|_| self.capabilities.created_at_reliable).unwrap_or_else(Timestamp::now)
    }

    pub(super) async fn create_honours_no_expiry_or_refuses_it(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Expiry)?;
        let what = "a key that never ends";
        match self.try_create(self.new_key().expiry(Expiry::Never)).await {
            Ok(issued) => {
                let keys = self.told(issued).await?;
                ensure!(
                    keys.iter().all(|key| key.expiry.at().is_none()),
                    "{what} was asked for, and it ends"
                );
                let told = keys.iter().any(|key| key.expiry == KeyExpiry::Never);
                ensure!(told, "{what} was asked for, and no reading tells that it is one");
                Ok(())
            }
            refused => {
                let error = self.fails(what, Operation::Create, ErrorKind::UnsupportedField, refused)?;
                ensure!(error.attempts() == 0, "{what} was refused, but only after a request");
                Ok(())
            }
        }
    }

    pub(super) async fn create_leaves_an_unsaid_expiry_to_the_vendor(&self) -> Verdict {
        let issued = self.create(self.new_key().expiry(Expiry::VendorDefault)).await?;
        for key in self.told(issued).await? {
            ensure!(!key.status.is_inactive(), "without an expiry, a new key is {}", key.status);
            let born_dead = key.expiry.is_past(self.started(&key));
            ensure!(!born_dead, "without an expiry, a new key is past its end");
        }
        Ok(())
    }

    pub(super) async fn create_refuses_an_expiry_below_the_smallest(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Expiry)?;
        let Some(least) = self.options.min_expiry else {
            return Err(Stop::skipped("needs `Options::min_expiry`"));
        };
        let result = self.try_create(self.new_key().expires_in(least / 2)).await;
        self.fails("half of the smallest expiry", Operation::Create, ErrorKind::InvalidInput, result)?;
        Ok(())
    }

    pub(super) async fn create_with_a_past_expiry_is_refused_or_mints_a_dead_key(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Expiry)?;
        let what = "an expiry that is past";
        match self.try_create(self.new_key().expiry(Expiry::At(Timestamp::UNIX_EPOCH))).await {
            Ok(issued) => {
                ensure!(issued.key.status != KeyStatus::Active, "{what} mints an active key");
                match self.is_live(&issued.secret).await {
                    Ok(live) => ensure!(!live, "{what} mints a good secret"),
                    Err(Stop::Skipped { .. }) => {}
                    Err(failed) => return Err(failed),
                }
                Ok(())
            }
            refused => self.fails(what, Operation::Create, ErrorKind::InvalidInput, refused).map(|_| ()),
        }
    }

    pub(super) async fn an_expired_key_is_dead(&self) -> Verdict {
        self.needs_field(Operation::Create, Field::Expiry)?;
        let Some(wait) = &self.options.wait else { return Err(Stop::skipped("needs `Options::wait`")) };
        let span = self.options.min_expiry.unwrap_or(Duration::from_secs(1));
        let issued = self.create(self.new_key().expires_in(span)).await?;
        wait(span + Duration::from_millis(100)).await;

        if self.provider.supports(Operation::Get) {
            // Some vendors remove what is expired.
            if let Some(key) = self.provider.find(&issued.key.id).await? {
                ensure!(key.status != KeyStatus::Active, "an expired key is {}", key.status);
            }
        }
        if self.provider.supports(Operation::List) {
            let listed = self.list(self.query()).await?;
            ensure!(listed.iter().all(|key| key.id != issued.key.id), "an expired key is listed as active");
        }
        ensure!(!self.is_live(&issued.secret).await?, "an expired secret authenticates");
        Ok(())
    }
}

/// The end that is told must be the one that was asked for, and at least one reading must tell it.
pub(super) fn ends_at(asked: Timestamp, cut: Duration, told: &[ApiKey]) -> Verdict {
    for key in told {
        let Some(end) = key.expiry.at() else {
            ensure!(key.expiry == KeyExpiry::Unknown, "an expiry was asked for, and the key never ends");
            continue;
        };
        let off = apart(end, asked);
        ensure!(end <= asked || off <= SLACK, "the key ends {off:?} later than asked");
        ensure!(end >= asked || off <= cut + SLACK, "the key ends {off:?} earlier than asked");
    }
    ensure!(
        told.iter().any(|key| key.expiry.at().is_some()),
        "an expiry was asked for, and no reading tells it"
    );
    Ok(())
}

pub(super) fn after(time: Timestamp, span: Duration) -> Timestamp {
    time.checked_add(span).unwrap_or(Timestamp::MAX)
}
