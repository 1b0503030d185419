//! Calls for the pages of a listing.

use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::Client;
use super::attempt::Expect;
use crate::error::{Failure, FailureKind};
use crate::request::Request;
use crate::response::{Response, json, link};
use crate::stream::items::{Items, NextPage, Page, Position, Received};

impl Client {
    /// Returns the items of all pages of a listing, whose first page is the JSON response to a request. `divide` divides
    /// a response into its items and the reference to the next page. No request is sent before an item is awaited.
    ///
    /// Requests for later pages have another query parameter or URL, and are equal otherwise. After a request with a
    /// streamed body, which cannot be sent again, a next page is an error.
    pub fn paginate<P, T, E>(&self, request: Request, divide: fn(P) -> Page<T>) -> Items<T, E>
    where
        P: DeserializeOwned + 'static,
        T: Send + 'static,
    {
        let client = self.clone();
        Items::new(request, move |position| {
            let client = client.clone();
            Box::pin(async move { client.page(position, divide).await })
        })
    }

    /// Receives a page and determines the position of the next one.
    async fn page<P, T>(
        &self,
        position: Position,
        divide: fn(P) -> Page<T>,
    ) -> Result<Received<T>, Box<Failure>>
    where
        P: DeserializeOwned,
    {
        let Position { request, mut trail } = position;
        let operation = request.operation;
        let Response { meta, body } = self.send(&request, Expect::Body).await?.decode(json::decode)?;
        let Page { items, next } = divide(body);
        let next = match self.next_request(request, next, &meta.headers, items.len()) {
            Ok(Some(request)) if !trail.add(request.page()) => Err(FailureKind::PaginationLoop),
            Ok(request) => Ok(request.map(|request| Position { request, trail })),
            Err(kind) => Err(kind),
        };
        Ok((items, next.map_err(|kind| Failure::after_success(operation, kind, meta))))
    }

    /// Returns the request for the page after one with a number of items, if there is one.
    fn next_request(
        &self,
        request: Request,
        next: NextPage,
        headers: &HeaderMap,
        items: usize,
    ) -> Result<Option<Request>, FailureKind> {
        let next = match next {
            NextPage::Cursor { parameter, value } => {
                value.filter(|cursor| !cursor.is_empty()).map(|cursor| request.with_page(parameter, cursor))
            }
            NextPage::SecretCursor { parameter, value } => value
                .filter(|cursor| !cursor.expose().is_empty())
                .map(|cursor| request.with_page_secret(parameter, cursor)),
            NextPage::Url(url) => {
                let url = url.filter(|url| !url.is_empty());
                url.map(|url| self.follow(request, &url)).transpose()?
            }
            NextPage::LinkHeader => link::next(headers).map(|url| self.follow(request, url)).transpose()?,
            NextPage::Offset { parameter } => (items > 0).then(|| {
                let offset = request.page_number(parameter).unwrap_or(0);
                request.with_page(parameter, offset.saturating_add(items as u64))
            }),
            NextPage::Number { parameter, first, last } => {
                let number = request.page_number(parameter).unwrap_or(first);
                let has_next = last.map_or(items > 0, |last| number < last);
                has_next.then(|| request.with_page(parameter, number.saturating_add(1)))
            }
        };
        if let Some(next) = &next {
            if let Some(problem) = &next.problem {
                return Err(FailureKind::InvalidRequest(problem.clone()));
            }
            if next.body.as_ref().is_some_and(|body| !body.is_repeatable()) {
                return Err(FailureKind::InvalidRequest("the body cannot be sent again".to_owned()));
            }
        }
        Ok(next)
    }

    /// Returns the request for a link.
    fn follow(&self, request: Request, link: &str) -> Result<Request, FailureKind> {
        let server = self.shared.server_of(&request).map_err(FailureKind::InvalidRequest)?;
        request.at(link, &server)
    }
}
