//! Migration of keys from one vendor to another: creates a new key for each old one, stores the secrets, and revokes
//! the old keys.
//!
//! `cargo run -p api-keys --example migrate` uses local emulators. For real vendors, set these environment variables:
//!
//! | | |
//! |---|---|
//! | `FROM_VENDOR`, `FROM_TOKEN`, … | source, as in `ProviderConfig::from_env` |
//! | `TO_VENDOR`, `TO_TOKEN`, … | target |
//! | `OLD_OWNER`, `NEW_OWNER` | owner of the keys at the source and at the target, if required |
//! | `SECRETS` | directory for the secrets, a file per key; it stays until the migration is complete |
//! | `LEAVE_BEHIND` | fields that can be dropped, such as `type,created_by` from Clerk |
//!
//! Without an argument, it creates the missing keys and stores their secrets. Once all users have switched, `-- revoke`
//! revokes the old keys. Both steps resume after an interruption.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use api_keys::better_auth::BetterAuthConfig;
use api_keys::clerk::ClerkConfig;
use api_keys::latitude_sh::LatitudeShConfig;
use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Expiry, Field, Json, KeyExpiry, ListQuery, NewApiKey,
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
    /// Fields that can be dropped. Others that the target does not support are errors.
    dropped: Vec<String>,
    secrets: PathBuf,
}

/// A key at the source, and its replacement at the target.
struct Move {
    old: ApiKey,
    new: NewApiKey,
}

impl Migration<'_> {
    /// Plans the migration. Keys that cannot be migrated are detected before anything is changed.
    async fn plan(&self) -> Outcome<Vec<Move>> {
        let old: Vec<_> = self.from.keys(query(self.from, &self.from_owner)).try_collect().await?;
        let existing: Vec<_> = self.to.keys(query(self.to, &self.to_owner)).try_collect().await?;
        let (mut moves, mut rejected) = (Vec::<Move>::new(), Vec::new());
        for old in old {
            match self.replacement(&old, &existing, &moves) {
                Ok(new) => moves.push(Move { old, new }),
                Err(error) => {
                    rejected.push(format!("{}: {error}", old.name.as_deref().unwrap_or(old.id.as_str())))
                }
            }
        }
        if rejected.is_empty() { Ok(moves) } else { Err(rejected.join("\n").into()) }
    }

    fn replacement(&self, old: &ApiKey, existing: &[ApiKey], moves: &[Move]) -> Outcome<NewApiKey> {
        // The name identifies a key after an interruption, and the file of its secret.
        let name = old.name.as_deref().ok_or("it has no name")?;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err("its name cannot be a file name".into());
        }
        if moves.iter().any(|other| other.new.name.eq_ignore_ascii_case(name)) {
            return Err("another key has the same name".into());
        }
        let began = self.is_stored(name) || self.started(name).exists();
        if !began && existing.iter().any(|key| key.name.as_deref() == Some(name)) {
            return Err("a key with this name exists".into());
        }

        let capabilities = self.to.capabilities();
        let is_kept = |field: &str| !self.dropped.iter().any(|dropped| dropped == field);
        let mut new = NewApiKey::new(name);
        new.owner.clone_from(&self.to_owner);
        new.description = old.description.clone().filter(|_| is_kept("description"));
        new.scopes = old.scopes.clone().filter(|_| is_kept("scopes"));
        new.metadata = old.metadata.as_ref().filter(|_| is_kept("metadata")).map(Json::value).transpose()?;
        new.expiry = match old.expiry {
            KeyExpiry::At(time) if is_kept("expiry") => Expiry::At(time),
            // Without expirations, keys never expire.
            KeyExpiry::Never if capabilities.create_fields.contains(Field::Expiry) => Expiry::Never,
            _ => Expiry::VendorDefault,
        };
        // Vendor-specific fields that can be set, such as Latitude.sh's `allowed_ips`, may restrict a key. Without
        // them, the new key would have more permissions.
        for field in self.from.capabilities().create_extra.iter().filter(|field| is_kept(field)) {
            let set = old.extra.get(field).filter(|value| !is_unset(value));
            new.extra.extend(set.map(|value| ((*field).to_owned(), value.clone())));
        }
        // Reports fields that the target does not support.
        capabilities.validate_create(self.to.vendor(), &new)?;
        Ok(new)
    }

    /// Creates the missing keys and stores their secrets.
    async fn create(&self) -> Outcome {
        for Move { old, new } in self.plan().await? {
            let name = new.name.clone();
            if self.is_stored(&name) {
                remove(&self.started(&name))?;
                println!("{name}: stored before");
                continue;
            }
            // An earlier run may have been interrupted before it stored a secret. The keys that it created since its
            // recorded start are orphaned.
            if let Ok(start) = fs::read_to_string(self.started(&name)) {
                for orphan in self.to.orphans(&new, start.parse()?).await? {
                    self.to.revoke(&orphan.id, RevokeOptions::new()).await?;
                    println!("{name}: revoked {}, created by an interrupted run", orphan.id);
                }
            } else {
                fs::write(self.started(&name), Timestamp::now().to_string())?;
            }
            let issued = self.to.create(new).await?;
            self.store(&name, &issued.secret)?;
            remove(&self.started(&name))?;
            println!("{name}: {} -> {}", old.id, issued.key.id);
        }
        Ok(())
    }

    /// Revokes the old keys whose replacements are stored.
    async fn revoke_old(&self) -> Outcome {
        let keys: Vec<_> = self.from.keys(query(self.from, &self.from_owner)).try_collect().await?;
        for key in keys {
            match &key.name {
                Some(name) if self.is_stored(name) => {
                    self.from.revoke(&key.id, RevokeOptions::new()).await?;
                    println!("{name}: {} revoked at {}", key.id, self.from.vendor());
                }
                _ => println!("{}: kept, its replacement is not stored", key.id),
            }
        }
        Ok(())
    }

    fn started(&self, name: &str) -> PathBuf {
        self.secrets.join(format!("{name}.started"))
    }

    fn is_stored(&self, name: &str) -> bool {
        self.secrets.join(name).exists()
    }

    /// Stores a secret, here in a file.
    fn store(&self, name: &str, secret: &SecretKey) -> std::io::Result<()> {
        // Only its owner can read the file, and readers never see a part of it.
        let mut file = tempfile::NamedTempFile::new_in(&self.secrets)?;
        file.write_all(secret.expose().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(self.secrets.join(name))?;
        Ok(())
    }
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
        None => with_emulators().await,
        Some(_) => between_vendors().await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `Display` is one line; an error that `main` returns would be printed with `Debug`.
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn between_vendors() -> Outcome {
    let from = ProviderConfig::from_env("FROM")?.build()?;
    let to = ProviderConfig::from_env("TO")?.build()?;
    let secrets = PathBuf::from(env::var_os("SECRETS").ok_or("SECRETS is not set")?);
    let migration = Migration {
        from: &*from,
        from_owner: env::var("OLD_OWNER").ok(),
        to: &*to,
        to_owner: env::var("NEW_OWNER").ok(),
        dropped: env::var("LEAVE_BEHIND").unwrap_or_default().split(',').map(str::to_owned).collect(),
        secrets,
    };
    match env::args().nth(1).as_deref() {
        None => migration.create().await,
        Some("revoke") => migration.revoke_old().await,
        Some(other) => Err(format!("unknown step `{other}`").into()),
    }
}

/// Migrates from better-auth to Clerk, with an interruption, after an attempt to migrate to Latitude.sh.
async fn with_emulators() -> Outcome {
    let emulators = [
        Emulator::start(Vendor::BetterAuth).await?,
        Emulator::start(Vendor::Clerk).await?,
        Emulator::start(Vendor::LatitudeSh).await?,
    ];
    let [better_auth, clerk, latitude] = &emulators;
    let from = BetterAuthConfig::new(better_auth.base_url(), better_auth.token().clone()).build()?;
    let to = ClerkConfig::new(clerk.token().clone()).base_url(clerk.base_url()).build()?;
    let incompatible =
        LatitudeShConfig::new(latitude.token().clone()).base_url(latitude.base_url()).build()?;

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
        to: &incompatible,
        to_owner: None,
        dropped: Vec::new(),
        secrets: directory.path().to_owned(),
    };
    println!("== to Latitude.sh");
    match migration.create().await {
        Ok(()) => return Err("the keys cannot be migrated to Latitude.sh".into()),
        Err(error) => println!("{error}"),
    }
    let created = latitude.store().keys(ListQuery::new()).try_collect::<Vec<_>>().await?.len();
    println!("{created} keys were created");

    println!("== to Clerk");
    let owner = "user_2abcdefghijklmnopqrstuvwxyz";
    let migration = Migration { to: &to, to_owner: Some(owner.to_owned()), ..migration };
    // An earlier run created a key and was killed before it stored the secret.
    let plan = migration.plan().await?;
    let interrupted = plan.into_iter().next().ok_or("a key to migrate")?;
    fs::write(migration.started(&interrupted.new.name), Timestamp::now().to_string())?;
    to.create(interrupted.new).await.map(drop)?;
    migration.create().await?;

    println!("== once more");
    migration.create().await?;
    println!("== revoke");
    migration.revoke_old().await?;

    let old_keys = from.keys(ListQuery::new()).try_collect::<Vec<_>>().await?.len();
    let new_keys = to.keys(ListQuery::new().owner(owner)).try_collect::<Vec<_>>().await?;
    println!("== {old_keys} keys at {}, {} at {}", from.vendor(), new_keys.len(), to.vendor());
    Ok(())
}
