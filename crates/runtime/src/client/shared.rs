//! The state that clones of a client share.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderMap;

use super::budget::Budget;
use super::clock::Clock;
use super::jitter::Jitter;
use crate::auth::credentials::Credentials;
use crate::request::Request;
use crate::request::base_url::BaseUrl;
use crate::response::body::BodyLimits;
use crate::transport::Transport;

/// Everything that is prepared when the client is built and never changes.
pub(crate) struct Shared {
    pub(crate) vendor: &'static str,
    pub(crate) base_url: BaseUrl,
    /// Servers of single operations: the documented URL and the actual one.
    pub(crate) servers: Vec<(String, BaseUrl)>,
    /// The headers of every request, including all credentials.
    pub(crate) headers: HeaderMap,
    /// The headers without credentials, for requests that select some of them.
    pub(crate) plain_headers: HeaderMap,
    pub(crate) credentials: Credentials,
    /// The credentials that are query parameters.
    pub(crate) credential_query: Option<String>,
    pub(crate) limits: BodyLimits,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) budget: Budget,
    pub(crate) jitter: Jitter,
}

impl Shared {
    /// Returns the server of a request.
    pub(crate) fn server_of(&self, request: &Request) -> Result<Cow<'_, BaseUrl>, String> {
        Ok(match request.server {
            None => Cow::Borrowed(&self.base_url),
            Some(server) => match self.server(server) {
                Some(base_url) => Cow::Borrowed(base_url),
                None => Cow::Owned(self.base_url.same_origin(server)?),
            },
        })
    }

    /// Returns the server that was configured for a documented one.
    fn server(&self, documented: &str) -> Option<&BaseUrl> {
        let documented = documented.trim_end_matches('/');
        self.servers.iter().find(|(known, _)| known == documented).map(|(_, server)| server)
    }
}
