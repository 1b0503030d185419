//! Credentials and their permissions.

use axum::http::{HeaderMap, StatusCode, header};

use crate::pydantic::Rejection;

/// The permissions of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    All,
    Read,
    /// An unknown credential.
    None,
}

impl Rights {
    pub(super) fn read(self) -> Result<(), Rejection> {
        match self {
            Self::All | Self::Read => Ok(()),
            Self::None => Err(Rejection::http(StatusCode::UNAUTHORIZED, "Unauthorized")),
        }
    }

    pub(super) fn write(self) -> Result<(), Rejection> {
        self.read()?;
        match self {
            Self::All => Ok(()),
            Self::Read | Self::None => Err(Rejection::http(StatusCode::FORBIDDEN, "Forbidden")),
        }
    }
}

/// Returns the token of a request. The cookie of the service's web pages takes precedence over the header.
pub(super) fn token(headers: &HeaderMap) -> Result<String, Rejection> {
    let rejected = |detail| Rejection::http(StatusCode::UNAUTHORIZED, detail);
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let credential = cookie(headers).or(header).filter(|text| !text.is_empty());
    let credential = credential.ok_or_else(|| rejected("Requires authentication"))?;
    match credential.split_whitespace().collect::<Vec<_>>()[..] {
        [scheme, token] if scheme.eq_ignore_ascii_case("bearer") => Ok(token.to_owned()),
        _ => Err(rejected("Bad credentials")),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let value = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("ACCESS_TOKEN="))?;
    Some(value.trim_matches('"'))
}
