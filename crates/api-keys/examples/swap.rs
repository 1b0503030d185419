//! Swapping vendors by configuration: one function for all emulated vendors, each configured by a TOML file.
//!
//! `cargo run -p api-keys --example swap` uses local emulators. With the path of a configuration file as its argument,
//! or with the environment variables `API_KEYS_VENDOR`, `API_KEYS_TOKEN` and so on, it uses that vendor. For vendors
//! that require an owner, `OWNER` sets it.
//!
//! ```toml
//! vendor = "better-auth"
//! base_url = "https://app.example.com"
//! token = { env = "SESSION_TOKEN" }
//!
//! [http]
//! timeout = 20
//! ```

use std::env;
use std::error::Error;
use std::time::Duration;

use api_keys::{
    ApiKeyProvider, ApiKeyProviderExt as _, Field, NewApiKey, Operation, ProviderConfig, Result,
    RevokeOptions, RotationOptions, Timestamp,
};
use api_keys_emulator::{Emulator, Vendor};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = match env::args_os().nth(1) {
        Some(path) => ProviderConfig::from_file(path)?,
        None if env::var_os("API_KEYS_VENDOR").is_some() => ProviderConfig::from_env("API_KEYS")?,
        None => return every_vendor().await,
    };
    Ok(create_renew_revoke(&*config.build()?).await?)
}

/// The application. It names no vendor, and handles differences by `capabilities()`.
async fn create_renew_revoke(provider: &dyn ApiKeyProvider) -> Result<()> {
    // Check the required operations at startup.
    provider.require(&[Operation::Create, Operation::List, Operation::Revoke])?;
    let capabilities = provider.capabilities();

    let mut new = NewApiKey::new("example");
    if capabilities.owner_required {
        new = new.owner(env::var("OWNER").unwrap_or_else(|_| "user_2abcdefghijklmnopqrstuvwxyz".to_owned()));
    }
    // The expiration is optional here. If it were required, an unsupported field would be an error of `create`.
    if capabilities.create_fields.contains(Field::Expiry) {
        new = new.expires_in(Duration::from_secs(30 * 86_400));
    }
    let expires = new.fields().contains(Field::Expiry);

    let issued = provider.create(new).await?;
    let mut rotation =
        provider.plan_rotation(&issued.key.id, RotationOptions::new(), Timestamp::now()).await?;
    let renewed = rotation.issue(provider, Timestamp::now()).await?;
    // An application deploys the new secret here, and saves the rotation after every step.
    rotation.mark_delivered(Timestamp::now());
    rotation.finish(provider, Timestamp::now()).await?;
    let method = rotation.method.as_str();
    let revocation = provider.revoke(&renewed.key.id, RevokeOptions::new()).await?;
    println!(
        "{:<12} created (expiry: {expires}), rotated ({method}), revoked (record {:?})",
        provider.vendor(),
        revocation.record
    );
    Ok(())
}

/// Writes a configuration file for an emulator of each vendor, and runs the application with it.
async fn every_vendor() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let (token, file) = (directory.path().join("token"), directory.path().join("keys.toml"));
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await?;
        // The configuration file does not contain the credential.
        std::fs::write(&token, emulator.token().expose())?;
        let base_url = emulator.base_url();
        let text = format!(
            "vendor = \"{vendor}\"\nbase_url = \"{base_url}\"\ntoken = {{ file = {token:?} }}\n\n[http]\ntimeout = 20\n",
        );
        std::fs::write(&file, text)?;
        create_renew_revoke(&*ProviderConfig::from_file(&file)?.build()?).await?;
    }
    Ok(())
}
