//! Moving from one vendor to another: a new key at B for each key at A, the secrets handed over, the old keys revoked.
//!
//! `cargo run -p api-keys --example migrate` moves keys between emulators on this machine. Against real vendors, it
//! takes these environment variables:
//!
//! | | |
//! |---|---|
//! | `FROM_VENDOR`, `FROM_TOKEN`, … | the vendor to leave, as `ProviderConfig::from_env` reads it |
//! | `TO_VENDOR`, `TO_TOKEN`, … | the vendor to go to |
//! | `OLD_OWNER`, `NEW_OWNER` | whose keys they are here, and whose they shall be there, if the vendors ask |
//! | `SECRETS` | the directory that the secrets are put into, a file for each key; it stays until all is done |
//! | `LEAVE_BEHIND` | fields that need not be carried over, such as `type,created_by` on the way from Clerk |
//!
//! Without an argument, it mints what is missing at B and hands the secrets over. When everybody reads the new ones,
//! `-- revoke` revokes the old ones. Either step can be repeated after an interruption, and goes on where it stopped.

use std::env;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use api_keys::better_auth::BetterAuthConfig;
use api_keys::clerk::ClerkConfig;
use api_keys::latitude_sh::LatitudeShConfig;
use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Expiry, Field, KeyExpiry, ListQuery, NewApiKey,
    ProviderConfig, RevokeOptions, SecretKey, Timestamp,
};
use api_keys_emulator::{Emulator, Vendor};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

struct Migration<'a> {
    from: &'a dyn ApiKeyProvider,
    from_owner: Option<String>,
    to: &'a dyn ApiKeyProvider,
    to_owner: Option<String>,
    /// Fields that may get lost. The others must be carried over, or nothing is.
    leave_behind: Vec<String>,
    secrets: PathBuf,
}

/// A key at A, and what shall become of it at B.
struct Move {
    old: ApiKey,
    new: NewApiKey,
}

impl Migration<'_> {
    /// What there is to do. Whatever cannot be carried over is found here, before anything is changed.
    async fn plan(&self) -> Outcome<Vec<Move>> {
        let old: Vec<_> = self.from.keys(query(self.from, &self.from_owner)).try_collect().await?;
        let there: Vec<_> = self.to.keys(query(self.to, &self.to_owner)).try_collect().await?;
        let (mut moves, mut refused) = (Vec::<Move>::new(), Vec::new());
        for old in old {
            match self.carried(&old, &there, &moves) {
                Ok(new) => moves.push(Move { old, new }),
                Err(why) => {
                    refused.push(format!("{}: {why}", old.name.as_deref().unwrap_or(old.id.as_str())))
                }
            }
        }
        if refused.is_empty() { Ok(moves) } else { Err(refused.join("\n").into()) }
    }

    fn carried(&self, old: &ApiKey, there: &[ApiKey], moves: &[Move]) -> Outcome<NewApiKey> {
        // The name is what finds a key again after an interruption, and names the file of its secret.
        let name = old.name.as_deref().ok_or("it has no name")?;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err("its name cannot be the name of a file".into());
        }
        if moves.iter().any(|other| other.new.name.eq_ignore_ascii_case(name)) {
            return Err("another key has the same name".into());
        }
        let began = self.delivered(name) || self.begun(name).exists();
        if !began && there.iter().any(|key| key.name.as_deref() == Some(name)) {
            return Err("there is a key of this name already".into());
        }

        let capabilities = self.to.capabilities();
        let carries = |field: &str| !self.leave_behind.iter().any(|left| left == field);
        let mut new = NewApiKey::new(name);
        new.owner.clone_from(&self.to_owner);
        new.description = old.description.clone().filter(|_| carries("description"));
        new.scopes = old.scopes.clone().filter(|_| carries("scopes"));
        new.metadata = old.metadata.clone().filter(|_| carries("metadata"));
        new.expiry = match old.expiry {
            KeyExpiry::At(end) if carries("expiry") => Expiry::At(end),
            // Where an end cannot be set, there is none.
            KeyExpiry::Never if capabilities.create_fields.contains(Field::Expiry) => Expiry::Never,
            _ => Expiry::VendorDefault,
        };
        // Vendor-specific fields that can be set, such as Latitude.sh's `allowed_ips`, may be limits: without them
        // the new key could do more than the old one.
        for field in self.from.capabilities().create_extra.iter().filter(|field| carries(field)) {
            let set = old.extra.get(*field).filter(|value| !is_unset(value));
            new.extra.extend(set.map(|value| ((*field).to_owned(), value.clone())));
        }
        // B says which of these it cannot honour.
        capabilities.validate_create(self.to.vendor(), &new)?;
        Ok(new)
    }

    /// Mints what is missing and hands it over.
    async fn mint(&self) -> Outcome {
        for Move { old, new } in self.plan().await? {
            let name = new.name.clone();
            if self.delivered(&name) {
                remove(&self.begun(&name))?;
                println!("{name}: handed over before");
                continue;
            }
            // An earlier run may have come to its end between the mint and the hand-over. What it minted since it
            // noted its beginning is nobody's: its secret is lost.
            if let Ok(noted) = fs::read_to_string(self.begun(&name)) {
                for orphan in self.to.orphans(&new, noted.parse()?).await? {
                    self.to.revoke(&orphan.id, RevokeOptions::new()).await?;
                    println!("{name}: revoked {}, minted by a run that was interrupted", orphan.id);
                }
            } else {
                fs::write(self.begun(&name), Timestamp::now().to_string())?;
            }
            let issued = self.to.create(new).await?;
            self.deliver(&name, &issued.secret)?;
            remove(&self.begun(&name))?;
            println!("{name}: {} -> {}", old.id, issued.key.id);
        }
        Ok(())
    }

    /// Revokes at A what has been handed over at B.
    async fn revoke_old(&self) -> Outcome {
        let keys: Vec<_> = self.from.keys(query(self.from, &self.from_owner)).try_collect().await?;
        for key in keys {
            match &key.name {
                Some(name) if self.delivered(name) => {
                    self.from.revoke(&key.id, RevokeOptions::new()).await?;
                    println!("{name}: {} revoked at {}", key.id, self.from.vendor());
                }
                _ => println!("{}: not handed over, so it stays", key.id),
            }
        }
        Ok(())
    }

    fn begun(&self, name: &str) -> PathBuf {
        self.secrets.join(format!("{name}.begun"))
    }

    fn delivered(&self, name: &str) -> bool {
        self.secrets.join(name).exists()
    }

    /// Hands a secret over. A password manager would do as well.
    fn deliver(&self, name: &str, secret: &SecretKey) -> std::io::Result<()> {
        let path = self.secrets.join(name);
        let part = self.secrets.join(format!("{name}.part"));
        let mut file = private(&part)?;
        file.write_all(secret.expose().as_bytes())?;
        file.sync_all()?;
        // Whoever sees the file sees all of it.
        fs::rename(part, path)
    }
}

/// A new file that only its owner may read.
fn private(path: &Path) -> std::io::Result<fs::File> {
    remove(path)?;
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn query(provider: &dyn ApiKeyProvider, owner: &Option<String>) -> ListQuery {
    let mut query = ListQuery::new();
    if provider.capabilities().list_fields.contains(Field::Owner) {
        query.owner.clone_from(owner);
    }
    query
}

fn is_unset(value: &Value) -> bool {
    value.is_null() || *value == json!(false) || value.as_array().is_some_and(Vec::is_empty)
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match env::var_os("FROM_VENDOR") {
        None => on_this_machine().await,
        Some(_) => between_vendors().await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `Display`: one line for people. What `main` returns is shown by `Debug`.
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn between_vendors() -> Outcome {
    let from = ProviderConfig::from_env("FROM")?.build()?;
    let to = ProviderConfig::from_env("TO")?.build()?;
    let secrets = PathBuf::from(env::var_os("SECRETS").ok_or("SECRETS names no directory")?);
    let migration = Migration {
        from: &*from,
        from_owner: env::var("OLD_OWNER").ok(),
        to: &*to,
        to_owner: env::var("NEW_OWNER").ok(),
        leave_behind: env::var("LEAVE_BEHIND").unwrap_or_default().split(',').map(str::to_owned).collect(),
        secrets,
    };
    match env::args().nth(1).as_deref() {
        None => migration.mint().await,
        Some("revoke") => migration.revoke_old().await,
        Some(other) => Err(format!("there is no step `{other}`").into()),
    }
}

/// From better-auth to Clerk, with an interruption; and an attempt to go to Latitude.sh.
async fn on_this_machine() -> Outcome {
    let emulators = [
        Emulator::start(Vendor::BetterAuth).await?,
        Emulator::start(Vendor::Clerk).await?,
        Emulator::start(Vendor::LatitudeSh).await?,
    ];
    let [better_auth, clerk, latitude] = &emulators;
    let from = BetterAuthConfig::new(better_auth.base_url(), better_auth.token().clone()).build()?;
    let to = ClerkConfig::new(clerk.token().clone()).base_url(clerk.base_url()).build()?;
    let elsewhere = LatitudeShConfig::new(latitude.token().clone()).base_url(latitude.base_url()).build()?;

    for new in [
        NewApiKey::new("deploy").expires_in(Duration::from_secs(90 * 86_400)),
        NewApiKey::new("reports").metadata(json!({ "team": "finance" })),
        NewApiKey::new("backup"),
    ] {
        from.create(new).await.map(drop)?;
    }

    let directory = tempfile::tempdir()?;
    let migration = Migration {
        from: &from,
        from_owner: None,
        to: &elsewhere,
        to_owner: None,
        leave_behind: Vec::new(),
        secrets: directory.path().to_owned(),
    };
    println!("== to Latitude.sh");
    match migration.mint().await {
        Ok(()) => return Err("not everything can be moved there".into()),
        Err(refused) => println!("{refused}"),
    }
    let minted = latitude.store().keys(ListQuery::new()).try_collect::<Vec<_>>().await?.len();
    println!("{minted} keys were minted");

    println!("== to Clerk");
    let owner = "user_2abcdefghijklmnopqrstuvwxyz";
    let migration = Migration { to: &to, to_owner: Some(owner.to_owned()), ..migration };
    // An earlier run minted a key and was killed before it had handed the secret over.
    let plan = migration.plan().await?;
    let interrupted = plan.into_iter().next().ok_or("there is a key to move")?;
    fs::write(migration.begun(&interrupted.new.name), Timestamp::now().to_string())?;
    to.create(interrupted.new).await.map(drop)?;
    migration.mint().await?;

    println!("== once more");
    migration.mint().await?;
    println!("== revoke");
    migration.revoke_old().await?;

    let left = from.keys(ListQuery::new()).try_collect::<Vec<_>>().await?.len();
    let there = to.keys(ListQuery::new().owner(owner)).try_collect::<Vec<_>>().await?;
    println!("== {left} keys at {}, {} at {}", from.vendor(), there.len(), to.vendor());
    Ok(())
}
