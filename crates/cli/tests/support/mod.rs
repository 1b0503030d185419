//! The command in a temporary home directory.
// Each test binary uses a part of this.
#![allow(dead_code)]

#[cfg(unix)]
pub(crate) mod terminal;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};

use api_keys_emulator::{Emulator, Vendor};
use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A subject in the format of Clerk.
pub(crate) const OWNER: &str = "user_2abcdefghijklmnopqrstuvwxyz";

pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}{}", self.stdout, self.stderr))
    }

    /// Asserts the exit status.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error contains a text.
    #[track_caller]
    pub(crate) fn stderr_contains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {}", self.stderr);
        self
    }
}

pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Creates a home with a provider `local` that stores its keys in a database.
    pub(crate) fn with_database() -> Self {
        let home = Self::new();
        home.configure(&home.database("local"));
        home
    }

    pub(crate) fn database(&self, name: &str) -> String {
        let file = self.path(&format!("{name}.db"));
        format!("[providers.{name}]\nvendor = \"sql\"\nurl = 'sqlite:{}'\n", file.display())
    }

    /// Executes statements in the database of `local`.
    pub(crate) fn sql(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.path("local.db")).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes the configuration file.
    pub(crate) fn configure(&self, text: &str) {
        let directory = self.path(".config/api-keys");
        fs::create_dir_all(&directory).unwrap();
        let file = directory.join("config.toml");
        fs::write(&file, text).unwrap();
        #[cfg(unix)]
        set_mode(&file, 0o600);
    }

    fn environment<'a>(&'a self) -> impl Iterator<Item = (&'static str, PathBuf)> + 'a {
        [("HOME", self.0.path().to_owned()), ("PATH", std::env::var_os("PATH").unwrap().into())].into_iter()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("api-keys");
        command.env_clear().envs(self.environment()).current_dir(self.0.path()).args(arguments);
        command
    }

    /// Like [`Self::command`], as a standard process.
    pub(crate) fn process(&self, arguments: &[&str]) -> Process {
        let mut process = Process::new(assert_cmd::cargo::cargo_bin!("api-keys"));
        process.env_clear().envs(self.environment()).current_dir(self.0.path()).args(arguments);
        process
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        finish(&mut self.command(arguments))
    }

    /// Like [`Self::run`], without blocking servers in this process.
    pub(crate) async fn run_async(&self, arguments: &[&str]) -> Done {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || finish(&mut command)).await.unwrap()
    }

    /// Creates a key and returns its id and secret.
    #[track_caller]
    pub(crate) fn create(&self, arguments: &[&str]) -> (String, String) {
        let done = self.run(&[&["create", "--output", "json"], arguments].concat()).expect(0).json();
        (done["key"]["id"].as_str().unwrap().to_owned(), done["secret"].as_str().unwrap().to_owned())
    }

    #[track_caller]
    pub(crate) fn keys(&self, arguments: &[&str]) -> Vec<Value> {
        let done = self.run(&[&["list", "--all", "--output", "json"], arguments].concat()).expect(0);
        done.json()["keys"].as_array().unwrap().clone()
    }

    /// Returns the files of rescued secrets.
    pub(crate) fn rescued(&self) -> Vec<PathBuf> {
        let directory = self.path(".local/state/api-keys/rescue");
        let Ok(files) = fs::read_dir(directory) else { return Vec::new() };
        files.map(|file| file.unwrap().path()).collect()
    }
}

pub(crate) fn finish(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    Done {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A process, killed on drop.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the command `emulate` and returns its output.
pub(crate) fn emulate(home: &Home, arguments: &[&str]) -> (Running, Value) {
    let mut process = home.process(&[&["emulate", "--output", "jsonl"], arguments].concat());
    let mut child = process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Running(child), serde_json::from_str(&line).unwrap())
}

/// Returns the settings of an emulator, with the token in a file.
pub(crate) fn emulated(home: &Home, name: &str, emulator: &Emulator) -> String {
    let token = home.path(&format!("{name}.token"));
    fs::write(&token, emulator.token().expose()).unwrap();
    #[cfg(unix)]
    set_mode(&token, 0o600);
    let mut settings = format!(
        "[providers.{name}]\nvendor = \"{}\"\nbase_url = \"{}\"\ntoken = {{ file = '{}' }}\n",
        emulator.vendor(),
        emulator.base_url(),
        token.display()
    );
    if emulator.vendor() == Vendor::Clerk {
        settings.push_str(&format!("owner = \"{OWNER}\"\n"));
    }
    settings
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
