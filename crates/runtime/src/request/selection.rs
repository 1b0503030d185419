//! Servers and credentials of single operations.

use super::Request;

impl Request {
    /// Sets the documented server of the operation: a URL, or a path of the same origin as the base URL. A server of
    /// another origin must be configured with [`ClientBuilder::server`](crate::ClientBuilder::server).
    pub fn server(mut self, server: &'static str) -> Self {
        self.server = Some(server);
        self
    }

    /// Selects the credentials of the operation: those of the first alternative for which the client has all schemes,
    /// by the names of [`Authentication::for_scheme`](crate::Authentication::for_scheme). An empty alternative sends
    /// none.
    pub fn security(mut self, alternatives: &'static [&'static [&'static str]]) -> Self {
        self.security = Some(alternatives);
        self
    }
}
