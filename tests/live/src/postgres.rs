//! A PostgreSQL server on loopback.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::server::{Server, free_port, installed};

/// A server with its own data directory and port. Dropping it, or the end of this process, stops it.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    /// The user of the server, if tests run as root, which PostgreSQL refuses.
    user: Option<u32>,
    process: Option<Server>,
}

/// Returns a server for all tests of this process; see [`Postgres::start`].
pub fn shared() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER.get_or_init(Postgres::start).as_ref()
}

impl Postgres {
    /// Starts a server.
    ///
    /// Returns `None`, with a message on standard error, if PostgreSQL is not installed and the variable `CI` is not set.
    ///
    /// # Panics
    /// Panics if the server does not start.
    pub fn start() -> Option<Self> {
        let programs = installed("PostgreSQL", programs())?;
        let user = is_root().then(|| {
            let output = Command::new("id").args(["-u", "postgres"]).output().expect("`id`");
            String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(65_534)
        });
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::chown(folder.path(), user, user).expect("the owner of the folder");
        let mut server = Self { programs, folder, port: 0, user, process: None };
        let output = server
            .command("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "-D", "data"])
            .output()
            .expect("initdb");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        server.run();
        Some(server)
    }

    /// Starts the process, on the previous port if there is one.
    ///
    /// # Panics
    /// Panics if it does not start.
    pub fn run(&mut self) {
        for _ in 0..10 {
            if self.port == 0 {
                self.port = free_port();
            }
            let port = self.port.to_string();
            let mut server = Server::start(&self.programs.join("postgres"), "QUIT", |command| {
                self.configure(command)
                    .args(["-D", "data", "-k", "", "-h", "127.0.0.1", "-p", &port])
                    .args(["-c", "max_connections=200", "-c", "log_min_messages=fatal"]);
            });
            let ready = server.wait_until(|| {
                let status = self.command("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
                status.is_ok_and(|status| status.success())
            });
            if ready {
                self.process = Some(server);
                return;
            }
            // Another process took the port.
            self.port = 0;
        }
        panic!("PostgreSQL did not start");
    }

    /// Stops the process at once, without a shutdown of its connections.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Sends a signal to all processes of the server, such as `STOP`.
    ///
    /// # Panics
    /// Panics if the server does not run.
    pub fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).expect("a process id");
        let postmaster = pid.lines().next().expect("a process id");
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", postmaster]).output().expect("`ps`");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        let pids = std::iter::once(postmaster).chain(children.split_whitespace());
        // A process may have ended in the meantime.
        let _ = Command::new("kill").arg(format!("-{signal}")).args(pids).status().expect("`kill`");
    }

    /// Creates a database and returns its URL.
    ///
    /// # Panics
    /// Panics if the server cannot be reached.
    pub async fn create_database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let client = client(&self.url("postgres")).await;
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        self.configure(&mut command);
        command
    }

    fn configure<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }
}

/// Connects to a database.
///
/// # Panics
/// Panics if it cannot be reached.
pub async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

/// Returns the folder of PostgreSQL's programs: one of `PATH`, or that of Debian's newest package.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<_> = installed.map(|entry| entry.path().join("bin")).collect();
    installed.sort();
    let has_all =
        |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).exists());
    installed.into_iter().rev().chain(env::split_paths(&path)).find(has_all)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
