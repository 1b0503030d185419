//! A mock server with a vendor's clients.

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::connection::{Args, CREDENTIAL, Connection, Vendor};
use super::outcome::Outcome;
use super::validator::{Validator, Violation};

/// A mock server with one response at a time.
#[derive(Debug)]
pub struct Server(Option<MockServer>);

impl Server {
    /// Starts the server.
    pub async fn start() -> Self {
        Self(Some(MockServer::start().await))
    }

    fn inner(&self) -> &MockServer {
        self.0.as_ref().expect("present until dropped")
    }

    /// The base URL.
    pub fn uri(&self) -> String {
        self.inner().uri()
    }

    /// Sets the response and clears the recorded requests.
    pub async fn respond(&self, response: impl Respond + 'static) {
        self.inner().reset().await;
        Mock::given(any()).respond_with(response).mount(self.inner()).await;
    }

    /// Returns the requests since the response was set.
    pub async fn requests(&self) -> Vec<Request> {
        self.inner().received_requests().await.expect("requests are recorded")
    }
}

impl Drop for Server {
    /// Dropping a mock server blocks on a tokio lock. In a task that has used up its cooperative budget it would block
    /// forever, so it is dropped on another thread.
    fn drop(&mut self) {
        let server = self.0.take();
        let _ = std::thread::spawn(move || drop(server)).join();
    }
}

/// A mock server of a vendor, with its clients.
#[derive(Debug)]
pub struct VendorServer {
    /// The vendor.
    pub vendor: &'static Vendor,
    /// The clients.
    pub connection: Connection,
    server: Server,
}

impl VendorServer {
    /// Starts the server and connects the clients.
    pub async fn new(vendor: &'static Vendor) -> Self {
        let server = Server::start().await;
        let base_url = format!("{}{}", server.uri(), vendor.base_path);
        let connection = (vendor.connect)(&base_url, CREDENTIAL).expect("valid base URL and credential");
        assert_eq!(connection.provider.capabilities(), vendor.capabilities);
        Self { vendor, connection, server }
    }

    /// Sets the response and clears the recorded requests.
    pub async fn respond(&self, response: impl Respond + 'static) {
        self.server.respond(response).await;
    }

    /// Returns the requests since the response was set.
    pub async fn requests(&self) -> Vec<Request> {
        self.server.requests().await
    }

    /// Calls an operation of the typed client.
    pub async fn call(&self, operation: &str, args: &Args<'_>) -> Outcome {
        self.connection.call(operation, args).await
    }

    /// Returns the requested operations.
    ///
    /// # Errors
    /// Returns the violations of the requests.
    pub async fn validated(&self) -> Result<Vec<&'static str>, Vec<Violation>> {
        let validator = Validator::new(&self.vendor.document, self.vendor.base_path);
        let requested = self.requests().await;
        requested
            .iter()
            .map(|request| validator.validate(request).map(|operation| operation.id.as_str()))
            .collect()
    }
}

/// Creates a response from bytes and a content type; `""` for none.
pub fn response_with(status: u16, body: impl Into<Vec<u8>>, label: &str) -> ResponseTemplate {
    let response = ResponseTemplate::new(status).set_body_bytes(body);
    if label.is_empty() { response } else { response.insert_header("content-type", label) }
}
