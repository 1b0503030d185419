//! The provider and its builder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{Cursor, Error, Operation, Page, Result, SecretKey};

use crate::VENDOR;
use crate::event::{Event, EventQuery};
use crate::import::{self, Import};
use crate::provider::position;
use crate::secret::digest::Digester;
use crate::secret::format::SecretFormat;
use crate::store::Store;
use crate::usage::Usage;

const DEFAULT_CONNECTIONS: u32 = 10;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The interval at which times of the last use are written.
const USAGE_INTERVAL: Duration = Duration::from_secs(5);

const MAX_EVENTS: u32 = 1000;

/// A provider that stores keys in a database. Clones share the connections.
#[derive(Clone)]
pub struct Sql {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) usage: Arc<Usage>,
    pub(crate) format: SecretFormat,
    pub(crate) digester: Digester,
    pub(crate) actor: Option<Arc<str>>,
}

impl Sql {
    /// Connects to a database and creates or upgrades its tables.
    ///
    /// The URL is `sqlite:<path>` or, with the feature `postgres`, `postgres://user:password@host/database`.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_sql::Sql;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> api_keys_core::Result<()> {
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # std::env::set_current_dir(&folder).expect("the folder");
    /// let keys = Sql::connect("sqlite:keys.db").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if the URL is invalid, the database cannot be
    /// opened, or a newer version of this library has changed its tables; and the kinds of a failed call.
    pub async fn connect(url: impl Into<SecretKey>) -> Result<Self> {
        let sql = Self::builder(url).build()?;
        sql.store.connect().await?;
        Ok(sql)
    }

    /// Creates a builder for the database at a URL.
    pub fn builder(url: impl Into<SecretKey>) -> SqlBuilder {
        SqlBuilder {
            url: url.into(),
            format: SecretFormat::default(),
            pepper: None,
            previous_peppers: Vec::new(),
            accept_unpeppered: false,
            actor: None,
            max_connections: DEFAULT_CONNECTIONS,
            timeout: DEFAULT_TIMEOUT,
            usage_interval: USAGE_INTERVAL,
        }
    }

    /// Returns a provider for the same database whose changes are attributed to a person or program in the audit trail.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # use api_keys_sql::Sql;
    /// # async fn example(keys: &Sql, id: &KeyId) -> Result<()> {
    /// keys.with_actor("alice@example.com").revoke(id, RevokeOptions::new()).await?;
    /// # Ok(()) }
    /// ```
    pub fn with_actor(&self, actor: impl Into<Arc<str>>) -> Self {
        Self { actor: Some(actor.into()), ..self.clone() }
    }

    /// Returns the format of the secrets.
    pub fn format(&self) -> &SecretFormat {
        &self.format
    }

    /// Returns one page of the audit trail, the latest events first.
    ///
    /// # Examples
    /// ```
    /// # use api_keys_core::*;
    /// # use api_keys_sql::{EventQuery, Sql};
    /// # async fn example(keys: &Sql, id: KeyId) -> Result<()> {
    /// for event in keys.events(EventQuery::new().key(id)).await?.items {
    ///     println!("{} {} by {}", event.at, event.action, event.actor.as_deref().unwrap_or("unknown"));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`InvalidInput`](api_keys_core::ErrorKind::InvalidInput) for a page size of 0 and for a cursor of another
    /// provider, and the kinds of a failed call.
    pub async fn events(&self, query: EventQuery) -> Result<Page<Event>> {
        let before = query.cursor.as_ref().map_or(Ok(i64::MAX), position)?;
        let limit = query.limit.unwrap_or(100).min(MAX_EVENTS);
        if limit == 0 {
            return Err(Error::invalid_input(VENDOR, Operation::List, "the page size must be at least 1"));
        }
        let mut events = self.store.events(query, before, limit + 1).await?;
        let more = events.len() > limit as usize;
        events.truncate(limit as usize);
        let next = events.last().filter(|_| more).map(|(number, _)| cursor(*number));
        Ok(Page::new(events.into_iter().map(|(_, event)| event).collect(), next, None))
    }

    /// Imports the keys of a file that earlier versions of the in-memory provider wrote. The secrets remain valid.
    ///
    /// An invalid file is rejected before anything is imported. Keys with an id that already exists are skipped, so that
    /// an import that failed in the middle can be repeated.
    ///
    /// # Errors
    /// [`InvalidInput`](api_keys_core::ErrorKind::InvalidInput) if the file is invalid, and the kinds of a failed call.
    pub async fn import(&self, file: &[u8]) -> Result<Import> {
        import::run(self, file).await
    }

    /// Writes the times of the last use that have not been written yet. Call it before the process ends.
    ///
    /// # Errors
    /// The kinds of a failed call. The times are kept and written later.
    pub async fn flush(&self) -> Result<()> {
        self.usage.flush(&*self.store).await
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sql")
            .field("store", &self.store)
            .field("format", &self.format)
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

/// Creates a cursor. Its prefix tells it from those of other providers.
pub(crate) fn cursor(number: i64) -> Cursor {
    Cursor::new(format!("{VENDOR}:{number}"))
}

/// A builder for [`Sql`].
#[derive(Debug)]
#[must_use = "call `build`"]
pub struct SqlBuilder {
    url: SecretKey,
    format: SecretFormat,
    pepper: Option<SecretKey>,
    previous_peppers: Vec<SecretKey>,
    accept_unpeppered: bool,
    actor: Option<Arc<str>>,
    max_connections: u32,
    timeout: Duration,
    usage_interval: Duration,
}

impl SqlBuilder {
    /// Sets the format of new secrets. Secrets of other formats remain valid.
    pub fn format(mut self, format: SecretFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets the key of the digests, of at least 32 bytes. Without it, the digests are not keyed.
    ///
    /// It must not be stored in the database. Secrets cannot be verified without it.
    pub fn pepper(mut self, pepper: impl Into<SecretKey>) -> Self {
        self.pepper = Some(pepper.into());
        self
    }

    /// Accepts secrets that were stored under a former pepper. A secret moves to the current pepper when it is used, so
    /// the former one can be removed when all keys have been used or rotated.
    pub fn previous_pepper(mut self, pepper: impl Into<SecretKey>) -> Self {
        self.previous_peppers.push(pepper.into());
        self
    }

    /// Accepts secrets that were stored without a pepper, which move to the pepper when they are used.
    pub fn accept_unpeppered(mut self, accept: bool) -> Self {
        self.accept_unpeppered = accept;
        self
    }

    /// Sets the name of the person or program in the audit trail.
    pub fn actor(mut self, actor: impl Into<Arc<str>>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Sets the maximum number of connections to PostgreSQL. The default is 10.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = connections;
        self
    }

    /// Sets the time limit for an attempt at PostgreSQL, and for waiting for a connection or for a lock of another
    /// process. The default is 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the interval at which times of the last use are written. The default is 5 seconds.
    pub fn usage_interval(mut self, interval: Duration) -> Self {
        self.usage_interval = interval;
        self
    }

    /// Builds the provider, which connects with its first call.
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if the URL or another setting is invalid.
    pub fn build(self) -> Result<Sql> {
        let invalid = |message: &str| Err(Error::configuration(VENDOR, message));
        if self.max_connections == 0 {
            return invalid("`max_connections` must be at least 1");
        }
        let url = self.url.expose();
        let store: Arc<dyn Store> = match url.split_once(':').map(|(scheme, _)| scheme) {
            #[cfg(feature = "sqlite")]
            Some("sqlite") => Arc::new(crate::sqlite::Sqlite::from_url(url, self.timeout)?),
            #[cfg(feature = "postgres")]
            Some("postgres" | "postgresql") => {
                Arc::new(crate::postgres::Postgres::from_url(url, self.max_connections, self.timeout)?)
            }
            #[cfg(not(feature = "sqlite"))]
            Some("sqlite") => return invalid("SQLite requires the feature `sqlite`"),
            #[cfg(not(feature = "postgres"))]
            Some("postgres" | "postgresql") => return invalid("PostgreSQL requires the feature `postgres`"),
            // The URL may contain a password.
            _ => return invalid("the URL must begin with `sqlite:` or `postgres:`"),
        };
        Ok(Sql {
            store,
            usage: Arc::new(Usage::new(self.usage_interval)),
            format: self.format,
            digester: Digester::new(self.pepper, self.previous_peppers, self.accept_unpeppered)?,
            actor: self.actor,
        })
    }
}
