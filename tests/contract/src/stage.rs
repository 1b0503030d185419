//! A vendor's clients before a server that says its lines.

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::judge::{Complaint, Judge};
use super::outcome::Outcome;
use super::vendor::{CREDENTIAL, Connection, Given, Vendor};

/// A server that plays the vendor.
#[derive(Debug)]
pub struct Server(Option<MockServer>);

impl Server {
    /// Starts the server.
    pub async fn start() -> Self {
        Self(Some(MockServer::start().await))
    }

    fn inner(&self) -> &MockServer {
        self.0.as_ref().expect("it is there until it is dropped")
    }

    /// Where it is.
    pub fn uri(&self) -> String {
        self.inner().uri()
    }

    /// From now on this is the answer, and what was asked before is forgotten.
    pub async fn answer(&self, answer: impl Respond + 'static) {
        self.inner().reset().await;
        Mock::given(any()).respond_with(answer).mount(self.inner()).await;
    }

    /// What was asked since the answer was set.
    pub async fn asked(&self) -> Vec<Request> {
        self.inner().received_requests().await.expect("requests are recorded")
    }
}

impl Drop for Server {
    /// A mock server waits for a lock of tokio's when it is dropped. Within a task that has used up its share of the
    /// runtime without a pause it would wait for ever; so it is dropped outside.
    fn drop(&mut self) {
        let server = self.0.take();
        let _ = std::thread::spawn(move || drop(server)).join();
    }
}

/// A vendor's clients before a server that plays it.
#[derive(Debug)]
pub struct Stage {
    /// The vendor.
    pub vendor: &'static Vendor,
    /// Its clients.
    pub connection: Connection,
    server: Server,
}

impl Stage {
    /// Starts the server and connects the clients.
    pub async fn new(vendor: &'static Vendor) -> Self {
        let server = Server::start().await;
        let base_url = format!("{}{}", server.uri(), vendor.base_path);
        let connection = (vendor.connect)(&base_url, CREDENTIAL).expect("base URL and credential are good");
        Self { vendor, connection, server }
    }

    /// From now on this is the answer, and what was asked before is forgotten.
    pub async fn answer(&self, answer: impl Respond + 'static) {
        self.server.answer(answer).await;
    }

    /// What was asked since the answer was set.
    pub async fn asked(&self) -> Vec<Request> {
        self.server.asked().await
    }

    /// Calls an operation of the typed client.
    pub async fn call(&self, operation: &str, given: &Given<'_>) -> Outcome {
        self.connection.call(operation, given).await
    }

    /// The operations that were asked for.
    ///
    /// # Errors
    /// What the document has against the requests.
    pub async fn judged(&self) -> Result<Vec<&'static str>, Vec<Complaint>> {
        let judge = Judge::new(&self.vendor.document, self.vendor.base_path);
        let asked = self.asked().await;
        asked.iter().map(|request| judge.judge(request).map(|operation| operation.id.as_str())).collect()
    }
}

/// An answer with bytes and a label; without a label for `""`.
pub fn answer(status: u16, body: impl Into<Vec<u8>>, label: &str) -> ResponseTemplate {
    let answer = ResponseTemplate::new(status).set_body_bytes(body);
    if label.is_empty() { answer } else { answer.insert_header("content-type", label) }
}
