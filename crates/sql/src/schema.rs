//! Versions of the schema.
//!
//! A migration must not break the previous version of this library, so that instances can be replaced one by one:
//! it adds tables, indexes and columns with defaults. What the previous version no longer needs is removed one version
//! later. A migration that cannot keep this rule raises [`COMPATIBLE_FROM`].

/// Creates the table of installed versions. Valid in both databases.
pub(crate) const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS api_key_schema (
    version bigint PRIMARY KEY,
    compatible_from bigint NOT NULL
)";

/// The earliest version of the schema whose library can use the current one.
pub(crate) const COMPATIBLE_FROM: i64 = 1;

/// The steps from the installed schema to the current one.
pub(crate) enum Upgrade<'a> {
    /// The schema is current, or newer and compatible.
    None,
    /// Migrations to run, with their versions.
    Run(Vec<(i64, &'a str)>),
    /// The schema is too new.
    Incompatible(String),
}

impl<'a> Upgrade<'a> {
    /// Compares the installed version, and the version from which on libraries can use it, to the migrations.
    pub(crate) fn of(installed: Option<(i64, i64)>, migrations: &[&'a str]) -> Self {
        let (version, compatible_from) = installed.unwrap_or_default();
        let missing: Vec<_> =
            (1..).zip(migrations.iter().copied()).filter(|(step, _)| *step > version).collect();
        let current = migrations.len() as i64;
        if compatible_from > current {
            Self::Incompatible(format!(
                "the database has schema version {version}, which requires a newer version of this library \
                 (supported: {current})"
            ))
        } else if missing.is_empty() {
            Self::None
        } else {
            Self::Run(missing)
        }
    }
}
