//! Bodies of simulated responses.

use std::future::pending;
use std::time::Duration;

use api_keys_runtime::{Body, Bytes, TransportError, TransportErrorKind};
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::time::sleep;

/// The end of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It is complete.
    Complete,
    /// The connection breaks.
    Broken,
    /// Nothing follows.
    Stalled,
}

/// Returns a body that arrives in pieces.
pub(super) fn pieces(bytes: Bytes, size: usize, pause: Duration, end: End) -> Body {
    Body::new(StreamBody::new(Box::pin(stream::unfold(
        (bytes, false),
        move |(mut rest, ended)| async move {
            if ended {
                return None;
            }
            if rest.is_empty() {
                return match end {
                    End::Complete => None,
                    End::Broken => Some((Err(broken()), (rest, true))),
                    End::Stalled => pending().await,
                };
            }
            if !pause.is_zero() {
                sleep(pause).await;
            }
            let piece = rest.split_to(size.clamp(1, rest.len()));
            Some((Ok(Frame::data(piece)), (rest, false)))
        },
    ))))
}

/// Returns a body without an end.
pub(super) fn endless() -> Body {
    static SPACES: [u8; 16 << 10] = [b' '; 16 << 10];
    Body::new(StreamBody::new(Box::pin(stream::repeat_with(|| {
        Ok::<_, TransportError>(Frame::data(Bytes::from_static(&SPACES)))
    }))))
}

/// The error of a connection that broke.
pub(super) fn broken() -> TransportError {
    TransportError::new(TransportErrorKind::Io)
}
