//! Tests of a program that manages API keys, without an account and without a network.
//!
//! `cargo test -p api-keys --example testing` runs the tests at the end of this file; `cargo run -p api-keys --example
//! testing` runs the program under test.
//!
//! - The **in-memory provider** suffices for the logic of the program. It is fast, and its clock can be set.
//! - An **emulator** has the limits and messages of a vendor, and gives access to the stored keys.
//! - A **wrapper** around either simulates failures. The conformance suite tests that it is still a valid provider.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use api_keys::memory::Memory;
use api_keys::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, IssuedKey, ListQuery, NewApiKey, Result, RevokeOptions,
    Timestamp,
};
use futures_util::TryStreamExt as _;

/// The program under test: keys for the machines of a customer.
struct Machines {
    keys: Arc<dyn ApiKeyProvider>,
    customer: String,
}

impl Machines {
    /// Creates a key for a month. After an unknown effect, revokes keys that may have been created and tries again.
    async fn enrol(&self, machine: &str) -> Result<IssuedKey> {
        let new = NewApiKey::new(machine).owner(&self.customer).expires_in(Duration::from_secs(30 * 86_400));
        let started = Timestamp::now();
        let failure = match self.keys.create(new.clone()).await {
            Err(error) if error.effect() == Effect::Unknown => error,
            outcome => return outcome,
        };
        // No other key has the name of the machine. If these calls fail too, the first error is the one to report.
        let Ok(orphans) = self.keys.orphans(&new, started).await else { return Err(failure) };
        for orphan in orphans {
            if self.keys.revoke(&orphan.id, RevokeOptions::new()).await.is_err() {
                return Err(failure);
            }
        }
        self.keys.create(new).await
    }

    /// Revokes every key of the customer, and returns their number.
    async fn leave(&self) -> Result<usize> {
        let query = ListQuery::new().owner(&self.customer);
        let keys: Vec<_> = self.keys.keys(query).try_collect().await?;
        for key in &keys {
            self.keys.revoke(&key.id, RevokeOptions::new()).await?;
        }
        Ok(keys.len())
    }
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn StdError>> {
    let machines = Machines { keys: Arc::new(Memory::new()), customer: "acme".to_owned() };
    let issued = machines.enrol("press-7").await?;
    println!("enrolled press-7 with {}", issued.key.id);
    println!("revoked {}", machines.leave().await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use api_keys::clerk::ClerkConfig;
    use api_keys::{
        ApiKey, Capabilities, Error, ErrorKind, KeyId, KeyStatus, Operation, Page, Revocation, RotateOptions,
        SecretKey, UpdateApiKey, Verification,
    };
    use api_keys_emulator::{Emulator, Vendor};
    use async_trait::async_trait;

    use super::*;

    const CUSTOMER: &str = "org_2abcdefghijklmnopqrstuvwxyz";

    fn machines(keys: impl ApiKeyProvider) -> Machines {
        Machines { keys: Arc::new(keys), customer: CUSTOMER.to_owned() }
    }

    #[tokio::test]
    async fn keys_expire_after_a_month() {
        let memory = Memory::builder().clock(|| Timestamp::UNIX_EPOCH).build().unwrap();
        let issued = machines(memory).enrol("press-7").await.unwrap();
        let month = Timestamp::UNIX_EPOCH.checked_add(Duration::from_secs(30 * 86_400)).unwrap();
        assert_eq!(issued.key.expiry.at(), Some(month));
    }

    #[tokio::test]
    async fn leaving_revokes_every_key() {
        let emulator = Emulator::start(Vendor::Clerk).await.unwrap();
        let clerk = ClerkConfig::new(emulator.token().clone()).base_url(emulator.base_url());
        let machines = machines(clerk.build().unwrap());
        let issued = machines.enrol("press-7").await.unwrap();

        assert_eq!(machines.leave().await.unwrap(), 1);

        let key = emulator.store().get(&issued.key.id).await.unwrap();
        assert_eq!(key.status, KeyStatus::Revoked);
        assert!(matches!(emulator.store().verify(&issued.secret).await.unwrap(), Verification::Invalid(_)));
    }

    #[tokio::test]
    async fn rejected_key_is_not_created() {
        let emulator = Emulator::builder(Vendor::Clerk).max_active(1).start().await.unwrap();
        let clerk = ClerkConfig::new(emulator.token().clone()).base_url(emulator.base_url());
        let machines = machines(clerk.build().unwrap());
        let _first = machines.enrol("press-7").await.unwrap();

        let error = machines.enrol("press-8").await.unwrap_err();

        assert_eq!((error.kind(), error.effect()), (ErrorKind::LimitReached, Effect::NotApplied));
    }

    #[tokio::test]
    async fn lost_key_is_revoked_and_created_again() {
        let memory = Memory::new();
        let machines = machines(LostResponse { keys: memory.clone(), lost: AtomicBool::new(false) });

        let issued = machines.enrol("press-7").await.unwrap();

        let active: Vec<_> = memory.keys(ListQuery::new()).try_collect().await.unwrap();
        assert_eq!(active.iter().map(|key| &key.id).collect::<Vec<_>>(), [&issued.key.id]);
        let all: Vec<_> = memory.keys(ListQuery::new().include_inactive(true)).try_collect().await.unwrap();
        assert_eq!(all.len(), 2);
    }

    #[tokio::test]
    async fn wrapper_passes_the_conformance_suite() {
        let wrapper = LostResponse { keys: Memory::new(), lost: AtomicBool::new(true) };
        api_keys_conformance::run(&wrapper, api_keys_conformance::Options::new()).await.assert_passed();
    }

    /// Creates the first key and loses the response, like a broken connection.
    #[derive(Debug)]
    struct LostResponse {
        keys: Memory,
        lost: AtomicBool,
    }

    #[async_trait]
    impl ApiKeyProvider for LostResponse {
        fn vendor(&self) -> &'static str {
            self.keys.vendor()
        }

        fn capabilities(&self) -> Capabilities {
            self.keys.capabilities()
        }

        async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
            let issued = self.keys.create(new).await?;
            if self.lost.swap(true, Ordering::SeqCst) {
                return Ok(issued);
            }
            Err(Error::new(ErrorKind::Timeout, self.vendor(), Operation::Create).with_effect(Effect::Unknown))
        }

        async fn get(&self, id: &KeyId) -> Result<ApiKey> {
            self.keys.get(id).await
        }

        async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
            self.keys.list(query).await
        }

        async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
            self.keys.update(id, changes).await
        }

        async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
            self.keys.revoke(id, options).await
        }

        async fn delete(&self, id: &KeyId) -> Result<()> {
            self.keys.delete(id).await
        }

        async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
            self.keys.rotate(id, options).await
        }

        async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
            self.keys.reveal(id).await
        }

        async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
            self.keys.verify(secret).await
        }
    }
}
