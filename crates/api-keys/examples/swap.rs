//! Swapping vendors by configuration: the same function over five vendors, each from a TOML file of its own.
//!
//! `cargo run -p api-keys --example swap` runs against emulators on this machine. With the path of a configuration
//! file as its argument, or with the environment variables `API_KEYS_VENDOR`, `API_KEYS_TOKEN` and so on, it runs
//! against that vendor. A vendor that needs an owner takes it from `OWNER`.
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
    RevokeOptions, RotateOptions,
};
use api_keys_emulator::{Emulator, Vendor};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let configured = match env::args_os().nth(1) {
        Some(path) => Some(ProviderConfig::from_file(path)?),
        None if env::var_os("API_KEYS_VENDOR").is_some() => Some(ProviderConfig::from_env("API_KEYS")?),
        None => None,
    };
    match configured {
        Some(config) => issue_renew_revoke(&*config.build()?).await?,
        None => every_vendor().await?,
    }
    Ok(())
}

/// The application. It names no vendor; where vendors differ, it asks `capabilities()`.
async fn issue_renew_revoke(provider: &dyn ApiKeyProvider) -> Result<()> {
    // What the application cannot do without, it asks for at start-up.
    provider.require(&[Operation::Create, Operation::List, Operation::Revoke])?;
    let capabilities = provider.capabilities();

    let mut new = NewApiKey::new("example");
    if capabilities.owner_required {
        new = new.owner(env::var("OWNER").unwrap_or_else(|_| "user_2abcdefghijklmnopqrstuvwxyz".to_owned()));
    }
    // An end is welcome but not needed here. An application that needs one sets it and lets the create be refused.
    if capabilities.create_fields.contains(Field::Expiry) {
        new = new.expires_in(Duration::from_secs(30 * 86_400));
    }
    let expires = new.fields().contains(Field::Expiry);

    let issued = provider.create(new.clone()).await?;
    let (renewed, how) = if provider.supports(Operation::Rotate) {
        (provider.rotate(&issued.key.id, RotateOptions::new()).await?, "rotated")
    } else {
        // Two steps: the new secret is put in its place before the old one dies.
        let replacement = provider.replace(&issued.key.id, new).await?;
        let (renewed, _) = replacement.revoke_old(provider).await.map_err(|error| error.source)?;
        (renewed, "replaced")
    };
    let revocation = provider.revoke(&renewed.key.id, RevokeOptions::new()).await?;
    println!(
        "{:<12} issued (expiry: {expires}), {how}, revoked (record {:?})",
        provider.vendor(),
        revocation.record
    );
    Ok(())
}

/// Writes a configuration file for an emulator of each vendor, and starts the application with it.
async fn every_vendor() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    for vendor in Vendor::ALL {
        let emulator = Emulator::start(vendor).await?;
        // The credential stays out of the configuration file.
        let token = directory.path().join("token");
        std::fs::write(&token, emulator.token().expose())?;
        let file = directory.path().join("keys.toml");
        let text = format!(
            "vendor = \"{vendor}\"\nbase_url = \"{}\"\ntoken = {{ file = {token:?} }}\n\n[http]\ntimeout = 20\n",
            emulator.base_url()
        );
        std::fs::write(&file, text)?;

        let provider = ProviderConfig::from_file(&file)?.build()?;
        issue_renew_revoke(&*provider).await?;
    }
    Ok(())
}
