//! The providers that the demo runs on.

use std::env;
use std::io;
use std::sync::Arc;

use api_keys::memory::Memory;
use api_keys::{ApiKeyProvider, Field, ProviderConfig, SecretKey};
use api_keys_emulator::{Emulator, Vendor};
use serde_json::json;

use crate::cli::DemoArgs;
use crate::failure::Failure;

/// A subject as Clerk writes them; the emulated instance knows any.
const CLERK_USER: &str = "user_2demoDemoDemoDemoDemoDemo01";

const TOKEN_VARIABLE: &str = "API_KEYS_TOKEN";

/// One provider, ready to be called.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) provider: Arc<dyn ApiKeyProvider>,
    pub(super) owner: Option<String>,
    /// Runs as long as the target is there.
    _emulator: Option<Emulator>,
}

impl Target {
    /// Every emulated vendor, and the embedded provider.
    pub(super) async fn all() -> Result<Vec<Self>, Failure> {
        let mut targets = Vec::new();
        for vendor in Vendor::ALL.iter().copied() {
            targets.push(Self::emulated(vendor).await?);
        }
        let memory = Memory::builder().retain_secrets(true).build();
        let memory = memory
            .map_err(|error| Failure::new("the embedded provider cannot be set up").caused_by(&error))?;
        targets.push(Self { provider: Arc::new(memory), owner: None, _emulator: None });
        Ok(targets)
    }

    async fn emulated(vendor: Vendor) -> Result<Self, Failure> {
        let emulator = Emulator::start(vendor).await.map_err(|error| {
            Failure::new(format!("the emulated {vendor} cannot be started on 127.0.0.1"))
                .caused_by(&error)
                .help("let this process open loopback ports")
        })?;
        let provider = connect(vendor, emulator.token(), Some(emulator.base_url()))?;
        let owner = (vendor == Vendor::Clerk).then(|| CLERK_USER.to_owned());
        Ok(Self { provider, owner, _emulator: Some(emulator) })
    }

    /// One real server.
    pub(super) fn server(vendor: Vendor, args: DemoArgs) -> Result<Self, Failure> {
        let provider = connect(vendor, &token(args.token)?, args.base_url.as_deref())?;
        let capabilities = provider.capabilities();
        match &args.owner {
            None if capabilities.owner_required => {
                Err(Failure::new(format!("{vendor} needs to know whose keys"))
                    .help("name a user or an organization with --owner"))
            }
            Some(_) if !capabilities.create_fields.contains(Field::Owner) => {
                Err(Failure::new(format!("{vendor} keys cannot be given an owner"))
                    .help("leave --owner away"))
            }
            _ => Ok(Self { provider, owner: args.owner, _emulator: None }),
        }
    }
}

fn connect(
    vendor: Vendor,
    token: &SecretKey,
    base_url: Option<&str>,
) -> Result<Arc<dyn ApiKeyProvider>, Failure> {
    let mut config = json!({ "vendor": vendor.as_str(), "token": token.expose() });
    if let Some(base_url) = base_url {
        config["base_url"] = base_url.into();
    }
    ProviderConfig::from_value(config).and_then(ProviderConfig::build).map_err(|error| {
        Failure::new(format!("the {vendor} provider cannot be set up"))
            .caused_by(&error)
            .help("check --base-url and the token")
    })
}

/// The token as it was given, from the standard input, or from the environment.
fn token(given: Option<SecretKey>) -> Result<SecretKey, Failure> {
    let token = match given {
        Some(token) if token.expose() == "-" => {
            let line = io::stdin().lines().next().transpose();
            let line = line.map_err(|error| Failure::new("the token cannot be read").caused_by(&error))?;
            SecretKey::new(line.unwrap_or_default())
        }
        Some(token) => token,
        // Not `env::var`'s own error, which would print a value that is not Unicode.
        None => SecretKey::new(env::var(TOKEN_VARIABLE).unwrap_or_default()),
    };
    if token.expose().is_empty() {
        return Err(Failure::new("there is no token")
            .help(format!("set {TOKEN_VARIABLE}, or pipe the token in with `--token -`")));
    }
    Ok(token)
}
