//! Lifecycle of a key at one vendor: create a key for a user of a Clerk instance, list, verify and revoke it.
//!
//! `cargo run -p api-keys --example one_vendor` uses a local emulator. With `CLERK_SECRET_KEY` set to the secret key of
//! an instance and `CLERK_USER` to the id of one of its users, it uses Clerk.

use std::env;
use std::time::Duration;

use api_keys::clerk::ClerkConfig;
use api_keys::{
    ApiKeyProvider as _, ApiKeyProviderExt as _, ListQuery, NewApiKey, RevokeOptions, SecretSource,
    Verification,
};
use api_keys_emulator::{Emulator, Vendor};
use futures_util::TryStreamExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Dropping the emulator stops it.
    let emulator = Emulator::start(Vendor::Clerk).await?;
    let (config, owner) = match env::var("CLERK_USER") {
        Ok(user) => (ClerkConfig::new(SecretSource::env("CLERK_SECRET_KEY")), user),
        Err(_) => {
            let config = ClerkConfig::new(emulator.token().clone()).base_url(emulator.base_url());
            (config, "user_2abcdefghijklmnopqrstuvwxyz".to_owned())
        }
    };
    let clerk = config.build()?;

    let new = NewApiKey::new("example")
        .owner(&owner)
        .scopes(["reports:read"])
        .expires_in(Duration::from_secs(30 * 86_400));
    let issued = clerk.create(new).await?;
    // An application stores `issued.secret` now, before anything else can fail, and never prints it.
    println!("created  {} for {owner}", issued.key.id);

    let keys: Vec<_> = clerk.keys(ListQuery::new().owner(&owner)).try_collect().await?;
    println!("listed   {} of the user's keys", keys.len());

    if let Verification::Valid(key) = clerk.verify(&issued.secret).await? {
        println!("verified scopes {:?}, status {}", key.scopes.unwrap_or_default(), key.status);
    }

    let revocation = clerk.revoke(&issued.key.id, RevokeOptions::new().reason("end of the example")).await?;
    println!("revoked  record {:?}, reversible: {}", revocation.record, revocation.reversible);

    if let Verification::Invalid(reason) = clerk.verify(&issued.secret).await? {
        println!("verified invalid: {reason}");
    }
    Ok(())
}
