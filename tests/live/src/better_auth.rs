//! better-auth servers.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use http::Request;
use serde_json::Value;

use crate::exchange::exchange;
use crate::install::{Installation, run};
use crate::process::Process;

/// The lock file of npm.
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// A tested version: the last patch of a minor version, or one of special interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 1.3.9, the version of the published client documents.
    V1_3_9,
    /// 1.4.22, the last version with the built-in plugin.
    V1_4_22,
    /// 1.5.6, the first minor version with the plugin as a separate package.
    V1_5_6,
    /// 1.6.33.
    V1_6_33,
    /// 1.7.5, the newest version of both better-auth and its plugin.
    V1_7_5,
}

impl Version {
    /// Returns the version number.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_3_9 => "1.3.9",
            Self::V1_4_22 => "1.4.22",
            Self::V1_5_6 => "1.5.6",
            Self::V1_6_33 => "1.6.33",
            Self::V1_7_5 => "1.7.5",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A running server with its own database. It stops with the process that started it.
#[derive(Debug)]
pub struct Server {
    ready: Value,
}

impl Server {
    /// Starts a version with options, which are documented in the README of `tests/servers/better-auth`. Packages are
    /// installed below `target/live` and reused.
    ///
    /// Returns `None` if node or npm is missing and the variable `CI` is not set: the test is skipped, with a message
    /// on stderr.
    ///
    /// # Panics
    /// Panics if the server cannot be started.
    pub async fn start(version: Version, options: &Value) -> Option<Self> {
        // Loading better-auth takes much longer than starting a server, so it is loaded once for all tests.
        static LOADED: [OnceLock<Option<Process>>; 5] = [const { OnceLock::new() }; 5];
        let load =
            || load(version).unwrap_or_else(|error| panic!("better-auth {version} does not load: {error}"));
        let process = LOADED[version as usize].get_or_init(load).as_ref()?;

        let started = async {
            let control = process.ready()["control"].as_str().unwrap_or_default();
            let request =
                Request::post(control).body(options.to_string().into()).map_err(io::Error::other)?;
            Ok::<_, io::Error>(serde_json::from_slice(exchange(request).await?.body())?)
        };
        match started.await {
            Ok(ready) => Some(Self { ready }),
            Err(error) => panic!("the better-auth server {version} does not start with {options}: {error}"),
        }
    }

    /// Returns the base URL for a better-auth client.
    pub fn base_url(&self) -> &str {
        self.value("/base_url")
    }

    /// Returns a session token of the first user.
    pub fn token(&self) -> &str {
        self.value("/token")
    }

    /// Returns a value that the server printed at startup, by a JSON pointer.
    ///
    /// # Panics
    /// Panics if there is no such value.
    pub fn value(&self, pointer: &str) -> &str {
        let value = self.ready.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("the server did not print {pointer}"))
    }
}

/// Loads a version; `None` if required programs are missing.
fn load(version: Version) -> io::Result<Option<Process>> {
    let installation = installation(version)?;
    // npm and the network are only required to install packages.
    let needed: &[_] = if installation.exists() { &["node"] } else { &["node", "npm"] };
    if let Some(program) = needed.iter().find(|program| !runs(program)) {
        assert!(env::var_os("CI").is_none(), "`{program}` is missing, and CI must not skip tests");
        eprintln!("SKIPPED: `{program}` is missing, so there is no better-auth server to test against");
        return Ok(None);
    }
    let packages = installation.get(|directory| install(version, directory))?;
    // Evaluated instead of run, because Node resolves modules relative to a file, and here to the working directory.
    let program = fs::read_to_string(sources().join("server.mjs"))?;
    let mut command = Command::new("node");
    command.args(["--input-type=module", "--eval", &program]).current_dir(packages);
    Process::start(command.env("NODE_ENV", "production")).map(Some)
}

fn runs(program: &str) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../servers/better-auth")
}

fn installation(version: Version) -> io::Result<Installation> {
    let source = sources().join(version.as_str());
    let inputs = FILES.map(|file| fs::read(source.join(file)));
    let inputs = inputs.into_iter().collect::<io::Result<Vec<_>>>()?;
    Installation::of(&format!("better-auth-{version}"), inputs)
}

/// Installs a version's packages, away from the source tree.
fn install(version: Version, directory: &Path) -> io::Result<()> {
    let source = sources().join(version.as_str());
    for file in FILES {
        fs::copy(source.join(file), directory.join(file))?;
    }
    let quietly = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").arg("ci").args(quietly).current_dir(directory))
}
