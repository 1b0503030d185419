//! A server that does nothing but write answers that were prepared, so that what is measured is the client.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use crate::answers;

/// Base URLs below which a list has this many keys.
pub(crate) const FEW: (&str, usize) = ("/v1", 100);
/// As above.
pub(crate) const MANY: (&str, usize) = ("/many/v1", 10_000);

/// The server as a process of its own; ends with this value.
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
        let output = process.stdout.as_mut().expect("its output is a pipe");
        BufReader::new(output).read_line(&mut address).expect("the server says where it listens");
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

/// The whole answers, head included.
struct Answers {
    key: Vec<u8>,
    issued: Vec<u8>,
    few: Vec<u8>,
    many: Vec<u8>,
}

impl Answers {
    /// The answer to a request, if all of it is there. What is looked at is what the contestants' requests differ in,
    /// so that parsing them takes no time that would count as the client's.
    fn to(&self, request: &[u8]) -> Option<&[u8]> {
        if request.starts_with(b"POST") {
            // The body is an object of texts and lists.
            return request.ends_with(b"}").then_some(&self.issued);
        }
        let answer = match request.get(.."GET ".len() + MANY.0.len())? {
            start if start.ends_with(MANY.0.as_bytes()) => &self.many,
            _ if request.iter().take_while(|&&byte| byte != b'\r').any(|&byte| byte == b'?') => &self.few,
            _ => &self.key,
        };
        request.ends_with(b"\r\n\r\n").then_some(answer)
    }
}

/// Prints its address and answers until its input is closed.
pub(crate) fn serve() {
    println!("{}", listen());
    let _ = io::stdin().read(&mut [0; 1]);
}

/// Answers for as long as this process lives, and returns the address.
pub(crate) fn listen() -> SocketAddr {
    let answers = Arc::new(Answers {
        key: whole(&answers::key(0)),
        issued: whole(&answers::issued()),
        few: whole(&answers::page(FEW.1)),
        many: whole(&answers::page(MANY.1)),
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            // Ends with the connection.
            thread::spawn(move || answer(connection, &answers));
        }
    });
    address
}

fn whole(body: &serde_json::Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\n\
         content-type: application/json\r\n\
         content-length: {}\r\n\
         date: Sat, 21 Nov 2026 12:00:00 GMT\r\n\
         cache-control: no-store\r\n\
         x-request-id: 4f1c2a9e7b3d5068\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// Answers the requests of one connection, one after another.
fn answer(mut connection: TcpStream, answers: &Answers) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut request = [0; 4096];
    let mut length = 0;
    loop {
        match connection.read(&mut request[length..])? {
            0 => return Ok(()),
            read => length += read,
        }
        if let Some(answer) = answers.to(&request[..length]) {
            connection.write_all(answer)?;
            length = 0;
        }
    }
}
