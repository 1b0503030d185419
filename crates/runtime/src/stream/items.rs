//! The items of all pages of a listing.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use api_keys_core::SecretKey;
use futures_core::Stream;

use crate::error::{Error, Failure};
use crate::request::Request;

/// The items of all pages of a listing.
///
/// A page is requested when the items before it have been consumed, with the retries and timeouts of any call. Empty
/// pages are skipped. An error ends the stream: without one, the listing is complete. A next page that was requested
/// before, and a link to another origin, are errors.
///
/// ```no_run
/// # async fn example(mut items: api_keys_runtime::Items<String>) -> Result<(), Box<dyn std::error::Error>> {
/// while let Some(item) = items.next().await {
///     println!("{}", item?);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Items<T, E = ()> {
    send: SendPage<T>,
    state: State<T>,
    /// The remaining items of the current page.
    items: vec::IntoIter<T>,
    error: PhantomData<fn() -> E>,
}

/// Sends the request for a page.
type SendPage<T> = Box<dyn Fn(Position) -> Sending<T> + Send + Sync>;
type Sending<T> = Pin<Box<dyn Future<Output = Result<Received<T>, Box<Failure>>> + Send>>;

/// The items of a page, and the next position, if there is one.
pub(crate) type Received<T> = (Vec<T>, Result<Option<Position>, Box<Failure>>);

enum State<T> {
    Idle(Box<Position>),
    Sending(Sending<T>),
    Failed(Box<Failure>),
    Ended,
}

/// A page of a listing, as generated code divides a response.
pub struct Page<T> {
    /// The reference to the next page.
    pub next: NextPage,
    /// The items.
    pub items: Vec<T>,
}

/// A reference to the next page.
///
/// Exhaustive: generated code creates it.
pub enum NextPage {
    /// A cursor. None or an empty one ends the listing.
    Cursor {
        /// The parameter with the cursor.
        parameter: PageParameter,
        /// The cursor.
        value: Option<String>,
    },
    /// Like `Cursor`, but a secret.
    SecretCursor {
        /// The parameter with the cursor.
        parameter: PageParameter,
        /// The cursor.
        value: Option<SecretKey>,
    },
    /// A URL of the same origin, absolute or relative. None or an empty one ends the listing.
    Url(Option<String>),
    /// The header `Link` (RFC 8288, `rel="next"`) with a URL, if there is a next page.
    LinkHeader,
    /// The number of items on the pages before. The first is 0. An empty page ends the
    /// listing.
    Offset {
        /// The parameter with the number.
        parameter: PageParameter,
    },
    /// The number of the page. The last page, or if it is unknown an empty one, ends the
    /// listing.
    Number {
        /// The parameter with the number.
        parameter: PageParameter,
        /// The number of the first page, if the request has none.
        first: u64,
        /// The number of the last page, if the response contains it.
        last: Option<u64>,
    },
}

/// The part of a request that selects a page.
///
/// Exhaustive: generated code creates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PageParameter {
    /// A query parameter.
    Query(&'static str),
    /// A member of the body, a JSON object.
    Body(&'static str),
}

impl<T, E> Items<T, E> {
    pub(crate) fn new(
        request: Request,
        send: impl Fn(Position) -> Sending<T> + Send + Sync + 'static,
    ) -> Self {
        let trail = Trail { remembered: request.page(), pages: 0 };
        Self {
            send: Box::new(send),
            state: State::Idle(Box::new(Position { request, trail })),
            items: Vec::new().into_iter(),
            error: PhantomData,
        }
    }

    /// Returns the next item, or `None` at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, Error<E>>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Returns the remaining items of the current page or, if there are none, the items of the next page, which may be
    /// empty. Returns `None` at the end. Dropping the future loses nothing.
    pub async fn next_page(&mut self) -> Option<Result<Vec<T>, Error<E>>> {
        if self.items.len() == 0
            && let Err(error) = poll_fn(|cx| self.poll_page(cx)).await?
        {
            return Some(Err(error));
        }
        Some(Ok(self.items.by_ref().collect()))
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error<E>>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.poll_page(cx)) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// Receives the next page.
    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error<E>>>> {
        let mut sending = match mem::replace(&mut self.state, State::Ended) {
            State::Idle(position) => (self.send)(*position),
            State::Sending(sending) => sending,
            State::Failed(failure) => return Poll::Ready(Some(Err(failure.into()))),
            State::Ended => return Poll::Ready(None),
        };
        let Poll::Ready(received) = sending.as_mut().poll(cx) else {
            self.state = State::Sending(sending);
            return Poll::Pending;
        };
        Poll::Ready(Some(received.map_err(Error::from).map(|(items, next)| {
            self.items = items.into_iter();
            self.state = match next {
                Ok(Some(position)) => State::Idle(Box::new(position)),
                Ok(None) => State::Ended,
                Err(failure) => State::Failed(failure),
            };
        })))
    }
}

/// The items are not pinned.
impl<T, E> Unpin for Items<T, E> {}

impl<T, E> Stream for Items<T, E> {
    type Item = Result<T, Error<E>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

/// The request for a page, and the trail of those before.
pub(crate) struct Position {
    pub(crate) request: Request,
    pub(crate) trail: Trail,
}

/// Detects that pages repeat, in constant memory: a remembered page is replaced after 1, 2, 4, 8... pages and thus ends
/// up inside a loop, if there is one.
pub(crate) struct Trail {
    remembered: Vec<u8>,
    pages: u64,
}

impl Trail {
    /// Adds a page. Returns whether it is new.
    pub(crate) fn add(&mut self, page: Vec<u8>) -> bool {
        if page == self.remembered {
            return false;
        }
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.remembered = page;
        }
        true
    }
}

/// Omits the content.
impl<T, E> fmt::Debug for Items<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").finish_non_exhaustive()
    }
}

/// Omits the content.
impl<T> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("next", &self.next).finish_non_exhaustive()
    }
}

/// Omits cursors and URLs.
impl fmt::Debug for NextPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cursor { .. } | Self::SecretCursor { .. } => "Cursor(..)",
            Self::Url(_) => "Url(..)",
            Self::LinkHeader => "LinkHeader",
            Self::Offset { .. } => "Offset(..)",
            Self::Number { .. } => "Number(..)",
        })
    }
}
