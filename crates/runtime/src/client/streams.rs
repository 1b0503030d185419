//! Calls whose response is read as it arrives.

use serde::de::DeserializeOwned;

use super::Client;
use super::attempt::Expect;
use crate::error::{Error, Failure};
use crate::request::Request;
use crate::response::Response;
use crate::stream::bytes::ByteStream;
use crate::stream::json_lines::JsonLines;
use crate::stream::{DecodeEvent, EventStream};

/// Calls that return when the head of a successful response has arrived. Until then, they are retried and limited by
/// the timeouts like other calls. Later, the timeout of an attempt limits each wait for a part of the body.
impl Client {
    /// Sends a request and returns the body of the response as a stream of bytes.
    ///
    /// # Errors
    /// Returns an error without a successful response.
    pub async fn send_stream<E>(&self, request: Request) -> Result<Response<ByteStream>, Error<E>> {
        Ok(self.stream(&request, Expect::Bytes).await?)
    }

    /// Sends a request and returns the values of a response in JSON Lines, or of a JSON text sequence.
    ///
    /// # Errors
    /// Returns an error without a successful response, or if it is a web page.
    pub async fn send_json_lines<T: DeserializeOwned, E>(
        &self,
        request: Request,
    ) -> Result<Response<JsonLines<T>>, Error<E>> {
        let limit = self.shared.limits.object;
        Ok(self.stream(&request, Expect::JsonLines).await?.map(|bytes| JsonLines::new(bytes, limit)))
    }

    /// Sends a request and returns the server-sent events of the response.
    ///
    /// # Errors
    /// Returns an error without a successful response, or if it is a web page or JSON.
    pub async fn send_events<T, E>(
        &self,
        request: Request,
        decode: DecodeEvent<T>,
    ) -> Result<Response<EventStream<T>>, Error<E>> {
        let limit = self.shared.limits.object;
        let request = match &self.last_event_id {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        Ok(self.stream(&request, Expect::Events).await?.map(|bytes| EventStream::new(bytes, limit, decode)))
    }

    /// Returns a client whose streams of server-sent events resume after the event with an id. Servers that do not
    /// support this ignore the id.
    pub fn after_event(&self, id: &str) -> Self {
        Self { last_event_id: Some(id.into()), ..self.clone() }
    }

    async fn stream(&self, request: &Request, expect: Expect) -> Result<Response<ByteStream>, Box<Failure>> {
        let (response, _span) = self.call(request, expect).await?;
        let Response { meta, body } = response;
        let body = ByteStream::new(request.operation, meta.clone(), body, self.timeouts.attempt);
        Ok(Response { meta, body })
    }
}
