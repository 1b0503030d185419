//! The address of a database, and its pool of connections.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{Error, Result};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

use crate::VENDOR;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Creates a pool for a URL, without connecting.
pub(super) fn pool(url: &str, max_connections: u32, timeout: Duration) -> Result<Pool> {
    let (url, tls) = split_tls(url)?;
    // The source is omitted: it could quote the password.
    let mut config =
        tokio_postgres::Config::from_str(&url).map_err(|_| invalid("invalid URL of the database"))?;
    if config.get_dbname().is_none_or(str::is_empty) {
        return Err(invalid("the URL does not name a database: `postgres://user:password@host/database`"));
    }
    config.ssl_mode(tls.mode.unwrap_or_else(|| default_mode(&config)));
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT.min(timeout));
    }
    if config.get_application_name().is_none() {
        config.application_name("api-keys");
    }
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match config.get_ssl_mode() {
        SslMode::Disable => Manager::from_config(config, tokio_postgres::NoTls, manager),
        _ => Manager::from_config(config, MakeRustlsConnect::new(client_config(tls.roots)?), manager),
    };
    Pool::builder(manager)
        .max_size(max_connections as usize)
        .runtime(Runtime::Tokio1)
        .timeouts(deadpool_postgres::Timeouts {
            wait: Some(timeout),
            create: Some(timeout),
            recycle: Some(timeout),
        })
        .build()
        .map_err(|error| invalid("failed to create the pool of connections").with_source(error))
}

struct Tls {
    mode: Option<SslMode>,
    roots: Option<PathBuf>,
}

/// Removes the TLS parameters of libpq that the driver does not know. The certificate of a server is always verified, so
/// `require`, `verify-ca` and `verify-full` are the same.
fn split_tls(url: &str) -> Result<(String, Tls)> {
    let mut tls = Tls { mode: None, roots: None };
    let Some((address, query)) = url.split_once('?') else { return Ok((url.to_owned(), tls)) };
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*name, &*value) {
            ("sslrootcert", path) => tls.roots = Some(path.into()),
            ("sslmode", "disable") => tls.mode = Some(SslMode::Disable),
            ("sslmode", "require" | "verify-ca" | "verify-full") => tls.mode = Some(SslMode::Require),
            ("sslmode", _) => {
                return Err(invalid("`sslmode` must be `disable`, `require`, `verify-ca` or `verify-full`"));
            }
            _ => _ = rest.append_pair(&name, &value),
        }
    }
    Ok((format!("{address}?{}", rest.finish().replace('+', "%20")), tls))
}

/// Requires TLS, unless every host is this machine.
fn default_mode(config: &tokio_postgres::Config) -> SslMode {
    let is_local = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    match config.get_hosts().iter().all(is_local) {
        true => SslMode::Disable,
        false => SslMode::Require,
    }
}

fn client_config(roots: Option<PathBuf>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| invalid("failed to set up TLS").with_source(error))?;
    let builder = match roots {
        None => builder
            .with_platform_verifier()
            .map_err(|error| invalid("failed to load the root certificates").with_source(error))?,
        Some(path) => {
            let unreadable = || invalid(&format!("failed to read the root certificates {}", path.display()));
            let mut store = RootCertStore::empty();
            let certificates =
                CertificateDer::pem_file_iter(&path).map_err(|error| unreadable().with_source(error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unreadable().with_source(error))?;
                store.add(certificate).map_err(|error| unreadable().with_source(error))?;
            }
            builder.with_root_certificates(store)
        }
    };
    Ok(builder.with_no_client_auth())
}

fn invalid(message: &str) -> Error {
    Error::configuration(VENDOR, message)
}
