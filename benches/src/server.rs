//! A server that writes prepared responses, so that the measured work is the client's.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use crate::responses;

/// The base path below which a page has 100 keys.
pub(crate) const SHORT: (&str, usize) = ("/v1", 100);
/// The base path below which a page has 10,000 keys.
pub(crate) const LONG: (&str, usize) = ("/many/v1", 10_000);

/// The base path below which no key exists, with an error of about 90 bytes, or with a page of 64 KB.
pub(crate) const FAIL_SHORT: &str = "/no/v1";
pub(crate) const FAIL_LONG: &str = "/web/v1";

/// The server in a process of its own, which ends when this value is dropped.
pub(crate) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let this = std::env::current_exe().expect("the path of this program");
        let mut process = Command::new(this)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let mut address = String::new();
        let output = process.stdout.as_mut().expect("stdout is piped");
        BufReader::new(output).read_line(&mut address).expect("the server prints its address");
        Self { process, address: address.trim().to_owned() }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Complete responses, head included.
struct Responses {
    key: Vec<u8>,
    issued: Vec<u8>,
    short: Vec<u8>,
    long: Vec<u8>,
    not_found: Vec<u8>,
    page: Vec<u8>,
}

impl Responses {
    /// Returns the response to a request once all of it has arrived.
    ///
    /// Requests are distinguished by a few bytes: parsing them would take time from the client on a machine with few
    /// cores.
    fn find(&self, request: &[u8]) -> Option<&[u8]> {
        if request.starts_with(b"POST") {
            // The body is an object that contains only strings and lists.
            return request.ends_with(b"}").then_some(&self.issued);
        }
        let response = match request.get(.."GET ".len() + LONG.0.len())? {
            start if start.ends_with(LONG.0.as_bytes()) => &self.long,
            start if start["GET ".len()..].starts_with(FAIL_SHORT.as_bytes()) => &self.not_found,
            start if start["GET ".len()..].starts_with(FAIL_LONG.as_bytes()) => &self.page,
            _ if request.iter().take_while(|&&byte| byte != b'\r').any(|&byte| byte == b'?') => &self.short,
            _ => &self.key,
        };
        request.ends_with(b"\r\n\r\n").then_some(response)
    }
}

/// Prints the server's address and serves until stdin is closed.
pub(crate) fn serve() {
    println!("{}", listen());
    let _ = io::stdin().read(&mut [0; 1]);
}

/// Serves from background threads and returns the address.
pub(crate) fn listen() -> SocketAddr {
    let responses = Arc::new(Responses {
        key: response("200 OK", &responses::key(0).to_string()),
        issued: response("200 OK", &responses::issued().to_string()),
        short: response("200 OK", &responses::page(SHORT.1).to_string()),
        long: response("200 OK", &responses::page(LONG.1).to_string()),
        not_found: response("404 Not Found", &responses::not_found().to_string()),
        page: response("404 Not Found", &responses::web_page()),
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let responses = Arc::clone(&responses);
            thread::spawn(move || serve_connection(connection, &responses));
        }
    });
    address
}

fn response(status: &str, body: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         content-type: application/json\r\n\
         content-length: {}\r\n\
         date: Sat, 21 Nov 2026 12:00:00 GMT\r\n\
         cache-control: no-store\r\n\
         x-request-id: 4f1c2a9e7b3d5068\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

fn serve_connection(mut connection: TcpStream, responses: &Responses) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut request = [0; 4096];
    let mut length = 0;
    loop {
        match connection.read(&mut request[length..])? {
            0 => return Ok(()),
            read => length += read,
        }
        if let Some(response) = responses.find(&request[..length]) {
            connection.write_all(response)?;
            length = 0;
        }
    }
}
