//! Servers in Python.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::install::{Installation, run};
use crate::process::Process;

/// A running server of `tests/servers`. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    process: Process,
}

impl Server {
    /// Starts the server with this name and additional environment variables. Packages are installed below
    /// `target/live` and reused.
    ///
    /// Returns `None` if Python is missing and the variable `CI` is not set: the test is skipped, with a message on
    /// stderr.
    ///
    /// # Panics
    /// Panics if the server cannot be started.
    pub fn start(name: &str, environment: &[(&str, &str)]) -> Option<Self> {
        let mut command = interpreter(name)?;
        // Writes no bytecode to the source tree.
        command.arg("-B").arg(servers().join("serve.py")).arg(name).envs(environment.iter().copied());
        match Process::start(&mut command) {
            Ok(process) => Some(Self { process }),
            Err(error) => panic!("the {name} server does not start: {error}"),
        }
    }

    /// Returns the base URL without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.value("/base_url")
    }

    /// Returns a value that the server printed at startup, by a JSON pointer.
    ///
    /// # Panics
    /// Panics if there is no such value.
    pub fn value(&self, pointer: &str) -> &str {
        let value = self.process.ready().pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("the server did not print {pointer}"))
    }
}

/// Returns a command for Python with the requirements of a folder of `tests/servers`, which are installed below
/// `target/live` and reused.
///
/// Returns `None` if Python is missing and the variable `CI` is not set: the test is skipped, with a message on stderr.
///
/// # Panics
/// Panics if the requirements cannot be installed.
pub fn interpreter(name: &str) -> Option<Command> {
    let Some(python) = python() else {
        let missing = "python3, of version 3.11 at least and with its module venv, is missing";
        assert!(env::var_os("CI").is_none(), "{missing}, and CI must not skip tests");
        eprintln!("SKIPPED: {missing}, so {name} cannot be started");
        return None;
    };
    match install(name, &python) {
        Ok(python) => Some(Command::new(python)),
        Err(error) => panic!("the packages of {name} cannot be installed: {error}"),
    }
}

/// Returns the version of Python if it is suitable.
fn python() -> Option<String> {
    let check =
        "import ensurepip, sys, venv; assert sys.version_info >= (3, 11); print(sys.prefix, sys.version)";
    let output = Command::new("python3").args(["-c", check]).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn servers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../servers")
}

/// Installs the requirements of a server in a virtual environment, and returns its Python.
fn install(name: &str, python: &str) -> io::Result<PathBuf> {
    const PIP: [&str; 7] =
        ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"];
    let requirements = servers().join(name).join("requirements.txt");
    let environment = Installation::of(name, (python, fs::read(&requirements)?))?;
    // The environment can be moved after its creation: only its scripts contain paths, and they are not used.
    let directory = environment.get(|fresh| {
        run(Command::new("python3").args(["-m", "venv"]).arg(fresh))?;
        run(Command::new(executable(fresh)).args(PIP).arg(&requirements))
    })?;
    Ok(executable(&directory))
}

fn executable(environment: &Path) -> PathBuf {
    environment.join("bin/python")
}
