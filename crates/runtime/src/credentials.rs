//! Credentials as they are sent, and which of them a request gets.

use api_keys_core::SecretKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

use crate::authentication::{Credential, Place};
use crate::{Authentication, BuildError};

/// What a client has to prove who it is, ready to be sent.
#[derive(Default)]
pub(crate) struct Credentials(Vec<Prepared>);

pub(crate) struct Prepared {
    scheme: Option<&'static str>,
    secret: SecretKey,
    sent: Sent,
}

enum Sent {
    Header(HeaderName, HeaderValue),
    /// Encoded, with its name.
    Query(String),
}

impl Credentials {
    /// Checks credentials, so that whatever is wrong with one is said when the client is built.
    pub(crate) fn prepare(authentication: &Authentication) -> Result<Self, BuildError> {
        let mut prepared: Vec<Prepared> = Vec::new();
        for credential in &authentication.0 {
            let next = prepare(credential)?;
            let collides = |known: &Prepared| {
                let both_named = known.scheme.is_some() && next.scheme.is_some();
                let one_header = |one: &HeaderName, other: &HeaderName| one == other && *one != COOKIE;
                !both_named
                    && matches!((&known.sent, &next.sent), (Sent::Header(one, _), Sent::Header(other, _)) if one_header(one, other))
            };
            if prepared.iter().any(collides) {
                return Err(BuildError::Credential("is sent in the same header as another one"));
            }
            prepared.push(next);
        }
        Ok(Self(prepared))
    }

    pub(crate) fn all(&self) -> Selected<'_> {
        Selected(self.0.iter().collect())
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretKey> {
        self.0.iter().map(|prepared| &prepared.secret)
    }

    /// The credentials for a request that takes any of some alternatives, each of them schemes that go together.
    pub(crate) fn select(&self, alternatives: &[&[&str]]) -> Result<Selected<'_>, String> {
        let has = |scheme: &&str| self.0.iter().any(|known| known.scheme == Some(*scheme));
        let satisfied = alternatives.iter().find(|schemes| !schemes.is_empty() && schemes.iter().all(has));
        let is_wanted = |prepared: &&Prepared| match (prepared.scheme, satisfied) {
            (Some(scheme), Some(schemes)) => schemes.contains(&scheme),
            (Some(_), None) => false,
            // The caller knows better than the document how this client proves who it is.
            (None, _) => alternatives.iter().any(|schemes| !schemes.is_empty()),
        };
        let selected: Vec<_> = self.0.iter().filter(is_wanted).collect();
        let may_be_empty = alternatives.iter().any(|schemes| schemes.is_empty()) || self.0.is_empty();
        if selected.is_empty() && !may_be_empty {
            let wanted: Vec<_> = alternatives.iter().map(|schemes| schemes.join(" and ")).collect();
            return Err(format!(
                "the operation takes another credential than the client has: {}",
                wanted.join(", or ")
            ));
        }
        Ok(Selected(selected))
    }
}

/// The credentials of one request.
pub(crate) struct Selected<'a>(Vec<&'a Prepared>);

impl Selected<'_> {
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        for prepared in &self.0 {
            match &prepared.sent {
                Sent::Header(name, value) if *name == COOKIE => add_cookie(headers, value),
                Sent::Header(name, value) => {
                    headers.insert(name.clone(), value.clone());
                }
                Sent::Query(_) => {}
            }
        }
    }

    /// What to add to a query.
    pub(crate) fn query(&self) -> Option<String> {
        let parameters: Vec<_> = self
            .0
            .iter()
            .filter_map(|prepared| match &prepared.sent {
                Sent::Query(query) => Some(query.as_str()),
                Sent::Header(..) => None,
            })
            .collect();
        (!parameters.is_empty()).then(|| parameters.join("&"))
    }
}

/// Adds a cookie beside those that are there. All go into one header: not every server looks at a second one.
pub(crate) fn add_cookie(headers: &mut HeaderMap, cookie: &HeaderValue) {
    let Some(others) = headers.get(COOKIE) else {
        headers.insert(COOKIE, cookie.clone());
        return;
    };
    let both = [others.as_bytes(), cookie.as_bytes()].join(&b"; "[..]);
    // Both are values of headers already.
    if let Ok(mut value) = HeaderValue::from_bytes(&both) {
        value.set_sensitive(others.is_sensitive() || cookie.is_sensitive());
        headers.insert(COOKIE, value);
    }
}

fn prepare(credential: &Credential) -> Result<Prepared, BuildError> {
    let Credential { scheme, place, secret } = credential;
    let text = secret.expose();
    let is_key_for_user = matches!(place, Place::Basic(user) if !user.is_empty()) && text.is_empty();
    if text.is_empty() && !is_key_for_user {
        return Err(BuildError::Credential("is empty"));
    }
    // Most often the line break at the end of a file. Trimming it silently would hide other mistakes.
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(BuildError::Credential(
            "holds a line break, another control character or white space around it",
        ));
    }
    if !text.is_ascii() {
        return Err(BuildError::Credential("holds a character outside ASCII"));
    }
    let mut secret = secret.clone();
    let (name, value) = match place {
        Place::Query(name) => {
            let mut query = String::new();
            crate::request::encode(name, &mut query);
            query.push('=');
            crate::request::encode(text, &mut query);
            return Ok(Prepared { scheme: *scheme, secret, sent: Sent::Query(query) });
        }
        Place::Bearer => (AUTHORIZATION, format!("Bearer {text}")),
        Place::Basic(user) if user.contains(':') => {
            return Err(BuildError::Credential("has a colon in the name of its user"));
        }
        Place::Basic(user) => {
            if is_key_for_user {
                secret = SecretKey::new(user.clone());
            }
            (AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{user}:{text}"))))
        }
        Place::Cookie(_) if text.contains(';') => {
            return Err(BuildError::Credential("holds a `;`, where a cookie ends"));
        }
        Place::Cookie(name) => (COOKIE, format!("{name}={text}")),
        Place::Header(name) => {
            let name =
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| BuildError::Header(name.clone()))?;
            (name, text.to_owned())
        }
    };
    let mut value =
        HeaderValue::try_from(value).map_err(|_| BuildError::Credential("cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(Prepared { scheme: *scheme, secret, sent: Sent::Header(name, value) })
}
