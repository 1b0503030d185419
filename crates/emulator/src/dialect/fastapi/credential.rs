//! Who asks, and what they may do.

use axum::http::{HeaderMap, StatusCode, header};

use crate::dialect::python::Refusal;

/// What a credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    All,
    Read,
    /// It is nobody's.
    None,
}

impl Rights {
    pub(super) fn read(self) -> Result<(), Refusal> {
        match self {
            Self::All | Self::Read => Ok(()),
            Self::None => Err(Refusal::http(StatusCode::UNAUTHORIZED, "Unauthorized")),
        }
    }

    pub(super) fn write(self) -> Result<(), Refusal> {
        self.read()?;
        match self {
            Self::All => Ok(()),
            Self::Read | Self::None => Err(Refusal::http(StatusCode::FORBIDDEN, "Forbidden")),
        }
    }
}

/// The token of a request. The cookie of the service's own pages wins over the header.
pub(super) fn token(headers: &HeaderMap) -> Result<String, Refusal> {
    let refused = |detail| Refusal::http(StatusCode::UNAUTHORIZED, detail);
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let credential = cookie(headers).or(header).filter(|text| !text.is_empty());
    let credential = credential.ok_or_else(|| refused("Requires authentication"))?;
    match credential.split_whitespace().collect::<Vec<_>>()[..] {
        [scheme, token] if scheme.eq_ignore_ascii_case("bearer") => Ok(token.to_owned()),
        _ => Err(refused("Bad credentials")),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let value = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("ACCESS_TOKEN="))?;
    Some(value.trim_matches('"'))
}
