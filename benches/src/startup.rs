//! The time from the start of the command `api-keys` to its first request.

use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use crate::stats::quantile;

const ROUNDS: usize = 101;

/// Builds the command, starts it repeatedly, and returns a Markdown table.
pub(crate) fn markdown() -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "--package", "api-keys-cli"]).status();
    assert!(built.is_ok_and(|status| status.success()), "the command is built");
    let this = std::env::current_exe().expect("the path of this program");
    let command: PathBuf = this.with_file_name("api-keys");

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let config = directory.path().join("api-keys.toml");
    let text =
        format!("[providers.mcp]\nvendor = \"mcp\"\nbase_url = \"http://{address}\"\ntoken = \"token-1\"\n");
    std::fs::write(&config, text).expect("a writable file");

    let (sender, received) = mpsc::channel();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = client.read(&mut [0; 4096]);
            let _ = sender.send(Instant::now());
            let _ = client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]");
        }
    });
    let mut seconds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let status = Command::new(&command)
            .args(["list", "--config"])
            .arg(&config)
            .env("HOME", directory.path())
            .stdout(Stdio::null())
            .status()
            .expect("the command starts");
        assert!(status.success());
        seconds.push((received.recv().expect("a request") - start).as_secs_f64());
    }
    let milliseconds = |fraction| 1e3 * quantile(&seconds, fraction);
    format!(
        "| `api-keys list`, from its start to its first request | median | p90 |\n|---|---:|---:|\n| | {:.1} ms | {:.1} ms |\n",
        milliseconds(0.5),
        milliseconds(0.9)
    )
}
