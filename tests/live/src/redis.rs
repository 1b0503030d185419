//! A Redis server on loopback.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::server::{Server, free_port, installed};

/// A server with its own folder and port, which loses its data when it stops. Dropping it, or the end of this process,
/// stops it.
#[derive(Debug)]
pub struct Redis {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    tls: Option<u16>,
    process: Option<Server>,
}

impl Redis {
    /// Starts a server.
    ///
    /// Returns `None`, with a message on standard error, if Redis is not installed and the variable `CI` is not set.
    ///
    /// # Panics
    /// Panics if the server does not start.
    pub fn start() -> Option<Self> {
        let mut server = Self::new()?;
        server.run();
        Some(server)
    }

    /// Starts a server that has a port with TLS in addition; see [`certificate`](Self::certificate).
    ///
    /// # Panics
    /// Panics if the server does not start, or `openssl` is missing.
    pub fn start_with_tls() -> Option<Self> {
        let mut server = Self::new()?;
        let config = "[req]\ndistinguished_name = name\nx509_extensions = extensions\n[name]\n[extensions]\n\
                      subjectAltName = IP:127.0.0.1\nbasicConstraints = critical, CA:FALSE\n";
        fs::write(server.folder.path().join("openssl.cnf"), config).expect("written");
        let output = Command::new("openssl")
            .current_dir(server.folder.path())
            .args(["req", "-x509", "-config", "openssl.cnf", "-subj", "/CN=redis", "-days", "2", "-nodes"])
            .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-keyout", "key.pem", "-out", "certificate.pem"])
            .output()
            .expect("openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        server.tls = Some(0);
        server.run();
        Some(server)
    }

    fn new() -> Option<Self> {
        let program = installed("Redis", program())?;
        let folder = tempfile::tempdir().expect("a folder");
        Some(Self { program, folder, port: 0, tls: None, process: None })
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
            if self.tls == Some(0) {
                self.tls = Some(free_port());
            }
            let mut options = format!("--bind 127.0.0.1 --port {} --pidfile redis.pid --save", self.port);
            if let Some(tls) = self.tls {
                options = format!(
                    "--tls-port {tls} --tls-cert-file certificate.pem --tls-key-file key.pem \
                     --tls-ca-cert-file certificate.pem --tls-auth-clients no {options}"
                );
            }
            let pid = self.folder.path().join("redis.pid");
            let _ = fs::remove_file(&pid);
            let mut server = Server::start(&self.program, "KILL", |command| {
                // The value of `--save` is empty.
                command.current_dir(self.folder.path()).args(options.split(' ')).arg("");
            });
            // The file is written after the port is bound.
            if server.wait_until(|| pid.exists()) {
                self.process = Some(server);
                return;
            }
            // Another process took a port.
            self.port = 0;
            self.tls = self.tls.map(|_| 0);
        }
        panic!("Redis did not start");
    }

    /// Stops the process at once.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Sends a signal to the server, such as `STOP`.
    ///
    /// # Panics
    /// Panics if the server does not run.
    pub fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.path().join("redis.pid")).expect("a process id");
        let status = Command::new("kill").arg(format!("-{signal}")).arg(pid.trim()).status();
        assert!(status.is_ok_and(|status| status.success()), "the server does not run");
    }

    /// Returns the URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Returns the URL with TLS.
    ///
    /// # Panics
    /// Panics if the server has none.
    pub fn tls_url(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.tls.expect("a port with TLS"))
    }

    /// Returns the certificate, which clients must trust.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join("redis-server")).find(|program| program.exists())
}
